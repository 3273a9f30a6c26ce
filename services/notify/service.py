"""Notify: the right person is told of a thing once, and signs that it was read."""

from __future__ import annotations

from services.notify.audience.rule import TELLING
from services.notify.audience.store import POSTS
from services.notify.post import handlers as post
from services.notify.receipt import handlers as receipt
from services.notify.telling import handlers as telling
from services.runtime.service import Service

notify = Service(
    "notify",
    post.room,
    telling.room,
    receipt.room,
    views=(POSTS,),
    laws=(TELLING,),
)
