"""`linzhang …` out of a process that has loaded the contracts and libraries already: tests run hundreds of commands.

Each is a process of its own, with arguments, environment and streams of its own; what depends on these (`cli` and
`deploy`) is loaded in it.
"""

import importlib
import json
import os
import pkgutil
import runpy
import signal
import socket
import struct
import subprocess
import sys
import tempfile

import contracts

LIBRARIES = (
    *("asyncpg", "nats", "numpy", "pydantic", "pydantic_settings", "pyproj", "rich.console", "rich.table", "rich.text"),
    *("shapely", "structlog", "typer", "xlsxwriter", "contracts.publishing.words"),
)
LENGTH, STATUS = struct.Struct("!I"), struct.Struct("!i")


class Warm:
    """The process that stands ready, for as long as it is asked."""

    def __init__(self):
        self._ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        self._process = subprocess.Popen(
            [sys.executable, "-m", "tests.cli.warm", str(theirs.fileno())], pass_fds=[theirs.fileno()]
        )
        theirs.close()

    def run(self, arguments, environment, timeout_s):
        """One command to its end: its exit status, stdout and stderr."""
        asked, theirs = socket.socketpair()
        with asked, tempfile.TemporaryFile() as out, tempfile.TemporaryFile() as err:
            with theirs, open(os.devnull, "rb") as nothing:
                fds = [theirs.fileno(), nothing.fileno(), out.fileno(), err.fileno()]
                socket.send_fds(self._ours, [b"."], fds)
            os.umask(mask := os.umask(0))
            asked_for = {"arguments": arguments, "environment": environment, "place": os.getcwd(), "mask": mask}
            said = json.dumps(asked_for).encode()
            asked.sendall(LENGTH.pack(len(said)) + said)
            asked.settimeout(timeout_s)
            try:
                (status,) = STATUS.unpack(_exactly(asked, STATUS.size))
            except TimeoutError:
                raise subprocess.TimeoutExpired(arguments, timeout_s) from None
            return status, *(_text(stream) for stream in (out, err))

    def end(self):
        self._ours.close()
        self._process.wait()


def _text(stream):
    stream.seek(0)
    return stream.read().decode()


def _exactly(stream, length):
    got = b""
    while len(got) < length:
        more = stream.recv(length - len(got))
        if not more:
            raise ConnectionError("it has ended without a status")
        got += more
    return got


def serve(asked_by):
    """Returns in each process that is to be a command, and nowhere else."""
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    while True:
        said, fds, _, _ = socket.recv_fds(asked_by, 1, 4)
        if not said:
            os._exit(0)
        if os.fork() == 0:
            signal.signal(signal.SIGCHLD, signal.SIG_DFL)
            asked_by.close()
            with socket.socket(fileno=fds[0]) as waiting:
                asked = json.loads(_exactly(waiting, LENGTH.unpack(_exactly(waiting, LENGTH.size))[0]))
                pid = os.fork()
                if pid == 0:
                    waiting.close()
                    return _become(asked, fds[1:])
                status = os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
                waiting.sendall(STATUS.pack(status))
            os._exit(0)
        for fd in fds:
            os.close(fd)


def _become(asked, streams):
    for number, fd in enumerate(streams):
        os.dup2(fd, number)
        os.close(fd)
    os.environ.clear()
    os.environ.update(asked["environment"])
    os.chdir(asked["place"])
    os.umask(asked["mask"])
    sys.argv = ["linzhang", *asked["arguments"]]


def main():
    for name in LIBRARIES:
        importlib.import_module(name)
    for module in pkgutil.walk_packages(contracts.__path__, "contracts."):
        if module.name.partition(".")[2].partition(".")[0] != "publishing":
            importlib.import_module(module.name)
    serve(socket.socket(fileno=int(sys.argv[1])))
    runpy.run_module("cli", run_name="__main__")


if __name__ == "__main__":
    main()
