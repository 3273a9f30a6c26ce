"""Lists places and posts, as much of them as one message carries."""

from __future__ import annotations

from contracts.roster import ListPlaces, ListPosts, PlacesListed, PostsListed
from services.roster.listing import store
from services.runtime.messages import Answer, Ask
from services.runtime.service import Room
from services.runtime.transaction import Transaction

room = Room()
MOST_PLACES = 500
MOST_POSTS = 1_000
MOST_BYTES = 600_000
"""Of one answer's posts."""


@room.answers(ListPlaces)
async def list_places(tx: Transaction, ask: Ask[ListPlaces]) -> Answer:
    asked = ask.command
    found = await store.places(tx, ask.division, asked.kind, asked.after or "", MOST_PLACES + 1)
    shown = found[:MOST_PLACES]
    return Answer(PlacesListed(places=tuple(shown), after=shown[-1].id if len(found) > len(shown) else None))


@room.answers(ListPosts)
async def list_posts(tx: Transaction, ask: Ask[ListPosts]) -> Answer:
    found = await store.posts(tx, ask.division, ask.command.after or "", MOST_POSTS, MOST_BYTES)
    last = found[-1].id if found else None
    more = last and await store.posts(tx, ask.division, last, 1, 0)
    return Answer(PostsListed(posts=tuple(found), after=last if more else None))
