"""Asks cases on its tables, as the bus would."""

from datetime import timedelta
from functools import partial

from contracts.language.division import Division
from contracts.patrol import IncidentLocated
from services.cases.service import cases
from services.runtime.reference.law import look_at
from services.runtime.transaction import Transaction
from tests.cases.county import OFFICE
from tests.telling import AT, asking, hear, heard

begun = partial(Transaction, following=cases.following)
"""Opens a transaction as the service does."""

FULIANG = Division("360222000000")


async def ask(tx, command, actor=OFFICE, division=FULIANG):
    """What the service answers to a command."""
    tx.laws = cases.laws
    await look_at(tx)
    return await cases.commands[type(command)](tx, asking(command, actor, division, tx.now))


async def opened(tx, *incidents):
    """The cases that incidents open, as their facts tell of them."""
    told = [heard(IncidentLocated(incident=one), "patrol") for one in incidents]
    return [fact for _, fact in await hear(cases, tx, told)]


def later(tx, days=0, **more):
    """The same transaction so many days on."""
    return begun(tx.sql, AT + timedelta(days=days, **more))
