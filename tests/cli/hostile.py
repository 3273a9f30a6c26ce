"""For each command of the line the arguments with which it prints what others wrote, and the files that they name."""

import json
from pathlib import Path

from tests.roster.entries import AT, PHOTO, STATED

HOSTILE = "砍\x1b[2J\x1b]52;c;aGk=\x07树\x9b31m\r\u202egpj\u2066\u200b\n2020-360222-999999 已销号"
UNBROKEN = "砍\u202egpj\u2066\u200b 已销号"
"""As much of it as may stand in a text of one line."""
OFFICE = "p-360222000000-office"
CHIEF = "p-360222000000-chief"
PATROL = "6f1d1f2e-0000-4000-8000-000000000002"
EMBEDDED = "Libertinus Serif"
NEAR = Path(__file__).parents[2] / "services" / "patrol" / "incident" / "near.json"
ENTRY = {"division": "360222101200", "area_id": "360222101200", "id": "hostile"}
VISIT = {"visited_on": "2020-03-20", "inspector": UNBROKEN, "findings": HOSTILE, "passed": True}
TARGET = {
    "id": "hostile",
    "year": 2098,
    "name": "x",
    "name_en": "x",
    "kind": "quantity",
    "unit": "mu",
    "amount": "1",
    "division": "360222101200",
    "in_force": {"first": "2098-01-01", "last": "2098-12-31"},
    "known_from": "2098-01-01",
    "source": UNBROKEN,
}
YEAR = {"first": "2020-01-01", "last": "2020-12-31"}


def commands_on(case, folder):
    """A register is listed and shown after a hostile entry was enrolled, a plan after it was set."""
    written = files_in(folder)
    chief = ("--post-id", "360222000000-chief")
    clearing = ("--plot-id", "hostile", *chief, "--on", "2020-06-01", "--trees", "1")
    done = ("--id", "hostile", "--division", "360222101200", "--on", "2020-06-01", "--place", UNBROKEN)
    return {
        ("report",): ("--file", written["reports"]),
        ("case", "list"): ("--region", "360222"),
        ("case", "show"): (case,),
        ("case", "verify"): (case, "--as", OFFICE),
        ("case", "history"): (case,),
        ("case", "words"): ("--as", "operator"),
        ("case", "ages"): ("--on", "2026-01-01", "--as", "operator"),
        ("ledger", "import"): (written["book.xlsx"], "--source", HOSTILE, "--as", OFFICE),
        ("ledger", "sheet"): ("--region", "360222"),
        ("ledger", "publish"): ("--as", OFFICE, "--campaign", HOSTILE),
        ("ledger", "export"): (str(folder / "out.xlsx"),),
        ("ledger", "print"): (str(folder / "out.pdf"), "--font", EMBEDDED),
        ("ledger", "letter"): (HOSTILE, "6f1d1f2e-0000-4000-8000-000000000001", "x", "--as", OFFICE),
        ("tail",): ("cases", "--fact", HOSTILE),
        ("dead", "list"): (HOSTILE,),
        ("dead", "replay"): ("cases", "--cause", HOSTILE),
        ("dead", "discard"): ("cases", "--reason", HOSTILE),
        ("status",): (),
        ("rules", "check"): (written["wrong-law"],),
        ("rules", "show"): (HOSTILE,),
        ("rules", "take-up"): (written["law"],),
        ("areas", "import"): (written["areas"],),
        ("areas", "forest-land"): (written["areas"], "--year", "2019", "--source", "x"),
        ("areas", "coverage"): ("--region", "360222104"),
        ("areas", "who"): ("--lon", "117.19", "--lat", "29.75"),
        ("roster", "enrol"): ("breeder", written["breeders"]),
        ("roster", "list"): ("breeder",),
        ("roster", "show"): ("breeder", ENTRY["id"]),
        ("roster", "columns"): ("breeder",),
        ("roster", "breeder-step"): (ENTRY["id"], written["step"]),
        ("roster", "findings"): ("--region", "360222"),
        ("roster", "renew-board"): (
            *("board", "--content", written["content"], "--photo", written["content"], "--on", "2020-06-15"),
        ),
        ("roster", "posts", "import"): (written["posts.csv"], "--as", "operator"),
        ("roster", "posts", "export"): (str(folder / "posts-out.csv"),),
        ("roster", "old_tree", "import"): (written["posts.csv"], "--as", "operator"),
        ("roster", "old_tree", "export"): (str(folder / "trees-out.csv"),),
        ("patrol", "holders", "import"): (written["posts.csv"], "--as", "operator"),
        ("patrol", "holders", "export"): (str(folder / "holders-out.csv"),),
        ("patrol", "import"): (written["track"], "--terminal", HOSTILE),
        ("patrol", "hotspots"): (written["fires.csv"],),
        ("patrol", "patches"): (written["patches"], "--project", HOSTILE),
        ("patrol", "patch-shares"): ("--project", HOSTILE),
        ("patrol", "condition"): (
            *("--id", "hostile", "--kind", "danger", "--division", "360222101200", "--level", "1"),
            *("--first", "2020-01-01", "--last", "2020-01-02", "--source", UNBROKEN, "--as", OFFICE),
        ),
        ("patrol", "order"): (
            *(*chief, "--number", UNBROKEN, "--text", HOSTILE, "--due-on", "2099-12-31", "--as", OFFICE),
        ),
        ("patrol", "duties"): (*chief, "--on", "2099-12-31"),
        ("patrol", "excuse"): (
            *("--duty-id", "6f1d1f2e-0000-4000-8000-000000000001", "--reason", HOSTILE, "--as", OFFICE),
        ),
        ("patrol", "record"): (
            *(*chief, "--started-at", "2020-05-01T00:00:00Z", "--ended-at", "2020-05-01T02:00:00Z"),
            *("--way", "everyday", "--place", UNBROKEN, "--text", HOSTILE, "--as", OFFICE),
        ),
        ("patrol", "set-plan"): (
            *(*chief, "--year", "2020", "--stops", written["stops"], "--source", UNBROKEN, "--as", OFFICE),
        ),
        ("patrol", "plan"): (*chief, "--year", "2020"),
        ("patrol", "list"): (*chief, "--verdict", "invalid"),
        ("patrol", "show"): (PATROL,),
        ("patrol", "plan-patrol"): (*chief, "--planned-on", "2099-12-31", "--as", OFFICE),
        ("patrol", "begin"): (*chief, "--terminal", UNBROKEN, "--source", "desk", "--as", CHIEF),
        ("patrol", "pause"): ("--patrol-id", PATROL, "--text", HOSTILE, "--as", CHIEF),
        ("patrol", "resume"): ("--patrol-id", PATROL, "--text", HOSTILE, "--as", CHIEF),
        ("patrol", "end"): ("--patrol-id", PATROL, "--text", HOSTILE, "--as", CHIEF),
        ("patrol", "abandon"): ("--patrol-id", PATROL, "--text", HOSTILE, "--as", CHIEF),
        ("patrol", "appeal"): ("--patrol-id", PATROL, "--reason", UNBROKEN, "--as", CHIEF),
        ("patrol", "decide"): (
            *("--patrol-id", PATROL, "--decision", "refused", "--reason", UNBROKEN, "--as", OFFICE),
        ),
        ("patrol", "hold"): (
            *("--source", "desk", "--terminal", UNBROKEN, "--division", "360222101200", "--person-id", "hostile"),
            *("--post-id", "360222000000-chief", "--carried-from", "2020-01-01T00:00:00Z", "--as", "operator"),
        ),
        ("patrol", "return"): (
            *("--source", "desk", "--terminal", UNBROKEN, "--division", "360222101200"),
            *("--returned-at", "2020-02-01T00:00:00Z", "--as", "operator"),
        ),
        ("patrol", "terminals"): ("--terminal", UNBROKEN, "--as", "operator"),
        ("roster", "stand-in"): (
            *("--post-id", "360222000000-chief", "--person-id", "hostile", "--person-name", UNBROKEN),
            *("--first", "2020-01-01", "--last", "2020-01-02", "--reason", UNBROKEN, "--as", "operator"),
        ),
        ("roster", "stand-ins"): ("--as", "operator"),
        ("patrol", "timeliness"): ("--region", "360222"),
        ("patrol", "use"): ("--region", "360222", "--from", "2020-06-01", "--to", "2020-06-30"),
        ("patrol", "enrol-plots"): ("--plots", written["plots"], "--as", OFFICE),
        ("patrol", "plots"): ("--region", "360222"),
        ("patrol", "clear"): (*clearing, "--step", "found", "--text", HOSTILE, "--as", OFFICE),
        ("patrol", "verify-clearance"): (*clearing, "--passed", "--text", HOSTILE, "--as", OFFICE),
        ("patrol", "natural-forest"): (
            *("--id", "hostile", "--division", "360222101200", "--year", "2020", "--source", UNBROKEN),
            *("--boundary", written["areas"], "--as", "operator"),
        ),
        ("patrol", "station"): (*chief, "--on", "2020-06-01", "--text", HOSTILE, "--as", OFFICE),
        ("patrol", "station-reports"): ("--region", "360222"),
        ("patrol", "outreach"): (
            *(*done, "--topics", "wildlife_ban", "--households", "1", "--text", HOSTILE, "--as", OFFICE),
        ),
        ("patrol", "dispute"): (
            *(*done, "--parties", UNBROKEN, "--parties", "another", "--about", "forest_rights", "--way", "mediation"),
            *("--text", HOSTILE, "--settled", "--as", OFFICE),
        ),
        ("patrol", "outreach-list"): ("--region", "360222", "--year", "2020", "--as", OFFICE),
        ("patrol", "first-step"): (*chief, "--incident-id", PATROL, "--text", HOSTILE, "--as", OFFICE),
        ("evidence", "put"): (written["paper.pdf"], "--type", HOSTILE),
        ("evidence", "get"): (HOSTILE, str(folder / "got")),
        ("evidence", "check"): (written["paper.pdf"],),
        ("evidence", "list"): ("--region", "360222"),
        ("evidence", "save"): (str(folder / "evidence"),),
        ("target", "load"): (written["targets"],),
        ("target", "plan"): ("--year", "2098"),
        ("target", "break-down"): (written["parts.csv"], "--year", "2098", "--reason", HOSTILE),
        ("target", "export"): (str(folder / "plan.csv"), "--year", "2098"),
        ("target", "record"): (*chief, "--as", "operator"),
        ("user", "list"): (),
    }


def files_in(folder):
    """Each file by its name, written."""
    breeder = {**STATED["breeder"], **ENTRY, "inspections": [VISIT]}
    area = {"code": HOSTILE, "name": HOSTILE}
    patch = {"图斑号": HOSTILE, "后时相": HOSTILE}
    law = NEAR.read_text("utf-8")
    contents = {
        "areas": json.dumps({"features": [{"properties": area, "geometry": {}}]}),
        "reports": json.dumps({"kind": HOSTILE, HOSTILE: 1}) + "\n" + HOSTILE,
        "book.xlsx": "",
        "posts.csv": f"岗位编号,岗位类别,{HOSTILE}\n{HOSTILE},{HOSTILE},{HOSTILE}\n",
        "track": json.dumps({"type": "FeatureCollection", "crs": {"properties": {"name": HOSTILE}}, "features": []}),
        "fires.csv": f'latitude,longitude,acq_date,acq_time,satellite,confidence\n1,2,2020-01-01,1,N,"{HOSTILE}"\n',
        "patches": json.dumps({"features": [{"type": "Feature", "properties": patch, "geometry": None}]}),
        "plots": json.dumps(
            [
                {
                    "id": "hostile",
                    "division": "360222101200",
                    "place": UNBROKEN,
                    "at": AT,
                    "trees": 1,
                    **YEAR,
                    "source": "x",
                }
            ]
        ),
        "targets": json.dumps([{**TARGET, "name": UNBROKEN, "entity": UNBROKEN}, {**TARGET, HOSTILE: 1}]),
        "parts.csv": f"上级任务,任务编号,区划,承担单位,任务量\nx,{HOSTILE},{HOSTILE},{HOSTILE},1\nx,y,360222,,1\n",
        "law": law.replace("DOMAIN", UNBROKEN).replace('"within_m": 200', '"within_m": 201'),
        "paper.pdf": "%PDF-1.7\n" + HOSTILE,
        "wrong-law": law.replace('"kinds": {}', f'"kinds": {{{json.dumps(HOSTILE)}: 1}}'),
        "breeders": json.dumps([breeder, {**breeder, HOSTILE: HOSTILE}], default=str),
        "step": json.dumps({"number": UNBROKEN, "kind": "consent", "done_on": "2020-06-14", "evidence": [PHOTO]}),
        "content": json.dumps({HOSTILE: HOSTILE}),
        "stops": json.dumps([{"id": "s", "division": "360222000000", "place": UNBROKEN, "topics": [UNBROKEN], **YEAR}]),
    }
    for name, content in contents.items():
        (folder / name).write_text(content, "utf-8")
    return {name: str(folder / name) for name in contents}
