"""Cases, a sheet and a letter for the tests of the ledger's documents."""

from contracts.cases import Case, Letter, Sheet

TOWN = "360222100000"
STATION = {"id": f"u-{TOWN}", "name": "浮梁镇林业工作站"}
CHIEF = {"id": f"{TOWN}-chief", "role": "chief", "area_id": TOWN, "division": TOWN, "unit": STATION}


def case(n=1, **more):
    stated = {
        "ref": {"id": f"case-{n}", "number": f"2020-360222-{n:06d}", "division": TOWN},
        "campaign": "green-shield-2018",
        "kind": "felling",
        "severity": "serious",
        "state": "rectifying",
        "area_id": TOWN,
        "place": "浮梁镇后山",
        "text": "砍树",
        "seen_at": "2020-02-29T20:00:00Z",
        "answerable": [{**CHIEF, "holder": {"id": "p-1", "name": "张三"}}, {**CHIEF, "id": "vacant"}],
        "office": {"id": "u-office", "name": "浮梁县林长办"},
        "unit": STATION,
        "due_on": "2020-04-01",
        "owner": {"unit": STATION, "due_on": "2020-04-01"},
        "since": "2020-03-02T00:00:00Z",
    }
    return Case.model_validate({**stated, **more})


SHEET = Sheet.model_validate(
    {
        "campaign": "green-shield-2018",
        "division": "360200000000",
        "kind": None,
        "after": "2019-12-31",
        "to": "2020-05-20",
        "cutoff": "2020-05-20T16:00:00Z",
        "balance": {
            "opening": 10,
            "new": 5,
            "relapsed": 1,
            "moved_in": 2,
            "closed": 4,
            "voided": 1,
            "merged": 1,
            "moved_out": 3,
            "closing": 9,
        },
        "relapsed_by_reason": {"recurrence": 1},
        "closed_by_route": {"put_right": 3, "penalty": 1},
        "share": {
            "rectified": 4,
            "counted": 14,
            "problems": 13,
            "percent": "28.57",
            "threshold_percent": "95",
            "threshold_due_on": "2020-12-31",
            "threshold_source": "《绿盾2018》",
        },
    }
)

LETTER = Letter.model_validate(
    {
        "id": "6f1d1f2e-0000-4000-8000-000000000001",
        "rung": "supervision_letter",
        "about": "owner",
        "office": {"id": "u-office", "name": "浮梁县林长办"},
        "to": STATION,
        "posts": [CHIEF],
        "due_on": "2020-04-01",
        "issued_on": "2020-04-09",
        "reply_due_on": "2020-04-16",
        "number": "浮林长办〔2020〕12号",
        "called": "浮梁县林长办公室",
        "addressed": ["浮梁镇人民政府林长", "浮梁镇林业工作站"],
        "asked": "rectify",
    }
)

LINE = {
    "case": {"id": "case-1", "number": "2020-360222-000001", "division": TOWN},
    "place": "浮梁镇后山",
    "kind": "felling",
    "about": "owner",
    "asked": "rectify",
    "due_on": "2020-04-01",
}
