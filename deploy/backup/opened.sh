#!/bin/sh
# opened.sh BACKUPS NAME: where a backup and the archived log stand in the clear: where they were opened, if they were.
# Ends with 25: more of the log has been archived since, and would be lost.
set -eu
opened=$1/open

if [ ! -d "$opened/base/$2" ]; then
    echo "$1"
    exit
fi
for piece in "$1"/wal/*; do
    name=$(basename "$piece" .sealed)
    case $name in *.part | '*') continue ;; esac
    if [ ! -e "$opened/wal/$name" ]; then
        echo "$name was archived after $2 was opened: open it again" >&2
        exit 25
    fi
done
echo "$opened"
