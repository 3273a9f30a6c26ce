"""An entry of a register as time looks at it on a day, by the shipped law."""

from datetime import date

from services.roster.register.rules import Seen

TODAY = date(2020, 6, 15)


def seen(law, today=TODAY, known_on=date(2020, 1, 1)):
    return Seen(today, law.LAW.shipped, known_on)


def wanted(module, law, one, today=TODAY, known_on=date(2020, 1, 1), rule=None):
    found = module.wanted(one, None, seen(law, today, known_on))
    return [(str(one.from_on), one.due_on and str(one.due_on)) for one in found if one.rule == rule]
