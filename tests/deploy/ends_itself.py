"""A provisioner that is killed, as a crash would, just when it has said a line that holds what ENDS_AT names."""

import asyncio
import os
import signal
import sys

from deploy.nats import provisioner


def fatal(part, line):
    print(f"{part}: {line}", file=sys.stderr, flush=True)
    if os.environ["ENDS_AT"] in line:
        os.kill(os.getpid(), signal.SIGKILL)


if __name__ == "__main__":
    provisioner.one_log = lambda: fatal
    asyncio.run(provisioner.main())
