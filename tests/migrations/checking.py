"""Runs the migrations that are newer than the last release, and says with which of them its code could not live."""

from __future__ import annotations

import importlib.util
import itertools
import shutil
from collections.abc import AsyncIterator, Iterable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass

import asyncpg

from deploy.database.roles import make_roles
from deploy.local.postgres import Postgres, temporary_home
from services.runtime.tables.migrate import migrate_async
from tests.migrations import catalog, rewriting
from tests.migrations.living import Clash, clashes
from tests.migrations.released import RUNTIME, SERVICES, Released, digests, number, owners, revisions, tampered, words

PASSWORD = "of nothing that lasts"
_numbers = itertools.count(1)


@dataclass(frozen=True, slots=True)
class Revision:
    """One migration: the oldest release that it serves, if it says so, and what it has to say to single clashes."""

    owner: str
    name: str
    serves_from: int
    lives_with: Mapping[str, str]

    @property
    def id(self) -> str:
        return f"{self.owner}_{self.name.partition('_')[0]}"

    @property
    def path(self) -> str:
        return f"services/{self.owner}/migrations/{self.name}"


def revision(owner: str, name: str) -> Revision:
    path = SERVICES / owner / "migrations" / f"{name}.py"
    spec = importlib.util.spec_from_file_location(path.stem, path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return Revision(owner, name, getattr(module, "serves_from", 0), getattr(module, "lives_with", {}))


def verdict(clash: Clash, made_by: Revision, released: int, reads: Iterable[str]) -> str:
    """Why the release before cannot live with it, and what to do; empty when it can."""
    if clash.once_unread and clash.thing.rpartition(".")[2] not in reads:
        if made_by.serves_from == released:
            return ""
        return f"{clash}; release {released} does without it, older ones may not: state serves_from = {released}"
    if clash.excusable:
        if made_by.lives_with.get(clash.thing, "").strip():
            return ""
        return f"{clash}; if release {released} keeps to that, say why in lives_with[{clash.thing!r}]"
    if clash.once_unread:
        return f"{clash}, and release {released} reads it: let a release do without it first, then take it away"
    return f"{clash}, which release {released} cannot live with: add what is new beside it"


@asynccontextmanager
async def server() -> AsyncIterator[Postgres]:
    home = temporary_home()
    postgres = Postgres.prepare(home / "postgres")
    try:
        postgres.start(fsync="off")
        yield postgres
    finally:
        postgres.stop()
        shutil.rmtree(home, ignore_errors=True)


async def _schema(postgres: Postgres, service: str, steps: Iterable[str]) -> str:
    """The address of a service's schema in a database of its own, brought up to these revisions."""
    name = f"{service}_{next(_numbers)}"
    admin = await asyncpg.connect(postgres.admin_dsn)
    await admin.execute(f"CREATE DATABASE {name}")
    await admin.close()
    inside = await asyncpg.connect(postgres.dsn("linzhang", postgres.password, name))
    await make_roles(inside, {service: PASSWORD})
    await inside.close()
    dsn = postgres.dsn(service, PASSWORD, name)
    for step in steps:
        await migrate_async(service, dsn, to=step)
    return dsn


def _steps(service: str, released: Released) -> tuple[list[Revision], list[Revision]]:
    """The migrations of a service's schema: those of the last release, and the newer ones."""
    all_of_them = [revision(owner, name) for owner in (RUNTIME, service) for name in revisions(owner)]
    newer = [one for one in all_of_them if number(one.name) > released.last(one.owner)]
    return [one for one in all_of_them if one not in newer], newer


async def examined(postgres: Postgres, service: str, released: Released) -> list[str]:
    """What is wrong with the newer migrations of one service's schema."""
    old, newer = _steps(service, released)
    dsn = await _schema(postgres, service, [one.id for one in old])
    sql = await asyncpg.connect(dsn)
    before = await catalog.read(sql)
    made_by: dict[Clash, Revision] = {}
    found: list[Clash] = []
    for one in newer:
        await migrate_async(service, dsn, to=one.id)
        found = list(clashes(before, await catalog.read(sql)))
        for clash in found:
            made_by.setdefault(clash, one)
    await sql.close()
    try:
        made_by |= (rewritten := await _rewritten(postgres, service, old, newer, before))
        found += rewritten
    except asyncpg.PostgresError:
        # A column that is watched can neither be dropped nor be given another type; both have been found.
        if not found:
            raise
    reads = released.reads[service]
    said = [(made_by[clash], verdict(clash, made_by[clash], released.release, reads)) for clash in found]
    return [f"{one.path}: {wrong}" for one, wrong in said if wrong]


async def _rewritten(
    postgres: Postgres,
    service: str,
    old: list[Revision],
    newer: list[Revision],
    before: catalog.Catalog,
) -> dict[Clash, Revision]:
    """What the newer migrations do to rows that stand."""
    made_by: dict[Clash, Revision] = {}
    dsn = await _schema(postgres, service, [one.id for one in old])
    sql = await asyncpg.connect(dsn)
    await rewriting.watch(sql, before)
    for one in newer:
        await migrate_async(service, dsn, to=one.id)
        for clash in await rewriting.seen(sql):
            made_by.setdefault(clash, one)
    await sql.close()
    return made_by


async def check(released: Released) -> list[str]:
    """Everything that is wrong, each once."""
    found = dict.fromkeys(tampered(released))
    services = [one for one in owners() if one != RUNTIME and one in released.revisions]
    newer = {service: _steps(service, released)[1] for service in services}
    for one in itertools.chain(*newer.values()):
        if one.serves_from > released.release:
            found[f"{one.path}: serves_from = {one.serves_from} leaves out release {released.release}"] = None
    if not found and any(newer.values()):
        async with server() as postgres:
            for service in services:
                if newer[service]:
                    found |= dict.fromkeys(await examined(postgres, service, released))
    return list(found)


async def release(number: int) -> Released:
    """What this tree would be kept as."""
    reads = {}
    async with server() as postgres:
        for service in owners():
            if service != RUNTIME:
                steps = [revision(owner, name).id for owner in (RUNTIME, service) for name in revisions(owner)]
                sql = await asyncpg.connect(await _schema(postgres, service, steps))
                reads[service] = words(service, await catalog.read(sql))
                await sql.close()
    return Released(release=number, revisions={owner: digests(owner) for owner in owners()}, reads=reads)
