"""`linzhang evidence`: puts evidence, fetches it, and says what is known of it."""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Annotated, Any

import typer

from cli.case.asking import evidence
from cli.case.report import refusal_said
from cli.given_file import opened, refuse, write_beside
from cli.region import Region, region_of
from cli.say import data, say, table, talk, talk_line
from cli.session import As, BusOption, HomeOption, JsonOption, run, session
from clients.python.bus import Bus, told
from clients.python.evidence import fetch, upload
from clients.python.refused import Refused
from contracts.evidence import EvidenceKept as Kept
from contracts.evidence import EvidenceListed, EvidenceShown, EvidenceUpload, KeepEvidence, KeptEvidence, ListEvidence
from contracts.evidence import ShowEvidence as Show
from contracts.evidence.media import SUFFIXES
from contracts.language.command import OPERATOR
from contracts.language.division import UNKNOWN
from contracts.language.evidence import Evidence
from contracts.language.intake import Refusal

app = typer.Typer(no_args_is_help=True)
Files = Annotated[list[Path], typer.Argument(help=say("help.evidence_files"))]
Hash = Annotated[str, typer.Argument(help=say("help.evidence_hash"))]
MediaType = Annotated[str | None, typer.Option("--type", help=say("help.evidence_type"))]


@app.command("put", help=say("help.evidence_put"))
@run
async def put(
    files: Files,
    actor: As = OPERATOR,
    source: Annotated[str | None, typer.Option("--source", help=say("help.evidence_source"))] = None,
    media_type: MediaType = None,
    wait: Annotated[float, typer.Option(min=0, max=3600, help=say("help.wait"))] = 10.0,
    as_json: JsonOption = False,
    bus: BusOption = None,
    home: HomeOption = None,
) -> int:
    """Each file is uploaded and kept once; of an integrator it is said what came of it where the system runs here."""
    stated = [(file, _stated(file, media_type)) for file in files]
    refused = False
    async with session(source or actor, bus, home) as asking:
        for file, one in stated:
            with opened(file) as content:
                name = await upload(asking, source or actor, content)
            if source is None:
                division = await region_of(actor, None, bus, home)
                kept = await asking.ask(
                    KeepEvidence(upload=name, evidence=one), actor, division, KeptEvidence, timeout=60
                )
                _say_kept(file, kept.evidence, kept.anew, as_json)
                continue
            if bus is not None or wait <= 0:
                await asking.post(EvidenceUpload, source, EvidenceUpload(upload=name, evidence=one))
                _say_posted(file, one, as_json)
                continue
            async with session("reader", None, home) as watching:
                refused |= await _posted(asking, watching, source, name, file, one, wait, as_json)
    return 1 if refused else 0


def _stated(file: Path, media_type: str | None) -> Evidence:
    found = evidence(file)
    return found if media_type is None else Evidence.model_validate({**dict(found), "media_type": media_type})


def _say_kept(file: Path, one: Evidence, anew: bool, as_json: bool) -> None:
    if as_json:
        data({"file": str(file), **dict(one), "anew": anew})
    else:
        talk("evidence.kept" if anew else "evidence.kept_before", file=file, **dict(one))


def _say_posted(file: Path, one: Evidence, as_json: bool) -> None:
    if as_json:
        data({"file": str(file), **dict(one)})
    else:
        talk("evidence.posted", file=file, **dict(one))


async def _posted(
    posting: Bus, watching: Bus, source: str, name: str, file: Path, one: Evidence, wait: float, as_json: bool
) -> bool:
    """Post and say what comes of it; whether it was refused. The same bytes again are told by nothing."""
    following = watching.follow(f"rejected.{source}.>", f"{Kept.name}.>")
    first = asyncio.ensure_future(anext(following))
    await asyncio.sleep(0)
    await watching.client.flush()
    try:
        receipt = await posting.post(EvidenceUpload, source, EvidenceUpload(upload=name, evidence=one))
        async with asyncio.timeout(wait):
            message = await first
            while (fact := told(message))["correlation"] != receipt.message_id:
                message = await anext(following)
        if fact["type"] != Refusal.type():
            _say_kept(file, one, True, as_json)
            return False
        if as_json:
            data(fact)
        else:
            talk_line(refusal_said(fact["body"]["problems"]))
        return True
    except TimeoutError:
        _say_posted(file, one, as_json)
        return False
    finally:
        first.cancel()
        await asyncio.gather(first, return_exceptions=True)
        await following.aclose()


@app.command("get", help=say("help.evidence_get"))
@run
async def get(
    sha256: Hash,
    file: Annotated[Path, typer.Argument(help=say("help.evidence_to"))],
    region: Region = None,
    actor: As = OPERATOR,
    as_json: JsonOption = False,
    bus: BusOption = None,
    home: HomeOption = None,
) -> int:
    division = await region_of(actor, region, bus, home)
    async with session(actor, bus, home) as asking:
        size = await _save(fetch(asking, sha256, actor, division), sha256, file)
    if size is None:
        refuse(file, "evidence.damaged")
    data({"file": str(file), "size_bytes": size}) if as_json else talk("evidence.got", file=file, size=size)
    return 0


async def _save(pieces: AsyncIterator[bytes], sha256: str, file: Path) -> int | None:
    """How many bytes; None, and no file, where what came is not whole and what its hash says. Raises BadFile."""
    digest, size = hashlib.sha256(), 0
    with write_beside(file) as (content, whole):
        async for piece in pieces:
            digest.update(piece)
            size += len(piece)
            content.write(piece)
        if digest.hexdigest() != sha256:
            return None
        whole()
    return size


@app.command("check", help=say("help.evidence_check"))
@run
async def check(
    files: Files,
    region: Region = None,
    actor: As = OPERATOR,
    as_json: JsonOption = False,
    bus: BusOption = None,
    home: HomeOption = None,
) -> int:
    """Ends with 1 where the bytes of one have not come."""
    division = await region_of(actor, region, bus, home)
    found: list[tuple[Path, Evidence, EvidenceShown | None]] = []
    async with session(actor, bus, home) as asking:
        for file in files:
            one = evidence(file)
            try:
                shown = await asking.ask(Show(sha256=one.sha256), actor, division, EvidenceShown)
            except Refused as refused:
                if refused.problem.status != 404:
                    raise
                shown = None
            found.append((file, one, shown))
    if as_json:
        data([{"file": str(file), **dict(one), "shown": shown} for file, one, shown in found])
    else:
        _table([(str(file), one.sha256, one.media_type, one.size_bytes, *_of(shown)) for file, one, shown in found])
    return 0 if all(shown is not None and shown.kept is not None for _, _, shown in found) else 1


@app.command("list", help=say("help.evidence_list"))
@run
async def listed(
    region: Region = None,
    missing: Annotated[bool, typer.Option("--missing", help=say("help.evidence_missing"))] = False,
    actor: As = OPERATOR,
    as_json: JsonOption = False,
    bus: BusOption = None,
    home: HomeOption = None,
) -> None:
    division = await region_of(actor, region, bus, home)
    async with session(actor, bus, home) as asking:
        found = [one async for one in _all(asking, actor, division, missing)]
    if as_json:
        data(found)
        return
    rows = []
    for one in found:
        its = one.kept.evidence if one.kept else None
        rows.append(("", one.sha256, its.media_type if its else "-", its.size_bytes if its else "-", *_of(one)))
    _table(rows)


async def _all(asking: Bus, actor: str, division: Any, missing: bool) -> AsyncIterator[EvidenceShown]:
    after: str | None = None
    while True:
        page = await asking.ask(ListEvidence(missing=missing, after=after), actor, division, EvidenceListed)
        for one in page.found:
            yield one
        if not page.more:
            return
        after = page.found[-1].sha256


@app.command("save", help=say("help.evidence_save"))
@run
async def save(
    folder: Annotated[Path, typer.Argument(help=say("help.evidence_folder"))],
    as_json: JsonOption = False,
    bus: BusOption = None,
    home: HomeOption = None,
) -> int:
    """What the folder has already is not fetched again; `evidence put` puts it all back. Ends with 1 where one is lost.

    The name of each file says its media type.
    """
    saved = had = 0
    lost: list[str] = []
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    async with session(OPERATOR, bus, home) as asking:
        async for one in _all(asking, OPERATOR, UNKNOWN, missing=False):
            if one.kept is None:
                continue
            file = folder / f"{one.sha256}{SUFFIXES.get(one.kept.evidence.media_type, '')}"
            if file.exists():
                had += 1
            elif await _saved(asking, one.sha256, file):
                saved += 1
            else:
                lost.append(one.sha256)
    if as_json:
        data({"saved": saved, "had": had, "lost": lost})
        return 1 if lost else 0
    talk("evidence.saved", saved=saved, had=had, folder=folder)
    for sha256 in lost:
        talk("evidence.lost", sha256=sha256)
    return 1 if lost else 0


async def _saved(asking: Bus, sha256: str, file: Path) -> bool:
    """Whether its bytes came; not where the store has lost some of them."""
    try:
        return await _save(fetch(asking, sha256, OPERATOR, UNKNOWN), sha256, file) is not None
    except Refused as refused:
        if refused.problem.status != 404:
            raise
        return False


def _of(shown: EvidenceShown | None) -> tuple[str, str]:
    if shown is None:
        return "-", "-"
    named = "、".join(f"{one.kind} {one.id}" for one in shown.named_by) or "-"
    return (f"{shown.kept.kept_at:%Y-%m-%dT%H:%M:%SZ}" if shown.kept else "-"), named


def _table(rows: list[tuple[Any, ...]]) -> None:
    heads = ("file", "sha256", "type", "bytes", "kept_at", "named_by")
    table(None, [say(f"evidence.{head}") for head in heads], rows)
