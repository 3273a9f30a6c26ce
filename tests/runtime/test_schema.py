"""Old and new code live with one schema, as far as it says so itself."""

import asyncio
import os
import sys

import asyncpg
import pytest

from services.runtime.tables.migrate import migrate_async
from services.runtime.tables.schema import RELEASE, look, newest_revisions, unfit
from tests.servers import migrated, running, starting
from tests.waiting import until

FIELD = "ALTER TABLE targets ADD COLUMN seen_from text"
NEWEST = newest_revisions("targets")
TOO_NEW = (
    f"the schema is of release {RELEASE + 2} and serves the code of release {RELEASE + 1} and newer, "
    f"this is release {RELEASE}: run release {RELEASE + 1} or newer"
)


async def expanded(sql, owner):
    """As the next release's migration leaves it."""
    await sql.execute("UPDATE lives_with SET release = $1", RELEASE + 1)
    await sql.execute(
        "UPDATE alembic_version SET version_num = $1 WHERE version_num LIKE $2",
        f"{owner}_{NEWEST[owner] + 1:04}",
        f"{owner}%",
    )


async def contracted(sql):
    """As the one after that leaves it, which reckons with the next and not with this."""
    await sql.execute("UPDATE lives_with SET release = $1, serves_from = $2", RELEASE + 2, RELEASE + 1)


async def migration(dsn):
    """How the migrations' process ends, and what it says."""
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "services.runtime.tables.migrate"),
        env={**os.environ, "LINZHANG_MIGRATE": f"targets={dsn}"},
        stderr=asyncio.subprocess.PIPE,
    )
    _, said = await process.communicate()
    return process.returncode, said.decode().strip()


@pytest.fixture
async def dsn():
    return await migrated("targets")


@pytest.fixture
async def nothing_yet(dsn, sql):
    """The schema before any migration."""
    tables = [row[0] for row in await sql.fetch("SELECT tablename FROM pg_tables WHERE schemaname = 'targets'")]
    await sql.execute(f"DROP TABLE {', '.join(tables)} CASCADE")
    return dsn


@pytest.fixture
async def sql(dsn):
    connection = await asyncpg.connect(dsn)
    yield connection
    await connection.close()


@pytest.mark.served
async def test_a_migrated_schema_is_of_this_release_and_serves_it(sql):
    standing = await look(sql)
    assert dict(standing.revisions) == NEWEST
    assert standing.release == RELEASE
    assert await unfit(sql, "targets") == ""


@pytest.mark.served
@pytest.mark.parametrize("owner", ["runtime", "targets"])
async def test_a_newer_schema_serves_this_code_and_its_migrations_change_nothing_there(dsn, sql, owner):
    await expanded(sql, owner)
    before = await look(sql)
    assert await unfit(sql, "targets") == ""
    assert await migration(dsn) == (0, "")
    assert await look(sql) == before


@pytest.mark.served
async def test_an_owner_that_is_behind_is_brought_up_beside_one_that_is_ahead(nothing_yet, sql):
    await migrate_async("targets", nothing_yet)
    await expanded(sql, "runtime")
    await sql.execute("DELETE FROM alembic_version WHERE version_num LIKE 'targets%'")
    await sql.execute("DROP TABLE targets, reports, fates, records, case_steps, cleared CASCADE")
    assert await unfit(sql, "targets") == (
        f"the schema is not migrated: it has yet to come to targets {NEWEST['targets']:04}; run the migrations"
    )
    await migrate_async("targets", nothing_yet)
    standing = await look(sql)
    assert dict(standing.revisions) == {"runtime": NEWEST["runtime"] + 1, "targets": NEWEST["targets"]}


@pytest.mark.served
async def test_a_schema_that_has_yet_to_be_made_is_told_by_what_it_lacks(nothing_yet, sql):
    assert await unfit(sql, "targets") == (
        "the schema is not migrated: it has yet to come to "
        f"runtime {NEWEST['runtime']:04}, targets {NEWEST['targets']:04}; run the migrations"
    )


@pytest.mark.served
@pytest.mark.parametrize(("serves_from", "reason"), [(RELEASE, ""), (RELEASE + 1, TOO_NEW)])
async def test_a_schema_states_the_oldest_code_that_it_serves(sql, serves_from, reason):
    await sql.execute("UPDATE lives_with SET release = $1, serves_from = $2", RELEASE + 2, serves_from)
    assert await unfit(sql, "targets") == reason


@pytest.mark.served
async def test_the_migrations_of_code_that_is_too_old_end_with_the_reason(dsn, sql):
    await contracted(sql)
    assert await migration(dsn) == (1, f"targets: {TOO_NEW}")


@pytest.mark.served
async def test_a_service_that_is_too_old_is_not_ready_says_why_and_goes_on_by_itself(bus, dsn, sql):
    await contracted(sql)
    async with starting("targets", bus, dsn) as service:

        async def said():
            return TOO_NEW in (await asyncio.to_thread(service.get, "/readyz"))[1]

        await until(said)
        assert [line for line in service.log if TOO_NEW in line] == service.log[-1:], "said once, and last"
        await sql.execute("UPDATE lives_with SET serves_from = $1", RELEASE)
        await service.answers("/readyz", 200)


@pytest.mark.served
async def test_a_service_becomes_ready_on_a_newer_schema(bus, dsn, sql):
    await expanded(sql, "targets")
    await sql.execute(FIELD)
    async with running("targets", bus, dsn) as service:
        assert (await asyncio.to_thread(service.get, "/readyz"))[0] == 200


@pytest.mark.served
async def test_a_service_whose_schema_goes_on_without_it_ends_before_its_messages_pay_for_it(bus, dsn, sql):
    async with running("targets", bus, dsn) as service:
        await contracted(sql)
        assert await service.process.wait() == 1
        assert any(TOO_NEW in line for line in service.log)
