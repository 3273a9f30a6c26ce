"""What patrol does when it hears of tracks."""

from __future__ import annotations

from itertools import islice

import numpy as np

from contracts.patrol import TrackBatch
from services.patrol.area.store import GROUND
from services.patrol.kept import store as kept_store
from services.patrol.kept.point import KEPT, NO_AREA, POINT, days_of
from services.patrol.track import store as track_store
from services.patrol.track import track
from services.patrol.track.points import read_points
from services.runtime.messages import Heard, News, Refused
from services.runtime.service import Room
from services.runtime.transaction import Transaction

room = Room()


@room.hears(TrackBatch, locks="terminal")
async def store_tracks(tx: Transaction, heard: list[Heard[TrackBatch]]) -> list[News]:
    """Sift the points of each new batch, locate those kept, store them, and count the others by reason."""
    timed, untimely = track.received(heard, tx.now)
    if not timed:
        return [*untimely]
    stated = read_points(timed, tx.now)
    said = await track_store.known_batches(tx, list({track.name_of(one) for one in stated}))
    batches, others = track.unheard(stated, said)
    refused: list[News] = [*untimely, *(Refused(one.heard, (track.OTHER_POINTS,)) for one in others)]
    if not batches:
        return refused
    terminals = await track_store.lock_terminals(tx, batches)
    sifted = track.sift_all(batches, terminals)
    kept = np.concatenate([one.kept for one in sifted])
    index = await tx.see(GROUND)
    found = index.containing(kept["lon"], kept["lat"], days_of(kept))
    numbers = await track_store.area_numbers(tx, {at[0].id for at in found if at})
    sizes = [len(one.kept) for one in sifted]
    points = np.zeros(len(kept), dtype=KEPT)
    points[list(POINT.names or ())] = kept
    points["area"] = [numbers[at[0].id] if at else NO_AREA for at in found]
    points["batch"] = np.repeat(await track_store.add_batches(tx, sifted), sizes)
    await kept_store.add_points(tx, points, np.repeat([terminals[one.terminal].number for one in sifted], sizes))
    places = iter(found)
    told = [track.stored_fact(one, list(islice(places, len(one.kept)))) for one in sifted]
    of_terminals = track.of_terminals(sifted, terminals, told, tx.now)
    await track_store.keep_terminals(tx, terminals.values())
    return [*refused, *((one.heard, fact) for one, fact in zip(sifted, told, strict=True)), *of_terminals]
