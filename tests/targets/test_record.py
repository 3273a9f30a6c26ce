"""In whose record a case counts."""

import pytest

from services.targets.record import chief_answerable
from tests.cases.world import POSTS


def refs(*ids):
    from contracts.values import PostRef

    by_id = {post.id: post for post in POSTS}
    found = [by_id[id] for id in ids]
    return [
        PostRef(id=p.id, role=p.role, area_id=p.area_id, division=p.division, unit=p.unit, holder=None) for p in found
    ]


RANGER, VILLAGE, TOWN = "360222104201-g1-ranger", "360222104201-village-chief", "360222104000-chief"


@pytest.mark.parametrize(
    ("answerable", "chief"),
    [((RANGER, VILLAGE, TOWN), VILLAGE), ((RANGER, TOWN, "360222000000-chief"), TOWN), ((RANGER,), None), ((), None)],
)
def test_a_case_counts_for_the_village_chief_else_the_chief_of_the_smallest_area(answerable, chief):
    found = chief_answerable(refs(*answerable))
    assert (found and found.id) == chief
