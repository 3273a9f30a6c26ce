"""Rules of duty as they are found in public rules of several places, each as a row of the table."""

import json
from pathlib import Path

from contracts.law.duty import DutyRules
from contracts.law.reading import read_law

SHIPPED = json.loads((Path(__file__).parents[2] / "services/patrol/duty/duty.json").read_text("utf-8"))
CHIEFS = ["general_chief", "deputy_general_chief", "chief"]
PATROL = {"activity": "patrol", "source": "公开的制度", "name": "巡林", "name_en": "patrol"}
ROUND = {"activity": "round", "source": "公开的制度", "name": "巡护", "name_en": "round", "roles": ["ranger"]}
SEASONS = {
    "dry": {"name": "旱季", "name_en": "dry", "source": "s", "spans": [{"first": "10-01", "last": "05-31"}]},
    "wet": {"name": "雨季", "name_en": "wet", "source": "s", "spans": [{"first": "06-01", "last": "09-30"}]},
    "march": {"name": "3—12月", "name_en": "Mar-Dec", "source": "s", "spans": [{"first": "03-01", "last": "12-31"}]},
    "key": {"name": "重点期", "name_en": "key", "source": "s", "spans": [{"first": "10-01", "last": "04-30"}]},
    "other": {"name": "其他", "name_en": "other", "source": "s", "spans": [{"first": "05-01", "last": "09-30"}]},
}
HOLIDAYS = [
    {"name": "清明节", "first": "2020-04-04", "last": "2020-04-06"},
    {"name": "国庆节", "first": "2020-10-01", "last": "2020-10-08"},
]


def table(rules, amendments=(), **otherwise):
    """A rule table of some rows, with what is stated otherwise."""
    stated = {
        "law": "patrol.duty",
        "version": "1",
        "source": "s",
        "grace_days": 3,
        "seasons": SEASONS,
        "holidays": HOLIDAYS,
        "checklist": {"fire": ["防火", "fire"], "team": ["队伍", "team"]},
        "rules": rules,
        **otherwise,
    }
    text = json.dumps(stated | ({"amendments": list(amendments)} if amendments else {}))
    return read_law(text, "patrol.duty", DutyRules)


MONTHLY = {**PATROL, "roles": CHIEFS, "count": 1, "period": "month"}
