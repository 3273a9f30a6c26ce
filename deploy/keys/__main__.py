"""The job that makes what a system of containers is locked with: certificates, passwords, the bus's configuration.

Run again, it makes what is missing, renews certificates that end within thirty days, and changes nothing else;
`--renew` renews them all, `--new-password cases` gives a service other passwords. It is told by `LINZHANG_KEYS`, the
volume, and `LINZHANG_HOSTS`, names and addresses by which the bus is reached besides its own.
"""

from __future__ import annotations

import argparse
import json
import os
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import urlsplit

from contracts.language.command import OPERATOR
from contracts.wiring.streams import STORE_MIB
from contracts.wiring.table import SERVICES
from deploy.database.roles import RELOADER
from deploy.keys.certificates import Authority, wants_renewal
from deploy.keys.folder import POSTGRES, Folder
from deploy.nats.accounts import INSIDERS, SUPERVISOR, accounts_configuration
from deploy.nats.directory import HASHES_FILE
from deploy.nats.server import ACCOUNTS_FILE, Tls, server_configuration
from deploy.nats.users import Users, hashed, is_password, new_password

BUS, DATABASE = "nats:4222", "postgres:5432/linzhang"
MONITOR = "127.0.0.1:8222"
"""Inside the bus's container alone, for its health check."""
PRIVATE, DATA = Path("/run/secrets"), Path("/data")
"""Where the bus's container has them."""
_ALONE = ("ca", "nats", "bus", "operator", "provisioner", "database", *SERVICES)


class Keys:
    """The volume at `root`."""

    def __init__(self, root: Path) -> None:
        self._folders = {name: Folder(root / name) for name in _ALONE}
        self._folders["postgres"] = Folder(root / "postgres", POSTGRES)
        for folder in self._folders.values():
            folder.make()
        self._bus = self._folders["bus"]
        self._hashes: dict[str, str] = json.loads(self._bus.read(HASHES_FILE)) if self._bus.has(HASHES_FILE) else {}

    def certify(self, hosts: tuple[str, ...], now: datetime, renew: bool) -> None:
        """An authority, a certificate for each server, and to everybody what vouches for them."""
        authority = Authority(self._folders["ca"].path)
        authority.make(now)
        for server, names in (("nats", ("nats", "localhost", "127.0.0.1", *hosts)), ("postgres", ("postgres",))):
            certificate = self._folders[server].path / f"{server}.crt"
            if renew or wants_renewal(certificate, now):
                authority.issue(certificate.with_suffix(""), names, now)
                print(f"{server}: a new certificate")
                self._folders[server].hand_over()
            # Last: as soon as the provisioner sees it, it lets the server read what was handed over.
            self._folders["provisioner"].put(f"{server}.crt", certificate.read_text())
        for name, folder in self._folders.items():
            if name not in ("ca", "bus"):
                folder.put("ca.crt", authority.certificate.read_text())

    def admit(self, anew: frozenset[str]) -> None:
        """Passwords for everybody inside: in the clear for who needs one, hashed for the bus."""
        for service in SERVICES:
            self._enter(service, service, "nats_url", anew)
        self._enter("provisioner", "provisioner", "nats_url", anew)
        self._enter("provisioner", SUPERVISOR, "system_url", anew)
        for name in (OPERATOR, *sorted(INSIDERS.keys() - {"provisioner"})):
            self._enter("operator", name, f"{name}.json", anew)
        self._bus.put(HASHES_FILE, json.dumps(self._hashes, indent=2))

    def _enter(self, folder: str, user: str, file: str, anew: frozenset[str]) -> None:
        if user not in anew and self._is_known(folder, user, file):
            return
        password = new_password()
        self._hashes[user] = hashed(password)
        told = {"url": f"tls://{BUS}", "user": user, "password": password}
        address = f"tls://{user}:{password}@{BUS}"
        self._folders[folder].put(file, json.dumps(told) if file.endswith(".json") else address)
        print(f"{user}: a new password of the bus")

    def _is_known(self, folder: str, user: str, file: str) -> bool:
        """Whether the bus knows the password in a file: a job that was cut off may have written one of both."""
        if user not in self._hashes or not self._folders[folder].has(file):
            return False
        text = self._folders[folder].read(file)
        password = json.loads(text)["password"] if file.endswith(".json") else urlsplit(text).password or ""
        return is_password(password, self._hashes[user])

    def admit_to_database(self, anew: frozenset[str]) -> None:
        """Passwords of the roles, and the addresses of those who make them and their schemas."""
        own, database = self._folders["postgres"], self._folders["database"]
        if not own.has("admin_password"):
            own.put("admin_password", new_password())
        own.put("pgpass", f"postgres:5432:*:linzhang:{own.read('admin_password')}\n")
        database.put("admin_url", f"postgresql://linzhang:{own.read('admin_password')}@{DATABASE}")
        for service in SERVICES:
            if not self._folders[service].has("database_url") or service in anew:
                self._folders[service].put("database_url", f"postgresql://{service}:{new_password()}@{DATABASE}")
                print(f"{service}: a new password of the database")
        if not self._folders["provisioner"].has("database_url"):
            self._folders["provisioner"].put("database_url", f"postgresql://{RELOADER}:{new_password()}@{DATABASE}")
        database.put("reloader", self._folders["provisioner"].read("database_url"))
        addresses = (f"{service}={self._folders[service].read('database_url')}" for service in SERVICES)
        database.put("addresses", "\n".join(addresses))

    def configure_bus(self, store_mib: int) -> None:
        tls = Tls(PRIVATE / "nats.crt", PRIVATE / "nats.key")
        stated = server_configuration(None, DATA, 4222, store_mib=store_mib, host="0.0.0.0", tls=tls, name="nats")
        self._bus.put("server.conf", f'http: "{MONITOR}"\n{stated}')
        if not self._bus.has(ACCOUNTS_FILE):
            # From here on it is the provisioner's, who knows everybody outside too.
            self._bus.put(ACCOUNTS_FILE, accounts_configuration(Users(hashes=self._hashes, makes_passwords=False)))

    def hand_over(self) -> None:
        for name, folder in self._folders.items():
            if name != "ca":
                folder.hand_over(writes=name == "bus")


def main() -> None:
    asked = argparse.ArgumentParser(prog="keys", description=(__doc__ or "").partition("\n")[0])
    asked.add_argument("--renew", action="store_true", help="renew every certificate now")
    asked.add_argument("--new-password", action="append", default=[], choices=SERVICES, help="give a service others")
    told = asked.parse_args()
    anew = frozenset(told.new_password)
    hosts = tuple(one for one in os.environ.get("LINZHANG_HOSTS", "").replace(",", " ").split() if one)
    keys = Keys(Path(os.environ.get("LINZHANG_KEYS", "/keys")))
    keys.certify(hosts, datetime.now(UTC), told.renew)
    keys.admit(anew)
    keys.admit_to_database(anew)
    keys.configure_bus(int(os.environ.get("LINZHANG_STORE_MIB", STORE_MIB)))
    keys.hand_over()


if __name__ == "__main__":
    main()
