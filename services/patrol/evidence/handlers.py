"""Takes evidence whose bytes have come, keeps what names it, and hands it out to those who may see it."""

from __future__ import annotations

import base64

from contracts.cases import CaseFact, CaseSubmitted, NoViolationShown
from contracts.evidence import (
    EvidenceKept,
    EvidenceListed,
    EvidencePiece,
    EvidenceShown,
    EvidenceUpload,
    KeepEvidence,
    KeptEvidence,
    ListEvidence,
    ReadEvidence,
    ShowEvidence,
)
from contracts.evidence.bucket import upload_of
from contracts.language.command import OPERATOR
from contracts.language.evidence import Evidence
from contracts.language.intake import Problem as FieldProblem
from contracts.language.message import Fact
from contracts.language.rules import Rule, Wrong, broken
from contracts.language.values import day_of
from contracts.roster import (
    BoardStated,
    BreederStated,
    CorrespondenceStated,
    DirectiveStated,
    OfficeStated,
    OldTreeStated,
    RangerStated,
)
from contracts.targets import ProgressRecorded
from services.patrol.evidence import store, sweep_store, upload
from services.patrol.evidence.law import EVIDENCE
from services.patrol.evidence.naming import named_by, of_case
from services.runtime.messages import Answer, Ask, Heard, News, Refused
from services.runtime.problem import Problem
from services.runtime.service import Room
from services.runtime.transaction import Transaction

room = Room()
PROVED = ("case.ref", "case.proofs")
"""Of a case, what names evidence, and whose it is."""


@room.hears(EvidenceUpload, locks="evidence.sha256", most=1)
async def take(tx: Transaction, heard: list[Heard[EvidenceUpload]]) -> list[News]:
    """What has come is kept once, and told; what is not what was said of it is refused."""
    news: list[News] = []
    for one in heard:
        kept, problems = await _keep(tx, one.body.evidence, one.source, one.body.upload)
        if kept is None:
            news.append(Refused(one, problems))
        elif kept.anew:
            news.append((one, _told(kept)))
    return news


@room.answers(KeepEvidence)
async def keep(tx: Transaction, ask: Ask[KeepEvidence]) -> Answer:
    kept, problems = await _keep(tx, ask.command.evidence, ask.actor, ask.command.upload)
    if kept is None:
        errors = [Wrong(field=one.field, rule=Rule(one.code, one.figures)) for one in problems if one.code is not None]
        raise Problem(422, "not-what-was-said", None, errors=errors)
    return Answer(kept, [_told(kept)] if kept.anew else [])


async def _keep(
    tx: Transaction, stated: Evidence, giver: str, uploaded: str
) -> tuple[KeptEvidence | None, tuple[FieldProblem, ...]]:
    """Nothing is dropped here: what this transaction does not keep is broken off, and goes with the next sweep."""
    rules = (await tx.see(EVIDENCE.view)).on(day_of(tx.now))
    name = upload_of(giver, uploaded)
    await store.lock(tx, stated.sha256)
    found = await store.kept(tx, stated.sha256)
    await store.lock(tx, name)
    if found is not None and await tx.objects.has(found.upload) and await store.put_again(tx, stated.sha256):
        if (stated.size_bytes, stated.media_type) == (found.evidence.size_bytes, found.evidence.media_type):
            return found.told(), ()
        stood = f"{found.evidence.media_type}, {found.evidence.size_bytes}"
        return None, (FieldProblem.of("evidence", broken("evidence_kept_as", found=stood)),)
    if large := tuple(upload.too_large(stated, rules.most_bytes)):
        return None, large
    come = await upload.read(tx.objects.pieces(name), rules.most_bytes)
    if problems := tuple(upload.unlike(stated, come)):
        return None, problems
    if (found is None or found.upload != name) and not await sweep_store.unknown(tx, [name]):
        return None, (FieldProblem.of("upload", broken("evidence_upload_used")),)
    await tx.objects.state(stated, name, come.chunks, tx.now)
    kept = store.Kept(stated, giver, name, come.last_place, tx.now)
    await store.keep(tx, kept)
    return kept.told(anew=True), ()


def _told(kept: KeptEvidence) -> EvidenceKept:
    return EvidenceKept(evidence=kept.evidence, given_by=kept.given_by, kept_at=kept.kept_at)


@room.hears(
    BoardStated,
    BreederStated,
    CorrespondenceStated,
    DirectiveStated,
    OfficeStated,
    OldTreeStated,
    RangerStated,
    ProgressRecorded,
)
async def keep_names(tx: Transaction, heard: list[Heard[Fact]]) -> list[News]:
    await store.name(tx, [named_by(one.body, one.envelope.sequence or 0) for one in heard])
    return []


@room.hears(CaseSubmitted, uses=(*PROVED, "evidence"))
@room.hears(NoViolationShown, uses=PROVED)
async def keep_names_of_cases(tx: Transaction, heard: list[Heard[CaseFact]]) -> list[News]:
    await store.name(tx, [of_case(one.body, one.envelope.sequence or 0) for one in heard])
    return []


@room.answers(ShowEvidence)
async def show(tx: Transaction, ask: Ask[ShowEvidence]) -> Answer:
    sha256 = ask.command.sha256
    named = (await store.named_by_of(tx, [sha256], ask.division.significant)).get(sha256, [])
    found = await store.kept(tx, sha256)
    if not named and not (found is not None and ask.actor in (OPERATOR, found.given_by)):
        raise _none()
    return Answer(EvidenceShown(sha256=sha256, kept=None if found is None else found.told(), named_by=tuple(named)))


@room.answers(ListEvidence)
async def listed(tx: Transaction, ask: Ask[ListEvidence]) -> Answer:
    asked, below = ask.command, ask.division.significant
    of_all = ask.actor == OPERATOR and not asked.missing
    hashes = await store.hashes(tx, below, of_all, asked.missing, asked.after or "", asked.limit + 1)
    found = await store.kept_of(tx, hashes[: asked.limit])
    named = await store.named_by_of(tx, hashes[: asked.limit], below)
    shown = (
        EvidenceShown(sha256=one, kept=found[one].told() if one in found else None, named_by=tuple(named.get(one, ())))
        for one in hashes[: asked.limit]
    )
    return Answer(EvidenceListed(found=tuple(shown), more=len(hashes) > asked.limit))


@room.answers(ReadEvidence)
async def read(tx: Transaction, ask: Ask[ReadEvidence]) -> Answer:
    sha256 = ask.command.sha256
    found = await store.kept(tx, sha256)
    if found is None:
        raise _none()
    if ask.actor not in (OPERATOR, found.given_by) and not await store.is_named(tx, sha256, ask.division.significant):
        raise _none()
    piece = await tx.objects.piece(found.upload, ask.command.place)
    if piece is None or piece[1] > found.last_place:
        raise _none()
    content, place = piece
    then = place + 1 if place < found.last_place else None
    return Answer(EvidencePiece(sha256=sha256, content=base64.b64encode(content).decode(), next=then))


def _none() -> Problem:
    rule = broken("no_evidence")
    return Problem(404, "no-such-evidence", rule, errors=[Wrong(field="sha256", rule=rule)])
