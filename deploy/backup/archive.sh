#!/bin/sh
# archive.sh SEGMENT NAME TO: PostgreSQL's archive_command. A segment that is kept already counts as done when it is the
# same, and never is there half of one under its name.
set -eu
if [ -e "$3/$2" ]; then
    exec cmp -s "$1" "$3/$2"
fi
cp "$1" "$3/$2.part"
sync "$3/$2.part"
mv "$3/$2.part" "$3/$2"
