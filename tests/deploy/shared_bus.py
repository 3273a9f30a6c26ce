"""A bus server and a provisioner that share a directory, as they do in containers."""

import json
from contextlib import asynccontextmanager

from contracts.language.command import OPERATOR
from contracts.wiring.table import SERVICES
from deploy.local.bus import Bus
from deploy.local.private import write_private
from deploy.nats.accounts import INSIDERS, SUPERVISOR, accounts_configuration
from deploy.nats.directory import HASHES_FILE
from deploy.nats.server import ACCOUNTS_FILE, server_configuration
from deploy.nats.users import Login, Users
from tests.servers import starting

OURS = (*SERVICES, *INSIDERS, OPERATOR, SUPERVISOR)


class SharedBus(Bus):
    """Its accounts are the provisioner's, who finds the hashes of our own users beside them."""

    def _configure(self):
        path = self.home / "server.conf"
        stated = server_configuration(
            None, self.home / "jetstream", self.port, "2m", self.store_mib, name="shared", tls=self.tls
        )
        write_private(path, stated)
        self.keep_hashes()
        if not (self.home / ACCOUNTS_FILE).exists():
            kept = Users(hashes=self.users.hashes, makes_passwords=False)
            write_private(self.home / ACCOUNTS_FILE, accounts_configuration(kept))
        return path

    def healthy(self):
        return super().healthy() if self.tls is None else "Server is ready" in (self.home / "log").read_text()

    def keep_hashes(self):
        hashes = {name: self.users.hash_of(Login(name)) for name in OURS}
        write_private(self.home / HASHES_FILE, json.dumps(hashes))


@asynccontextmanager
async def provisioned(bus, ready=200, **more):
    """A provisioner as a process of its own, when it is ready."""
    settings = {"LINZHANG_SYSTEM_URL": bus.url(SUPERVISOR), "LINZHANG_BUS_DIR": str(bus.home), **more}
    async with starting("provisioner", bus, "", "deploy.nats.provisioner", **settings) as found:
        await found.answers("/readyz", ready)
        yield found
