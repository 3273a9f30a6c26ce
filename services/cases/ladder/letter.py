"""What makes rungs of the ladder official letters: a number, the office as it is called, whom they address."""

from __future__ import annotations

from contracts.cases import Letter
from contracts.language.values import PostRef
from services.cases.law.campaign import read
from services.cases.law.rungs import LADDER
from services.cases.post.post import Roster

_STATED = read("offices.json")
OFFICES: dict[str, dict[str, str]] = _STATED["offices"]


def signed(letter: Letter, n: int, roster: Roster) -> Letter:
    """The letter with the n-th number of its office's book, addressed by titles and names."""
    office = letter.office.name
    known = OFFICES.get(office, {})
    titles = tuple(_titled(post, roster) for post in letter.posts)
    speaks_to_posts = any(
        one.name == letter.rung and one.addresses_posts for one in LADDER.seen.on(letter.issued_on).rungs
    )
    return letter.model_copy(
        update={
            "number": f"{known.get('word', office)}〔{letter.issued_on.year}〕{n}号",
            "called": called(office),
            "contact": known.get("contact"),
            "addressed": (*(titles if speaks_to_posts else ()), letter.to.name),
            "copies": () if speaks_to_posts else titles,
        }
    )


def called(office: str) -> str:
    """An office's name on paper: 市林长办 signs as 市林长办公室."""
    short, whole = _STATED["short"], _STATED["whole"]
    return office.removesuffix(short) + whole if office.endswith(short) else office


def _titled(post: PostRef, roster: Roster) -> str:
    """A post by its unit and title: a letter is for the office, whoever holds it."""
    stated = roster.by_id(post.id)
    return f"{post.unit.name}{stated.title}" if stated is not None else post.unit.name
