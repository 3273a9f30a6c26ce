"""Chiefs of one ground: whoever takes the first id, or the highest office, takes the wrong one."""

from datetime import UTC, date, datetime

from contracts.language.division import Division
from contracts.language.values import PersonRef, UnitRef
from contracts.roster import Appointment, Post

COUNTY, TOWN, VILLAGE = Division("360222000000"), Division("360222104000"), Division("360222104201")


def chief(id, role, division=COUNTY, area_id=None, *, vacant=False, ended_on=None):
    """A chief's post, held by `p-<id>` since 2019."""
    held = Appointment(
        person=PersonRef(id=f"p-{id}", name=f"林长 {id}"),
        held_from=date(2019, 1, 1),
        recorded_at=datetime(2019, 1, 1, tzinfo=UTC),
    )
    return Post(
        id=id,
        role=role,
        title=role,
        area_id=area_id or division,
        division=division,
        unit=UnitRef(id=f"u-{id}", name=f"单位 {id}"),
        appointments=() if vacant else (held,),
        ended_on=ended_on,
    )


OF_ONE_COUNTY = (
    chief("a-001", "general_chief"),
    chief("a-002", "deputy_general_chief"),
    chief("b-002", "chief"),
    chief("c-003", "chief"),
)
"""The nearest is b-002: chief of the county's ground, the smaller id of two."""
