#!/bin/sh
# backup.sh TO: one base backup of the server that PGHOST, PGPORT, PGUSER and PGPASSFILE name, with the WAL that makes it
# one consistent state, and beside it the file of secrets that SECRETS names, if it does. It bears the name TO when it is
# whole and has been verified, never before. Where PYTHON is named, the data is sealed with the passphrase on its standard
# input, and stands in the clear in STAGE alone until it is.
# Ends with 10: TO is not empty, 11: no room, 12: the server refused or went away, 13: not what its manifest says.
set -eu
to=$1
part=$to.part
stage=${STAGE:-$part}
database=${PGDATABASE:-linzhang}
utc=%Y-%m-%dT%H:%M:%SZ

if [ -e "$to" ] && [ -n "$(ls -A "$to")" ]; then
    echo "$to is not empty" >&2
    exit 10
fi
rm -rf "$part" "$stage"
mkdir -p "$part" "$stage"
# Who looks how old it is may read when it was made, and no more.
chmod 711 "$part"
trap 'rm -rf "$part" "$stage"' EXIT INT TERM HUP

began_at=$(date -u +$utc)
# Of no other release is it known what the code must be that reads it.
marks=$(psql -AtX -d "$database" -c "SELECT format('SELECT release, serves_from FROM %I.lives_with', schemaname)
    FROM pg_tables WHERE tablename = 'lives_with'" | awk 'NR > 1 { print "UNION ALL" } { print }') || exit 12
releases=$(psql -AtX -F ' ' -d "$database" -c "SELECT max(release), max(serves_from)
    FROM (${marks:-SELECT 0 AS release, 0 AS serves_from}) AS marks") || exit 12

said=$(pg_basebackup --pgdata="$stage/database" --checkpoint=fast --wal-method=stream \
    --manifest-checksums=SHA256 --no-password 2>&1) || {
    echo "$said" >&2
    case $said in *"No space left"*) exit 11 ;; esac
    exit 12
}
sh "$(dirname "$0")/verify.sh" "$stage/database" || exit 13
[ -z "${SECRETS:-}" ] || mv "$SECRETS" "$part/secrets.json" || exit 11

bytes=$(($(du -sk "$stage/database" | cut -f1) * 1024))
postgres=$(cat "$stage/database/PG_VERSION")
if [ -n "${PYTHON:-}" ]; then
    "$PYTHON" -m deploy.backup.sealed_data seal "$stage/database" "$part/database.sealed" /dev/stdin || exit $?
fi
cat >"$part/backup.json" <<END || exit 11
{
  "began_at": "$began_at",
  "finished_at": "$(date -u +$utc)",
  "postgres": $postgres,
  "release": ${releases% *},
  "serves_from": ${releases#* },
  "bytes": $bytes
}
END
chmod 644 "$part/backup.json"
sync
[ ! -d "$to" ] || rmdir "$to"
mv "$part" "$to"
