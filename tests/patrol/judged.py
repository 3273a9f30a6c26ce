"""What becomes of reports that are heard together, on the ground of the tests."""

from services.patrol.incident.judging import Judging
from services.patrol.incident.near import NEAR
from services.patrol.incident.report import judge
from services.runtime.reference.ground import Ground
from tests.patrol.areas_and_reports import AREAS, NOW, SEEN

GROUND = Ground(AREAS)


RULES = NEAR.shipped.newest


def judged_with_those_left(*heard):
    areas = GROUND.containing(
        [one.body.at.lon for one in heard], [one.body.at.lat for one in heard], [SEEN.date()] * len(heard)
    )
    return judge(heard, areas, Judging({}, {}, NOW, RULES))


def judged(*heard):
    return judged_with_those_left(*heard)[0]
