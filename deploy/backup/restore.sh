#!/bin/sh
# restore.sh FROM TO [ARCHIVE [UNTIL]]: puts a backup where a server will find its data (TO, as PGDATA) and lets it go on
# through the archived WAL, to its end or to a moment. The server itself is started afterwards. FROM stays as it is, but
# where TAKE says that its data may be moved.
# Ends with 20: no whole backup, 21: not what its manifest says, 22: of another PostgreSQL, 23: TO is not empty, 24: no room.
set -eu
from=$1 to=$2 archive=${3:-} until=${4:-}
part=$to.part

if [ ! -s "$from/backup.json" ]; then
    echo "$from is no whole backup" >&2
    exit 20
fi
sh "$(dirname "$0")/verify.sh" "$from/database" || exit 21
here=$(postgres --version | sed 's/^[^0-9]*\([0-9]*\).*/\1/')
made=$(cat "$from/database/PG_VERSION")
if [ "$here" != "$made" ]; then
    echo "the backup is of PostgreSQL $made, this is $here" >&2
    exit 22
fi
if [ -e "$to" ] && [ -n "$(ls -A "$to")" ]; then
    echo "$to is not empty" >&2
    exit 23
fi

trap 'rm -rf "$part"' EXIT INT TERM HUP
rm -rf "$part"
mkdir -p "$(dirname "$to")"
if [ -n "${TAKE:-}" ]; then mv "$from/database" "$part"; else cp -R -p "$from/database" "$part"; fi || exit 24
chmod 700 "$part"
if [ -n "$archive" ]; then
    touch "$part/recovery.signal"
    {
        echo "restore_command = 'cp \"$archive/%f\" \"%p\"'"
        echo "recovery_target_action = 'promote'"
        [ -z "$until" ] || echo "recovery_target_time = '$until'"
    } >>"$part/postgresql.auto.conf"
fi
sync
[ ! -d "$to" ] || rmdir "$to"
mv "$part" "$to"
