"""What is said with a move, where a test needs nothing particular."""

from __future__ import annotations

from tests.cases.county import EVIDENCE, STATION
from tests.cases.steps import DUE_ON, PROOFS, registered

CITY_OFFICE = "p-360200000000-office"


SHIELD = "green-shield-2018"


OTHER = registered(2).ref.id


REASON = {"reason": "有理由"}


SUBMITTED = {"measures": "已补植", "evidence": [EVIDENCE], "proofs": PROOFS}


TO_UNIT = {"unit": STATION, "due_on": DUE_ON}


REFERRAL = {"kind": "police", "to": {"id": "u-police", "name": "浮梁县公安局"}}
