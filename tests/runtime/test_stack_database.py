"""What the runtime and the handlers make of PostgreSQL's hazards: locks, statements, and how it is started."""

import asyncio
import re
import stat
from datetime import timedelta
from functools import partial

import asyncpg
import pytest

from contracts.cases import CaseOpened
from contracts.patrol import IncidentLocated
from contracts.roster import PostStated
from deploy.local.postgres import Postgres
from services.cases.case import case as case_rules
from services.cases.post.post import Roster
from services.cases.service import cases
from services.notify.service import notify
from services.patrol.service import patrol
from services.runtime.reference.view import View
from services.runtime.replica import database
from services.runtime.transaction import Transaction
from services.targets.service import targets
from tests.cases.county import POSTS, incident
from tests.patrol.areas_and_reports import LAT, METRE, SEEN, STATED, reported, walked
from tests.runtime.parts_of_targets import parts_of_targets, progress
from tests.runtime.test_stack_outbox import fact
from tests.servers import NOW, migrated, transaction
from tests.telling import hear, heard


async def taken(pull, count):
    messages = []
    while len(messages) < count:
        messages += await pull.take()
    return messages


async def test_two_replicas_that_get_the_same_keys_in_opposite_orders_do_not_deadlock(bus):
    """STACK row 22: each batch is sorted by what its handler locks."""
    async with parts_of_targets(bus, await migrated("targets")) as parts:
        keys = [f"a-{n:02d}" for n in range(30)]
        async with parts.pool.acquire() as sql:
            await sql.execute("CREATE TABLE things (id text PRIMARY KEY)")
            await sql.execute("INSERT INTO things SELECT unnest($1::text[])", keys)
        both, batches = asyncio.Barrier(2), []

        async def lock_each(tx, batch):
            batches.append([one.body.external_id for one in batch])
            if len(batches) <= 2:
                await both.wait()
            for one in batch:
                await tx.sql.execute("SELECT FROM things WHERE id = $1 FOR UPDATE", one.body.external_id)
            return []

        handling = parts.handling(lock_each, locks="external_id")
        work = []
        for order in (keys, keys[::-1]):
            await parts.post(*map(progress, order))
            pull = await parts.pull(batch_max=len(keys) // 2)  # it holds twice as much, and asks for no more
            work.append((pull, await taken(pull, len(keys))))
        async with asyncio.timeout(10):
            await asyncio.gather(*(handling.settle(pull, messages) for pull, messages in work))
        assert batches == [keys, keys]


async def test_a_batch_costs_the_runtime_as_many_statements_as_one_message(bus):
    """STACK row 27: inbox, sequences and outbox are set statements."""
    async with parts_of_targets(bus, await migrated("targets")) as parts:

        async def tell(tx, batch):
            return [(one, fact(one.body.external_id, one.body.target_id)) for one in batch]

        handling, pull, said = parts.handling(tell), await parts.pull(), []
        for count in (1, 1, 50):  # the first time the types are asked for as well
            await parts.post(*(progress(f"a-{n}", target_id=f"t-{n % 5}") for n in range(count)))
            messages = await taken(pull, count)
            await asyncio.sleep(0)
            parts.statements.clear()
            await handling.settle(pull, messages)
            await asyncio.sleep(0)  # the logger is told a turn later
            said.append([re.sub(r"\s+", " ", one) for one in parts.statements])
        assert said[2] == said[1] != []
        assert await parts.rows("SELECT count(*) FROM unsent") == [(52,)]


async def test_a_batch_that_looks_at_views_and_tells_says_four_things_to_the_database(bus):
    """STACK rows 27 and 33: the state of views comes with the claim, and a connection is released in silence."""
    async with parts_of_targets(bus, await migrated("targets")) as parts:

        async def load(sql):
            return "built"

        view = View(load)

        async def tell(tx, batch):
            await tx.see(view)
            return [(one, fact(one.body.external_id, one.body.target_id)) for one in batch]

        handling, pull = parts.handling(tell), await parts.pull()
        for n in range(2):  # the first time the types are asked for as well
            await parts.post(progress(f"a-{n}"))
            messages = await taken(pull, 1)
            await asyncio.sleep(0)
            parts.statements.clear()
            await handling.settle(pull, messages)
            await asyncio.sleep(0)
        assert [one.split()[0] for one in parts.statements] == ["BEGIN;", "INSERT", "WITH", "COMMIT;"]


@pytest.mark.served
async def test_what_a_cut_off_piece_of_work_leaves_open_ends_when_its_connection_is_released():
    """STACK row 33: asyncpg's own reset ends it among much else."""
    pool = await database.connect(await migrated("targets"), "targets")
    sql = await pool.acquire()
    backend = sql.get_server_pid()
    await sql.execute("BEGIN")
    await sql.execute("UPDATE view_version SET version = 7")
    await pool.release(sql)
    async with pool.acquire() as again:
        assert again.get_server_pid() == backend
        assert not again.is_in_transaction()
        assert await again.fetchval("SELECT version FROM view_version") == 0
    await pool.close()


def opened(n):
    case = case_rules.open_case(incident(n), f"2020-360222-{n:06d}", 1, Roster(POSTS), NOW)
    return heard(CaseOpened(case=case, by="cases", at=NOW), "cases")


def track(n):
    points = [(117.05 + m * METRE, LAT, SEEN + timedelta(seconds=10 * m)) for m in range(3)]
    return walked(f"b-{n}", points, terminal=f"t-{n}")


STATED_POSTS = [PostStated(post=post) for post in POSTS]
HOT = {
    "patrol locates": (patrol, STATED, lambda n: reported(f"r-{n}", lon=117.05 + 500 * n * METRE)),
    "patrol stores tracks": (patrol, STATED, track),
    "cases opens": (cases, STATED_POSTS, lambda n: heard(IncidentLocated(incident=incident(n)), "patrol")),
    "notify tells": (notify, STATED_POSTS, opened),
    "targets records": (targets, [], opened),
}
"""What the main thread does: a service, what it has heard of roster, and the n-th message."""
STATEMENTS = {"patrol locates": 5, "patrol stores tracks": 5, "cases opens": 3, "notify tells": 1, "targets records": 2}
"""How many statements each of them says besides the runtime's own: inbox, outbox, and the borders of a transaction."""


@pytest.mark.served
@pytest.mark.parametrize("name", HOT)
async def test_a_handler_of_the_main_thread_says_as_much_for_a_batch_as_for_one(name):
    """STACK row 27: one statement per event caps the chain at a seventh of what one per batch reaches."""
    service, known, message = HOT[name]
    said = []

    def listen(one):
        # What executemany says, it says once for every row.
        said.extend([one.query] * (len(one.args) if isinstance(one.args, list) else 1))

    async with transaction(await migrated(service.name), begin=partial(Transaction, following=service.following)) as tx:
        if known:
            await hear(service, tx, [heard(one, "roster") for one in known])
        await hear(service, tx, [message(0)])
        tx.sql.add_query_logger(listen)
        counts = []
        for batch in (range(1, 2), range(2, 32)):
            await asyncio.sleep(0)  # the logger is told a turn later
            said.clear()
            await hear(service, tx, [message(n) for n in batch])
            await asyncio.sleep(0)
            counts.append(len(said))
    assert counts == [STATEMENTS[name]] * 2


async def test_only_a_password_opens_the_database_and_only_from_this_machine(postgres):
    """STACK row 26: the package's own starter trusts every local user."""
    admin = await asyncpg.connect(postgres.admin_dsn)
    methods = await admin.fetch("SELECT DISTINCT auth_method FROM pg_hba_file_rules")
    assert [row["auth_method"] for row in methods] == ["scram-sha-256"]
    sockets = await admin.fetchval("SHOW unix_socket_directories")
    assert (sockets, await admin.fetchval("SHOW listen_addresses")) == ("", "127.0.0.1")
    await admin.close()
    with pytest.raises(asyncpg.InvalidPasswordError):
        await asyncpg.connect(postgres.dsn("linzhang", "guessed"))


@pytest.mark.served
def test_a_database_is_made_without_touching_what_lies_around_it(home, tmp_path):
    """STACK row 26: the package's own starter, as root, changes the mode of parent folders."""
    parent = home / tmp_path.name
    parent.mkdir(mode=0o711)
    before = [stat.filemode(path.stat().st_mode) for path in (home, parent)]
    Postgres.prepare(parent / "postgres")
    assert [stat.filemode(path.stat().st_mode) for path in (home, parent)] == before
    assert [path.name for path in parent.iterdir()] == ["postgres"]
