"""Who says, hears, keeps and may do what, against tables of its own."""

import re

import pytest

from contracts.cases import CaseClosed, CaseCommand, CaseFact, LetterFact, ScopeAsked
from contracts.every_service import DeadLettered, LawTakenUp, dead_lettered
from contracts.language.division import Division
from contracts.language.message import Command, Fact, Intake, ReferenceFact
from contracts.patrol import (
    DutyFact,
    EvidenceUpload,
    FirstStepFact,
    IncidentReport,
    MovePatrol,
    PasserbyReport,
    PatrolFact,
    PatrolReport,
    PlotFact,
    TrackBatch,
)
from contracts.publishing.schemas import messages
from contracts.roster import AreaStated
from contracts.targets import ProgressReport
from contracts.wiring.streams import (
    DURABLES,
    MIB,
    STREAMS,
    Durable,
    Stream,
    all_of,
    durable,
    filter_of,
    percent_of,
    stream_of,
)
from contracts.wiring.table import ANSWERS, FACTS, HEARS, REFUSES, SERVICES, is_reference
from services.cases.service import cases
from services.notify.service import notify
from services.patrol.service import patrol
from services.roster.service import roster
from services.targets.service import targets

DAY_S = 24 * 3600
ABSTRACT = {
    *(CaseFact, LetterFact, DeadLettered, DutyFact, PatrolFact, PlotFact, FirstStepFact, LawTakenUp, ReferenceFact),
    *(CaseCommand, MovePatrol, ScopeAsked),
}


def leaves(kind):
    """Every class of messages that has a name of its own on the bus."""
    for one in kind.__subclasses__():
        if one not in ABSTRACT and one.__module__.startswith("contracts."):
            yield one
        yield from leaves(one)


@pytest.mark.parametrize("kind", [Fact, Intake, Command])
def test_every_message_that_is_written_down_is_wired_once(kind):
    wired = [message for message in messages() if issubclass(message, kind)]
    assert sorted(one.name for one in wired) == sorted(one.name for one in leaves(kind))


def test_each_service_tells_its_own_facts_and_answers_its_own_commands():
    assert tuple(FACTS) == SERVICES == ("roster", "patrol", "cases", "targets", "notify")
    for service, facts in FACTS.items():
        assert {fact.parts()[0] for fact in facts} == {service}
    for service, asked in ANSWERS.items():
        assert {command.parts()[0] for command in asked} <= {service, "*"}
        assert [command.name for command in asked if command.parts()[0] == "*"] == [
            *("*.list_dead.v1", "*.replay_dead.v1", "*.discard_dead.v1", "*.refill.v1", "*.status.v1"),
            *("*.show_laws.v1", "*.take_up_law.v1"),
        ]


@pytest.mark.parametrize("service", [roster, patrol, cases, targets, notify], ids=lambda service: service.name)
def test_each_service_hears_what_it_has_a_handler_for(service):
    service.check()


def test_what_only_shows_is_answered_afresh_each_time():
    asked = [command for message in messages() if issubclass(command := message, Command)]
    shows = {command.name.split(".")[1] for command in asked if command.reads_only}
    assert shows == {
        *("who_answers", "show_plan", "show_record", "show_notices", "list_dead", "status", "words", "show", "history"),
        *("letter", "list", "sheet", "ages", "list_users", "show_streams", "show_laws", "list_areas"),
        *("list_register", "list_findings", "who_answers_for", "show_coverage"),
        *("list_places", "list_posts"),
        *("list_duties", "show_patches", "show_patrol_plan", "list_patrols", "show_patrol"),
        *("list_plots", "list_station_reports", "list_outreach"),
        *("show_evidence", "list_evidence", "read_evidence", "show_timeliness", "show_use"),
        *("list_terminals", "list_stand_ins"),
    }
    assert {command.name for command in asked if command.max_bytes > 131_072} == {
        *("roster.enrol_areas.v1", "roster.enrol_posts.v1", "roster.enrol_inventories.v1"),
        *("roster.enrol_old_trees.v1", "roster.enrol_rangers.v1", "roster.enrol_boards.v1"),
        *("roster.enrol_breeders.v1", "roster.enrol_offices.v1", "roster.enrol_correspondence.v1"),
        *("roster.enrol_leading_groups.v1", "roster.enrol_directives.v1", "roster.enrol_forest_land.v1"),
        *("patrol.enrol_plots.v1", "patrol.state_natural_forest.v1"),
    }


ROSTER, PATROL, CASES = ("roster.area.v1.>", "roster.post.v1.>"), "patrol.located.v1.>", "cases.opened.v1.>"


@pytest.mark.parametrize(
    ("name", "age_days", "duplicates_s", "percent", "per_subject", "drops_oldest", "handled_may_go", "takes"),
    [
        ("ROSTER", 0, 600, 8, 1, False, False, ROSTER),
        ("PATROL", 90, 600, 12, -1, False, False, (PATROL, "patrol.tracked.v1.>")),
        ("CASES", 90, 600, 22, -1, False, False, (CASES, "cases.sheet_published.v1.>")),
        ("TARGETS", 90, 600, 5, -1, False, False, ("targets.set.v1.>", "targets.also_recorded.v1.>")),
        ("NOTIFY", 30, 600, 6, -1, False, False, ("notify.notified.v1.>", "notify.receipted.v1.>")),
        ("ADVISORY", 30, 600, 4, -1, False, False, tuple(f"{one}.dead_lettered.v1.>" for one in SERVICES)),
        ("INTAKE", 30, 0.1, 10, -1, False, True, ("intake.>",)),
        ("TRACKS", 7, 0.1, 7, -1, False, True, ("track.>",)),
        ("REJECTED", 30, 600, 4, -1, True, False, ("rejected.>",)),
        ("CONTACTS", 0, 600, 2, 1, False, False, ("contact.>",)),
        ("CLOCK", 0, 600, 2, 1, False, False, ("clock.now",)),
        ("OBJ_EVIDENCE", 0, 120, 18, -1, False, False, ("$O.EVIDENCE.C.>", "$O.EVIDENCE.M.>")),
    ],
)
def test_each_stream_keeps_what_it_must_as_long_as_it_must_in_its_part_of_the_store(
    name, age_days, duplicates_s, percent, per_subject, drops_oldest, handled_may_go, takes
):
    (stream,) = (one for one in STREAMS if one.name == name)
    assert (stream.max_age_s, stream.duplicate_window_s) == (age_days * DAY_S, duplicates_s)
    assert (stream.store_percent, stream.max_msgs_per_subject) == (percent, per_subject)
    assert (stream.drops_oldest, stream.handled_may_go) == (drops_oldest, handled_may_go)
    assert set(takes) <= set(stream.subjects)
    assert {one.split(".")[0] for one in stream.subjects} == {one.split(".")[0] for one in takes}
    assert stream.max_msg_bytes == (147_456 if name == "OBJ_EVIDENCE" else 1_048_576)


def test_the_streams_share_the_whole_store_and_what_is_told_is_kept_by_one_of_them():
    assert (len(STREAMS), sum(stream.store_percent for stream in STREAMS)) == (12, 100)
    kept = [subject for stream in STREAMS for subject in stream.subjects]
    for service, facts in FACTS.items():
        assert {kept.count(f"{fact.name}.>") for fact in facts} == {1}, service


@pytest.mark.parametrize(
    ("held", "budget", "percent"),
    [(0, 100, 0), (98, 100, 98), (199, 200, 99), (200, 200, 100), (5, 0, 0), (5, -1, 0), (1, 1, 100)],
)
def test_how_full_a_stream_is_is_said_in_whole_percent_and_one_without_a_budget_is_never_full(held, budget, percent):
    assert percent_of(held, budget) == percent


def test_a_budget_is_a_part_of_the_store():
    assert Stream("A", ("a.>",), 0, 1, 8).budget_bytes(10_240) == 10_240 * 1_048_576 * 8 // 100 == 858_993_459
    assert (MIB, Stream("A", ("a.>",), 0, 1, 100).budget_bytes(1)) == (1_048_576, 1_048_576)


@pytest.mark.parametrize(
    ("message", "stream", "filter", "name"),
    [
        (CaseClosed, "CASES", "cases.closed.v1.>", "patrol-closed"),
        (AreaStated, "ROSTER", "roster.area.v1.>", "patrol-area"),
        (dead_lettered("cases"), "ADVISORY", "cases.dead_lettered.v1.>", "patrol-dead_lettered"),
        (IncidentReport, "INTAKE", "intake.>", "patrol-intake-incident"),
        (ProgressReport, "INTAKE", "intake.*.progress.v1", "patrol-intake-progress"),
        (TrackBatch, "TRACKS", "track.>", "patrol-intake-track"),
    ],
)
def test_a_message_is_kept_by_one_stream_and_heard_through_a_durable_of_its_own(message, stream, filter, name):
    heard = durable("patrol", message)
    assert (stream_of(message), filter_of(message)) == (heard.stream, heard.filter_subject) == (stream, filter)
    assert (heard.name, heard.owner, heard.ack_wait_s, heard.max_ack_pending) == (name, "", 20.0, 20_000)


def test_durables_are_as_many_as_what_is_heard_and_two_services_take_intake():
    assert {service: len(of_service) for service, of_service in DURABLES.items()} == {
        service: len(heard) for service, heard in HEARS.items()
    }
    assert {
        "roster": (),
        "patrol": (IncidentReport, PasserbyReport, TrackBatch, PatrolReport, EvidenceUpload),
        "cases": (),
        "targets": (ProgressReport,),
        "notify": (),
    } == REFUSES


def test_only_the_state_of_what_roster_keeps_is_reference():
    """Its stream keeps the last fact of each thing alone: one that is no state would be lost."""
    kept = [one for one in FACTS["roster"] if stream_of(one) == "ROSTER" and not issubclass(one, LawTakenUp)]
    assert [message for message in messages() if is_reference(message)] == kept
    assert {"roster.area.v1", "roster.post.v1", "roster.board.v1", "roster.finding.v1"} <= {one.name for one in kept}


@pytest.mark.parametrize(
    ("service", "division", "hears"),
    [
        ("cases", "360222000000", "cases.*.*.36.02.22.>"),
        ("cases", "360222104201", "cases.*.*.36.02.22.104.201"),
        ("cases", "000000000000", "cases.*.*.>"),
        ("roster", "360222000000", "roster.*.*.36.02.22.>"),
        ("roster", "360222104201", "roster.*.*.36.02.22.104.201.*"),
    ],
)
def test_all_that_a_service_tells_of_a_division_is_heard_one_message_at_a_time(service, division, hears):
    assert all_of(service, Division(division), "county") == Durable(
        f"county-{service}", service.upper(), hears, "county", max_ack_pending=1
    )


def test_what_is_heard_of_all_that_a_service_tells_is_on_its_subjects():
    for service in SERVICES:
        for fact in FACTS[service]:
            if not issubclass(fact, DeadLettered):
                wanted = all_of(service, Division("360222000000"), "county").filter_subject
                told = fact.told_under(Division("360222000000"))
                pattern = wanted.replace(".", r"\.").replace("*", "[^.]+").replace(">", ".+")
                assert re.fullmatch(pattern, told.replace(">", "104.201.x")), told
