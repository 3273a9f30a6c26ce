"""What is asked of a post, as one who looks from time to time sees it."""

from datetime import date, timedelta

from contracts.language.division import Division
from contracts.language.values import Role
from services.patrol.duty.asked import asked_of

PROVINCE, CITY, COUNTY = Division("360000000000"), Division("360200000000"), Division("360222000000")


TOWN, VILLAGE = Division("360222104000"), Division("360222104201")


def asked(law, role, division, after, today, conditions=(), anew=False):
    """Each rule that asks something, with the days that count."""
    found = asked_of(Role(role), division, law, conditions, after, today, anew)
    return [(one.rule_id, one.days.first, one.days.last) for one in found]


def opened_by_looking(law, role, division, first, last, steps, conditions=()):
    """What is asked of a post at which one looks first on a day, and then every so many days, up to another.

    Beside a duty that has begun the store opens no other of the same rule.
    """
    found, after, today, n = [], date.min, first, 0
    while True:
        for one in asked(law, role, division, after, today, conditions, anew=after == date.min):
            if not any(one[0] == begun[0] and one[1] <= begun[2] and begun[1] <= one[2] for begun in found):
                found.append(one)
        if today == last:
            return found
        after, today = today, min(today + timedelta(days=steps[n % len(steps)]), last)
        n += 1


Y, M = date(2020, 1, 1), date(2020, 6, 1)
