"""A target and reports of progress against it."""

from contracts.targets import Amounts, ProgressReport, Target, TargetProgress
from tests.telling import heard

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
