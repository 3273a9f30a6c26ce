"""What is told of a case of the county, and to whom."""

from datetime import UTC, date, datetime

from contracts import cases
from contracts.language.values import UnitRef
from services.cases.case import case as rules
from services.cases.post.post import Roster
from services.notify.audience.audience import Audience, recipients
from tests.cases.county import POSTS, STATION, incident

NOW = datetime(2020, 6, 15, 2, 0, tzinfo=UTC)
DAY = date(2020, 6, 15)
CASE = rules.open_case(incident(), "2020-360222-000001", 1, Roster(POSTS), NOW)
ASSIGNED = CASE.model_copy(
    update={"state": "assigned", "unit": STATION, "owner": cases.Owner(unit=STATION, due_on=date(2020, 7, 1))}
)
RANGER, VILLAGE_CHIEF = "p-360222104201-g1-ranger", "p-360222104201-village-chief"
CITY = UnitRef(id="u-360200000000-office", name="景德镇市林长办")
TOWN_CHIEF, COUNTY_CHIEF = "p-360222104000-chief", "p-360222000000-chief"


def told_of(kind, case=CASE, **more):
    return kind(case=case, by="cases", at=NOW, **more)


def keys(told, posts=POSTS):
    return [key for _, key in (one.key for one in recipients(told, Audience(posts), DAY))]


CITY_OFFICE = "p-360200000000-office"
