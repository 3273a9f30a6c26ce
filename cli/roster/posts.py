"""`linzhang roster posts`: posts and who holds them, from the sheet of an office and back into one."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any

import typer

from cli.enrolling import chunks, named
from cli.region import Region, region_of
from cli.roster.post_sheet import FROM, ID, NAME, TO, Plan, PostSheet, as_entries, description
from cli.rules import problem_said, whole_said
from cli.say import either, say
from cli.session import As, BusOption, HomeOption, JsonOption, run, session
from cli.sheet import asked
from cli.sheet.file.given import given
from cli.sheet.mapping import Mapped, layout_of
from cli.sheet.shown import Preview, show_export, show_import
from cli.sheet.table import read
from cli.sheet.taken import Taken
from cli.sheet.write import flat_rows, write_sheet
from clients.python.bus import Bus
from clients.python.refused import Refused
from contracts.language.command import OPERATOR, Done
from contracts.language.division import Division
from contracts.language.values import day_of
from contracts.roster import EnrolPosts, Post

app = typer.Typer(no_args_is_help=True)

_FIELDS = {
    "post_id": "id",
    "person_id": ID,
    "person_name": NAME,
    "held_from": FROM,
    "held_to": TO,
    "appointments": NAME,
}


@app.command("import", help=say("help.posts_import"))
@run
async def import_posts(
    file: Annotated[Path, typer.Argument()],
    columns: Mapped = None,
    region: Region = None,
    preview: Preview = False,
    actor: As = OPERATOR,
    as_json: JsonOption = False,
    bus: BusOption = None,
    home: HomeOption = None,
) -> int:
    layout = layout_of(description(), columns)
    sheets = given(file)
    now = datetime.now(UTC)
    async with session(actor, bus, home) as asking:
        division = await region_of(actor, region, bus, home)
        held = await asked.posts(asking, actor, division)
        known = await asked.known_on(asking, actor, division, day_of(now), held)
        taken = read(sheets, layout, known)
        plan = PostSheet(taken, layout, known, held, now).plan()
        done = (len(plan.enrol), len(plan.appoint))
        if not preview:
            done = (await _enrol(asking, actor, division, plan, taken), await _appoint(asking, actor, plan, taken))
    counts = {"enrolled": done[0], "appointed": done[1], "unchanged": plan.unchanged}
    key = "posts.would" if preview else "posts.imported"
    return show_import(file, taken, key, counts, preview=preview, as_json=as_json)


async def _enrol(bus: Bus, actor: str, division: Division, plan: Plan, taken: Taken) -> int:
    """How many posts were enrolled or changed; what roster refuses is named by its cell, the rest is enrolled."""
    rows = {post.id: record for record, post in plan.enrol}
    changed = 0
    for chunk in chunks(post for _, post in plan.enrol):
        left: list[Post] = chunk
        while left:
            try:
                changed += (await bus.ask(EnrolPosts(posts=tuple(left)), actor, division, Done, timeout=60)).changed
                break
            except Refused as refused:
                wrong = named(refused, len(left)) or [(n, "id", whole_said(refused.problem)) for n in range(len(left))]
                for n, field, rule in wrong:
                    name = ".".join(part for part in field.split(".") if not part.isdigit())
                    taken.refuse(rows[left[n].id], _FIELDS.get(name, name), rule)
                left = [post for n, post in enumerate(left) if n not in {n for n, _, _ in wrong}]
    return changed


async def _appoint(bus: Bus, actor: str, plan: Plan, taken: Taken) -> int:
    done = 0
    for record, appoint in plan.appoint:
        try:
            await bus.ask(appoint, actor, plan.posts[appoint.post_id].division, Post)
            done += 1
        except Refused as refused:
            for field, rule in problem_said(refused.problem, "id"):
                taken.refuse(record, _FIELDS.get(field, field), rule)
    return done


@app.command("export", help=say("help.posts_export"))
@run
async def export_posts(
    file: Annotated[Path, typer.Argument()],
    columns: Mapped = None,
    region: Region = None,
    actor: As = OPERATOR,
    bus: BusOption = None,
    home: HomeOption = None,
) -> int:
    layout = layout_of(description(), columns)
    async with session(actor, bus, home) as asking:
        division = await region_of(actor, region, bus, home)
        held = await asked.posts(asking, actor, division)
        known = await asked.known_on(asking, actor, division, day_of(datetime.now(UTC)), held)
    rows: list[dict[str, Any]] = [row for entry in as_entries(held) for row in flat_rows(entry, layout)]
    told = write_sheet(file, either(*description().title), layout, rows, known)
    show_export(file, len(rows), told)
    return 0
