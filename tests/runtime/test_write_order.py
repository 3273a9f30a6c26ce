"""Rows that two replicas may want at once are locked in the order of their keys, whatever the order of a batch."""

import asyncpg
import pytest

from services.runtime.hearing import inbox
from services.runtime.reference.kept import keep_newest
from services.runtime.transaction import Transaction
from tests.runtime.test_declared import Thing
from tests.runtime.test_stack_outbox import fact
from tests.runtime.test_stack_outbox import write as tell
from tests.servers import NOW, migrated

SAYING = """
CREATE FUNCTION say() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE NOTICE '%', NEW.{0}; RETURN NEW; END $$;
CREATE TRIGGER say BEFORE INSERT ON {1} FOR EACH ROW EXECUTE FUNCTION say();
"""


async def claims(sql, keys):
    await inbox.claim(sql, "here", {("acme", key): b"" for key in keys})


async def keeps(sql, keys):
    await keep_newest(Transaction(sql, NOW), "posts", [(1, Thing(key, "x")) for key in keys])


async def tells(sql, keys):
    await tell(sql, *(fact("a", key) for key in keys))


@pytest.mark.served
@pytest.mark.parametrize(
    ("write", "column", "table"),
    [(claims, "message_id", "inbox"), (keeps, "id", "posts"), (tells, "partitionkey", "aggregates")],
)
async def test_what_many_write_is_written_in_the_order_of_its_keys(write, column, table):
    said = []
    sql = await asyncpg.connect(await migrated("cases"))
    await sql.execute(SAYING.format(column, table))
    sql.add_log_listener(lambda _, notice: said.append(notice.message))
    await write(sql, ["t-3", "t-1", "t-4", "t-2", "t-5"])
    await sql.close()
    assert said == ["t-1", "t-2", "t-3", "t-4", "t-5"]
