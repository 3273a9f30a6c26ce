"""A target, its parts, and reports of progress against it."""

from decimal import Decimal

from contracts.language.command import OPERATOR
from contracts.language.division import UNKNOWN, Division
from contracts.targets import Allocate, Amounts, ProgressReport, SetTarget, Target, TargetProgress
from services.targets.service import targets
from tests.telling import answered, asking, heard

TARGET = Target.model_validate(
    {
        "id": "2020-afforestation",
        "year": 2020,
        "name": "人工造林",
        "name_en": "Afforestation",
        "kind": "quantity",
        "unit": "mu",
        "amount": "11000",
        "division": "360200000000",
        "in_force": {"first": "2020-01-01", "last": "2020-12-31"},
        "known_from": "2020-05-21",
        "source": "景林长办发〔2020〕12号",
    }
)

FULIANG, LEPING, CHANGJIANG = (f"{code}000000" for code in ("360222", "360281", "360202"))


def target(**changes):
    return TARGET.model_copy(update=changes)


def standing(total="0", **changes):
    """The target in the plan with what has been reported."""
    return {TARGET.id: TargetProgress(target=target(**changes), total=Amounts(reported=total))}


def alone(plan):
    """Of each target that it is its whole tree, with what that has reached."""
    return {name: (name, one.total) for name, one in plan.items()}


def reported(external_id="a", amount="12.5", revision=1, source="forestry", **changes):
    stated = {
        "external_id": external_id,
        "revision": revision,
        "target_id": TARGET.id,
        "entity": "枫树山林场",
        "plot": "3 号小班",
        "period": {"first": "2020-05-01", "last": "2020-05-31"},
        "amounts": {"reported": amount},
    }
    return heard(ProgressReport.model_validate({**stated, **changes}), source)


def share(division=FULIANG, amount="1000", **changes):
    return {"id": f"2020-afforestation-{division[:6]}", "division": division, "amount": amount, **changes}


def allocate(*shares, **changes):
    return Allocate.model_validate({"target_id": TARGET.id, "shares": shares, **changes})


def stands(division=FULIANG, amount="1000", **changes):
    """A part as it stands in the plan."""
    own = {"id": f"2020-afforestation-{division[:6]}", "division": Division(division), "parent_id": TARGET.id}
    return target(**{**own, "amount": amount and Decimal(amount), **changes})


async def asked(tx, command, actor=OPERATOR, division=UNKNOWN):
    return await answered(targets, tx, asking(command, actor, division))


async def put(tx, wanted):
    return await asked(tx, SetTarget(target=wanted))


def under(parent, id, amount, **changes):
    return target(id=id, parent_id=parent, amount=Decimal(amount), **changes)
