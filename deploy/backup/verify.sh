#!/bin/sh
# verify.sh DATABASE: whether a base backup is what PostgreSQL's manifest says, file by file, and its WAL can be read.
# As pg_verifybackup does, which not every package of PostgreSQL carries in a state in which it runs.
set -eu
cd "$1"
stated=$(sed -n '$s/.*"Manifest-Checksum": "\([0-9a-f]*\)".*/\1/p' backup_manifest)
is=$(sed '$d' backup_manifest | sha256sum | cut -d ' ' -f 1)
if [ -z "$stated" ] || [ "$stated" != "$is" ]; then
    echo "backup_manifest is damaged" >&2
    exit 1
fi
sums='s/^{ "Path": "\(.*\)", "Size": .*"Checksum-Algorithm": "SHA256", "Checksum": "\([0-9a-f]*\)" },\{0,1\}$/\2  \1/p'
if [ "$(grep -c '^{ "\(Path\|Encoded-Path\)"' backup_manifest)" != "$(sed -n "$sums" backup_manifest | wc -l)" ]; then
    echo "backup_manifest names files that cannot be checked" >&2
    exit 1
fi
sed -n "$sums" backup_manifest | sha256sum --check --quiet --strict >&2
range='s/.*"Timeline": \([0-9]*\), "Start-LSN": "\([^"]*\)", "End-LSN": "\([^"]*\)".*/--timeline=\1 --start=\2 --end=\3/p'
sed -n "$range" backup_manifest | while read -r wanted; do
    # shellcheck disable=SC2086  it is three arguments
    pg_waldump --quiet --path=pg_wal $wanted >&2 || exit 1
done
