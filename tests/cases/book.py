"""Asks cases on its tables, as the bus would."""

from datetime import timedelta

from contracts.language.division import Division
from contracts.patrol import IncidentLocated
from services.cases import clock, handlers
from services.runtime.transaction import Transaction
from tests.cases.world import OFFICE
from tests.telling import AT, asking, heard

FULIANG = Division("360222000000")


async def ask(tx, command, actor=OFFICE, division=FULIANG):
    """What the service answers to a command."""
    return await clock.cases.commands[type(command)](tx, asking(command, actor, division, tx.now))


async def opened(tx, *incidents):
    """The cases that incidents open, as their facts tell of them."""
    told = [heard(IncidentLocated(incident=one), "patrol") for one in incidents]
    return [fact for _, fact in await handlers.open_cases(tx, told)]


def later(tx, days=0, **more):
    """The same transaction so many days on."""
    return Transaction(tx.sql, AT + timedelta(days=days, **more))
