"""A small county to test cases in: a village with its grid, the posts and the units."""

from datetime import UTC, date, datetime
from uuid import UUID, uuid5

from contracts.language.division import Division
from contracts.language.values import PersonRef, UnitRef
from contracts.patrol import Incident
from contracts.roster import Appointment, Post
from services.cases.case import case as rules
from services.cases.post.post import Roster

VILLAGE = Division("360222104201")
COUNTY_OFFICE = UnitRef(id="u-360222000000-office", name="浮梁县林长办")
STATION = UnitRef(id="u-360222104000", name="三龙镇林业工作站")
SEEN = datetime(2020, 6, 14, 3, 0, tzinfo=UTC)


def post(area_id, role, unit=None, *, holder="", held_to=None):
    """One post, held by `p-<post id>` since 2019, or by somebody else, or by nobody (None)."""
    division = Division(area_id[:12])
    id = f"{area_id}-{role.replace('_', '-')}"
    person = PersonRef(id=holder or f"p-{id}", name="浮梁县某岗位")
    held = Appointment(
        person=person,
        held_from=date(2019, 1, 1),
        held_to=held_to,
        recorded_at=datetime(2019, 1, 1, tzinfo=UTC),
    )
    return Post(
        id=id,
        role=role,
        title=role,
        area_id=area_id,
        division=division,
        unit=unit or UnitRef(id=f"u-{division}", name=f"单位 {division}"),
        appointments=() if holder is None else (held,),
    )


POSTS = (
    post("360222104201-g1", "ranger"),
    post("360222104201-g1", "resource_supervisor", holder=None),
    post("360222104201", "village_chief"),
    post("360222104000", "chief"),
    post("360222104000", "unit", STATION),
    post("360222105000", "unit"),
    post("360222000000", "chief"),
    post("360222000000", "office", COUNTY_OFFICE),
    post("360281000000", "office", UnitRef(id="u-360281000000-office", name="乐平市林长办")),
    post("360200000000", "office", UnitRef(id="u-360200000000-office", name="景德镇市林长办")),
)
OFFICE = "p-360222000000-office"
UNIT = "p-360222104000-unit"
CHIEF = "p-360222000000-chief"


def incident(n=1, *, division=VILLAGE, kind="felling", weight=1):
    """The n-th incident, in the grid of a village."""
    area = {"kind": "division", "division": division}
    return Incident.model_validate(
        {
            "id": uuid5(UUID(int=0), f"incident {n}"),
            "source": "acme",
            "external_id": f"r-{n}",
            "revision": 1,
            "kind": kind,
            "severity": "serious",
            "lon": 117.2,
            "lat": 29.3,
            "stated": {"lon": 117.2, "lat": 29.3, "datum": "cgcs2000"},
            "division": division,
            "areas": [
                {"id": f"{division}-g1", "kind": "grid", "name": "一号网格", "division": division},
                {"id": division, "name": "双龙村", **area},
                {"id": f"{division[:9]}000", "name": "三龙镇", **area, "division": f"{division[:9]}000"},
                {"id": f"{division[:6]}000000", "name": "浮梁县", **area, "division": f"{division[:6]}000000"},
                {"id": f"{division[:4]}00000000", "name": "景德镇市", **area, "division": f"{division[:4]}00000000"},
            ],
            "seen_at": SEEN,
            "reported_at": SEEN,
            "reporter": "ranger",
            "text": "发现林木被砍伐",
            "weight": weight,
        }
    )


EVIDENCE = {"sha256": "a" * 64, "media_type": "image/jpeg", "size_bytes": 1000}


def closed_case(of):
    """The case of an incident after its close."""
    case = rules.open_case(of, "2020-360222-000001", 1, Roster(POSTS), SEEN)
    return case.model_copy(update={"state": "closed", "owner": None})
