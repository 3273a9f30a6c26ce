"""What each kind of user may publish on and read."""

from contracts.cases import CaseClosed, CaseOpened, VerifyCase
from contracts.language.division import UNKNOWN, Division
from contracts.wiring import table
from contracts.wiring.permissions import (
    OPERATED,
    department_permissions,
    integrator_permissions,
    official_permissions,
    operator_permissions,
    refusals_durable,
    service_permissions,
)
from contracts.wiring.streams import (
    durable,
)
from contracts.wiring.table import SERVICES

FULIANG = Division("360222000000")


def reading(prefix, stream, name):
    return (
        f"{prefix}.CONSUMER.INFO.{stream}.{name}",
        f"{prefix}.CONSUMER.MSG.NEXT.{stream}.{name}",
        f"$JS.ACK.{stream}.{name}.>",
        f"$JS.ACK.*.*.{stream}.{name}.>",
    )


def test_an_integrator_posts_under_its_own_name_and_reads_its_own_refusals():
    allowed = integrator_permissions("acme")
    assert set(allowed.publish) == {
        *(
            "intake.acme.incident.v1",
            "intake.acme.passerby.v1",
            "intake.acme.progress.v1",
            "intake.acme.patrol.v1",
            "intake.acme.evidence.v1",
            "$O.EVIDENCE.C.acme.*",
            "track.v1.acme",
        ),
        *reading("FOREST.API", "REJECTED", "acme"),
    }
    assert allowed.subscribe == ("_INBOX.acme.>",)
    refusals = refusals_durable("acme")
    assert (refusals.stream, refusals.filter_subject, refusals.owner) == ("REJECTED", "rejected.acme.>", "acme")


def test_a_department_reads_through_its_own_durables_and_says_nothing():
    heard = durable("police", CaseOpened)
    allowed = department_permissions("police", (heard, durable("police", CaseClosed)))
    assert allowed.publish == (
        *reading("FOREST.API", "CASES", "police-opened"),
        *reading("FOREST.API", "CASES", "police-closed"),
    )
    assert allowed.subscribe == ("_INBOX.police.>",)


def test_an_official_asks_in_its_own_name_and_region_what_officials_ask():
    allowed = official_permissions("zhang", FULIANG)
    asked = [command for of_service in table.COMMANDS.values() for command in of_service]
    asks = [f"cmd.{command.name}.zhang.36.02.22.*.*" for command in asked]
    assert sorted(allowed.publish) == sorted([*asks, "$O.EVIDENCE.C.zhang.*"])
    assert f"cmd.{VerifyCase.name}.zhang.36.02.22.*.*" in allowed.publish
    assert allowed.subscribe == ("_INBOX.zhang.>",)


def test_the_operator_asks_everything_anywhere_and_each_service_how_it_stands():
    allowed = operator_permissions()
    asked = official_permissions("operator", UNKNOWN)
    assert set(asked.publish) < set(allowed.publish)
    words = ("list_dead", "replay_dead", "discard_dead", "refill", "status", "show_laws", "take_up_law")
    of_users = ("put_user", "change_user", "rotate_user", "retire_user", "remove_user", "list_users", "show_streams")
    assert set(allowed.publish) - set(asked.publish) == {
        *(f"cmd.{service}.{word}.v1.operator.*.*.*.*.*" for service in SERVICES for word in words),
        *(f"cmd.provisioner.{word}.v1.operator.*.*.*.*.*" for word in of_users),
    }
    assert (len(OPERATED), allowed.subscribe) == (42, ("_INBOX.operator.>",))


def test_a_service_says_its_own_facts_refuses_what_it_takes_in_and_reads_what_it_hears():
    of_notify, of_patrol, of_targets = (service_permissions(one) for one in ("notify", "patrol", "targets"))
    own = ("notified", "receipted", "law_taken_up", "dead_lettered")
    assert of_notify.publish[:4] == tuple(f"notify.{fact}.v1.>" for fact in own)
    streams = {one for one in of_notify.publish if one.startswith("$JS.API.STREAM.INFO.")}
    told = {"ADVISORY", "CASES", "NOTIFY", "PATROL", "ROSTER"}
    assert streams == {f"$JS.API.STREAM.INFO.{stream}" for stream in told}
    assert {"_INBOX.>", "_R_.>", "$JS.API.DIRECT.GET.CLOCK.clock.now"} < set(of_notify.publish)
    assert set(reading("$JS.API", "ROSTER", "notify-post")) < set(of_notify.publish)
    assert not any(one.startswith("rejected.") for one in of_notify.publish)
    assert "rejected.>" in of_patrol.publish
    assert [one for one in of_targets.publish if one.startswith("rejected.")] == ["rejected.*.progress.v1"]
    assert of_notify.subscribe == ("_INBOX.notify.>", "cmd.notify.>", "clock.now")
