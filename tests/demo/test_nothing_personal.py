"""A whole play leaves nothing in logs, metrics and dead letters of what was posted, asked and enrolled."""

import json

from contracts.every_service import DeadLetters, ListDeadLetters
from contracts.language.command import OPERATOR
from contracts.language.division import UNKNOWN
from contracts.wiring.table import SERVICES
from deploy.local.looking import http_get
from tests.quoted import plain, quoted, words_in


async def test_a_play_leaves_no_word_of_anybody_where_operators_look(played_in, play):
    demo, evidence = play
    posted = [json.loads(one.body) for one in evidence.posted if one.body.startswith(b"{") and one.body.endswith(b"}")]
    people = [to.person.name for post in evidence.posts for to in post.appointments]
    words = set(words_in([posted, [one.said for one in evidence.asked], people]))
    assert len(words) > 100
    log = (played_in / "log").read_text("utf-8")
    lines = log.splitlines()
    services = [
        json.loads(line[line.index("{") :]) for line in lines if "{" in line and line.split("|")[0].strip() in SERVICES
    ]
    assert {one["service"] for one in services} == set(SERVICES)
    metrics = [http_get(demo.run.http_ports[name], "/metrics")[1] for name in SERVICES]
    dead = [
        await demo.buses[OPERATOR].ask(ListDeadLetters(), OPERATOR, UNKNOWN, DeadLetters, service=name)
        for name in SERVICES
    ]
    told = [*metrics, *(one.model_dump_json() for one in dead)]
    assert quoted(words, plain(lines) + "\n".join(told)) == []
    assert quoted(demo.run.passwords.values(), log) == []
