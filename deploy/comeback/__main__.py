"""The jobs of a system of containers: `hold` before a backup is put back, `agree` before the services start.

`hold` shuts everybody outside out and notes that the database is a backup; `agree` then makes it and the bus agree, and
does nothing where none was put back. They are told by `LINZHANG_BUS_DIR` and as `services.runtime.telling.comeback` is.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

from deploy.comeback.lost import LOST_FILE, Loss, Lost
from deploy.local.private import GROUP_READS, write_private
from deploy.nats.accounts import accounts_configuration
from deploy.nats.directory import HASHES_FILE
from deploy.nats.server import ACCOUNTS_FILE
from deploy.nats.users import Users


def hold(folder: Path) -> int:
    Lost(folder / LOST_FILE).note(Loss.DATABASE)
    ours = Users(hashes=json.loads((folder / HASHES_FILE).read_text()), makes_passwords=False)
    write_private(folder / ACCOUNTS_FILE, accounts_configuration(ours), GROUP_READS)
    print("outsiders are shut out until the database that is put back and the bus agree")
    return 0


def agree(folder: Path) -> int:
    lost = Lost(folder / LOST_FILE)
    if not lost.disagrees():
        print("no database was put back")
        return 0
    job = (sys.executable, "-m", "services.runtime.telling.comeback", "restored")
    if status := subprocess.run(job, check=False).returncode:
        return status
    lost.note(Loss.DATABASE, agreed=True)
    return 0


def main(arguments: list[str]) -> int:
    jobs = {"hold": hold, "agree": agree}
    folder = Path(os.environ.get("LINZHANG_BUS_DIR", ""))
    if len(arguments) != 1 or arguments[0] not in jobs:
        print(f"what to do is one of {', '.join(jobs)}", file=sys.stderr)
        return 2
    if not (folder / HASHES_FILE).is_file():
        print(f"LINZHANG_BUS_DIR: must be the directory of the bus server, with {HASHES_FILE} in it", file=sys.stderr)
        return 2
    return jobs[arguments[0]](folder)


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
