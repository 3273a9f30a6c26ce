"""A notify of somebody else's: written against the published schemas, with nats-py and the standard library alone.

What it keeps is one SQLite file: a message's effects, its inbox row and its news are one transaction, so that a crash
at any point neither loses nor doubles. LINZHANG_NATS_URL is the bus, STATE the file.
"""

from __future__ import annotations

import asyncio
import hashlib
import json
import os
import signal
import sqlite3
import uuid
from contextlib import suppress
from datetime import UTC, datetime

import nats

PREFIX = "cn.linzhang."
"""What every type begins with."""
OF_CASES = """
opened imported reopened assigned returned reassigned plan_submitted plan_refused
plan_approved extension_asked extension_granted extension_refused no_violation_shown submitted sent_back accepted
objected objection_upheld overdue letter_issued handed_up closed look_back_due relapsed
voided merged deadline_kept transferred revised passed_on referred referral_acknowledged referral_concluded
"""
ABOUT = {
    "notify-alarmed": ("PATROL", "incident"),
    "notify-post": ("ROSTER", "post"),
    **{f"notify-{word}": ("CASES", "case") for word in OF_CASES.split()},
}
"""The durables made for notify: their stream, and what their facts are about."""
TABLES = """
CREATE TABLE IF NOT EXISTS inbox (durable TEXT, id TEXT, PRIMARY KEY (durable, id));
CREATE TABLE IF NOT EXISTS outbox (
    n INTEGER PRIMARY KEY, subject TEXT, headers TEXT, body TEXT, sent INTEGER DEFAULT 0
);
CREATE TABLE IF NOT EXISTS sequences (key TEXT PRIMARY KEY, last INTEGER);
CREATE TABLE IF NOT EXISTS posts (id TEXT PRIMARY KEY, sequence INTEGER, body TEXT);
CREATE TABLE IF NOT EXISTS notices (id TEXT PRIMARY KEY, person TEXT, division TEXT, body TEXT, receipted_at TEXT);
CREATE TABLE IF NOT EXISTS letters (id TEXT PRIMARY KEY, body TEXT);
CREATE TABLE IF NOT EXISTS answers (actor TEXT, id TEXT, digest TEXT, body TEXT, PRIMARY KEY (actor, id));
"""


class Problem(Exception):
    """RFC 9457, with the field and the rule."""

    def __init__(self, status: int, title: str, field: str, rule: str) -> None:
        super().__init__(rule)
        errors = [{"field": field, "rule": rule}]
        about = {"type": f"urn:stand-in:{title}", "title": title, "status": status}
        self.body = {**about, "detail": f"{field}: {rule}", "errors": errors}


def now() -> str:
    return datetime.now(UTC).isoformat().replace("+00:00", "Z")


class Notify:
    def __init__(self, state: str) -> None:
        self.sql = sqlite3.connect(state, isolation_level=None)
        self.sql.executescript("PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL;" + TABLES)
        self.something = asyncio.Event()

    def announce(self, name: str, key: str, division: str, body: dict, cause: dict | None) -> None:
        self.sql.execute("INSERT INTO sequences VALUES (?, 1) ON CONFLICT (key) DO UPDATE SET last = last + 1", (key,))
        (sequence,) = self.sql.execute("SELECT last FROM sequences WHERE key = ?", (key,)).fetchone()
        id = str(uuid.uuid4())
        d = division
        headers = {
            "ce-specversion": "1.0",
            "ce-id": id,
            "Nats-Msg-Id": id,
            "ce-source": "notify",
            "ce-type": PREFIX + name,
            "ce-time": now(),
            "ce-dataschema": f"urn:linzhang:{name}",
            "ce-partitionkey": key,
            "ce-sequence": f"{sequence:020d}",
            "content-type": "application/json",
        }
        if cause:
            headers["ce-causationid"] = cause["ce-id"]
            headers["ce-correlationid"] = cause.get("ce-correlationid", cause["ce-id"])
        subject = f"{name}.{d[:2]}.{d[2:4]}.{d[4:6]}.{d[6:9]}.{d[9:]}"
        row = (subject, json.dumps(headers), json.dumps(body, ensure_ascii=False))
        self.sql.execute("INSERT INTO outbox (subject, headers, body) VALUES (?, ?, ?)", row)

    def hear(self, durable: str, subject: str, headers: dict, data: bytes) -> None:
        """One message, once, whatever is delivered again."""
        self.sql.execute("BEGIN IMMEDIATE")
        try:
            new = self.sql.execute("INSERT OR IGNORE INTO inbox VALUES (?, ?)", (durable, headers["ce-id"])).rowcount
            if new:
                try:
                    body = json.loads(data)
                    if durable == "notify-post":
                        self.keep(body["post"], int(headers["ce-sequence"]))
                    else:
                        self.tell(durable, subject, headers, body)
                except (KeyError, TypeError, ValueError) as error:
                    self.bury(durable, subject, headers, f"unreadable {error}")
            self.sql.execute("COMMIT")
        except BaseException:
            self.sql.execute("ROLLBACK")
            raise
        self.something.set()

    def keep(self, post: dict, sequence: int) -> None:
        self.sql.execute(
            "INSERT INTO posts VALUES (?, ?, ?) ON CONFLICT (id) DO UPDATE SET sequence = excluded.sequence, "
            "body = excluded.body WHERE excluded.sequence > posts.sequence",
            (post["id"], sequence, json.dumps(post)),
        )

    def tell(self, durable: str, subject: str, headers: dict, body: dict) -> None:
        """Everybody whom the fact names, by the roster's newest word on who holds the post."""
        thing = body[ABOUT[durable][1]]
        ref = thing.get("ref", thing)
        named = thing.get("acting") or thing.get("answerable") or []
        to = {}
        for post in named:
            kept = self.sql.execute("SELECT body FROM posts WHERE id = ?", (post["id"],)).fetchone()
            appointed = json.loads(kept[0])["appointments"] if kept else []
            holders = [one["person"] for one in appointed if not one["held_to"]]
            person = holders[-1] if holders else post.get("holder")
            key = person["id"] if person else post["unit"]["id"]
            to.setdefault(
                key, {"notice_id": str(uuid.uuid4()), "post_id": post["id"], "person": person, "unit": post["unit"]}
            )
        if not to:
            return
        about = ".".join(subject.split(".")[:3])
        text = {"title": about, "body": str(thing.get("text", "")), "at": now()}
        known = {"thing_id": ref["id"], "about": about, "channel": "in_app"}
        for one in to.values():
            notice = {"id": one["notice_id"], **known, **text, "receipted_at": None}
            person = one["person"]["id"] if one["person"] else ""
            row = (one["notice_id"], person, ref["division"], json.dumps(notice, ensure_ascii=False), None)
            self.sql.execute("INSERT INTO notices VALUES (?, ?, ?, ?, ?)", row)
        fact = {**known, "division": ref["division"], "addressees": list(to.values()), **text}
        self.announce("notify.notified.v1", ref["id"], ref["division"], fact, headers)

    def bury(self, durable: str, subject: str, headers: dict, reason: str) -> None:
        id, division = str(uuid.uuid4()), "".join(subject.split(".")[3:8])
        about = {"durable": durable, "subject": subject, "message_id": headers["ce-id"], "cause": "unreadable"}
        letter = {"id": id, **about, "reason": reason, "attempts": 1, "division": division, "at": now()}
        self.sql.execute("INSERT INTO letters VALUES (?, ?)", (id, json.dumps(letter)))
        self.announce("notify.dead_lettered.v1", id, division, letter, headers)

    def answer(self, verb: str, actor: str, id: str, data: bytes) -> dict:
        """The same question has the same answer; another under its id is refused."""
        digest = hashlib.sha256(verb.encode() + data).hexdigest()
        asked = json.loads(data)
        self.sql.execute("BEGIN IMMEDIATE")
        try:
            known = self.sql.execute(
                "SELECT digest, body FROM answers WHERE actor = ? AND id = ?", (actor, id)
            ).fetchone()
            if known and known[0] != digest:
                raise Problem(409, "another-command", "ce-id", "was used for another command")
            found = json.loads(known[1]) if known else getattr(self, f"on_{verb}", self.unknown)(actor, asked)
            if verb in ("discard_dead", "receipt") and not known:
                self.sql.execute("INSERT INTO answers VALUES (?, ?, ?, ?)", (actor, id, digest, json.dumps(found)))
            self.sql.execute("COMMIT")
        except BaseException:
            self.sql.execute("ROLLBACK")
            raise
        self.something.set()
        return found

    def unknown(self, actor: str, asked: dict) -> dict:
        raise Problem(404, "no-such-command", "subject", "names no command of notify")

    def unsent(self) -> int:
        (count,) = self.sql.execute("SELECT count(*) FROM outbox WHERE NOT sent").fetchone()
        return count

    def on_status(self, actor: str, asked: dict) -> dict:
        (dead,) = self.sql.execute("SELECT count(*) FROM letters").fetchone()
        counts = {"lag": {}, "due": {}, "heard": {}, "refused": 0, "dead_letters": dead}
        about = {"service": "notify", "ready": True, "outbox_unsent": self.unsent(), "outbox_oldest_s": 0.0}
        return {**about, **counts, "now": now()}

    def on_list_dead(self, actor: str, asked: dict) -> dict:
        letters = [json.loads(body) for (body,) in self.sql.execute("SELECT body FROM letters")]
        groups: dict[str, list[dict]] = {}
        for letter in letters:
            groups.setdefault(letter["durable"], []).append(letter)
        return {
            "groups": [
                {
                    "durable": durable,
                    "cause": "unreadable",
                    "count": len(of),
                    "ids": [one["id"] for one in of],
                    "first_at": of[0]["at"],
                    "last_at": of[-1]["at"],
                    "example": of[0],
                }
                for durable, of in groups.items()
            ]
        }

    def on_discard_dead(self, actor: str, asked: dict) -> dict:
        if not isinstance(asked.get("ids"), list) or not asked["ids"]:
            raise Problem(422, "not-readable", "ids", "must be a list of at least one id")
        gone = [self.sql.execute("DELETE FROM letters WHERE id = ?", (id,)).rowcount for id in asked["ids"]]
        return {"changed": sum(gone)}

    def on_refill(self, actor: str, asked: dict) -> dict:
        return {"changed": self.sql.execute("UPDATE outbox SET sent = 0 WHERE sent").rowcount}

    def on_show_notices(self, actor: str, asked: dict) -> dict:
        rows = self.sql.execute("SELECT body, receipted_at FROM notices WHERE person = ? ORDER BY rowid DESC", (actor,))
        found = [{**json.loads(body), "receipted_at": at} for body, at in rows]
        return {"notices": found[: asked.get("limit", 50)], "total": len(found)}

    def on_receipt(self, actor: str, asked: dict) -> dict:
        row = self.sql.execute(
            "SELECT body, division, receipted_at FROM notices WHERE id = ? AND person = ?",
            (asked.get("notice_id"), actor),
        ).fetchone()
        if row is None:
            raise Problem(404, "no-such-notice", "notice_id", "must be a notice of one's own")
        body, division, at = row
        if at is None:
            at = now()
            self.sql.execute("UPDATE notices SET receipted_at = ? WHERE id = ?", (at, asked["notice_id"]))
            fact = {"notice_id": asked["notice_id"], "division": division, "by": actor, "at": at}
            self.announce("notify.receipted.v1", asked["notice_id"], division, fact, None)
        return {**json.loads(body), "receipted_at": at}


async def pull(bus: nats.NATS, notify: Notify, durable: str, stopped: asyncio.Event) -> None:
    """Until it is stopped, and then to the end of what it has: what is committed is acknowledged too."""
    reading = await bus.jetstream().pull_subscribe_bind(durable, stream=ABOUT[durable][0])
    while not stopped.is_set():
        try:
            messages = await reading.fetch(50, timeout=1)
        except TimeoutError:
            continue
        except nats.errors.Error:
            await asyncio.sleep(0.5)  # the durable is being made anew
            continue
        for message in messages:
            notify.hear(durable, message.subject, dict(message.headers), message.data)
            await message.ack()


async def relay(bus: nats.NATS, notify: Notify, decided: asyncio.Event) -> None:
    """What was decided goes out in its order, each until the stream has it; ends when nothing more is decided."""
    while True:
        notify.something.clear()
        unsent = "SELECT n, subject, headers, body FROM outbox WHERE NOT sent ORDER BY n"
        for n, subject, headers, body in notify.sql.execute(unsent).fetchall():
            try:
                reply = await bus.request(subject, body.encode(), timeout=5, headers=json.loads(headers))
            except nats.errors.Error:
                break
            if "error" in json.loads(reply.data):
                break
            notify.sql.execute("UPDATE outbox SET sent = 1 WHERE n = ?", (n,))
        if decided.is_set() and not notify.unsent():
            return
        with suppress(TimeoutError):
            async with asyncio.timeout(1):  # what was not taken is tried again
                await notify.something.wait()


async def main() -> None:
    bus = await nats.connect(os.environ["LINZHANG_NATS_URL"], inbox_prefix=b"_INBOX.notify", max_reconnect_attempts=-1)
    notify = Notify(os.environ["STATE"])

    async def on_command(message: nats.aio.msg.Msg) -> None:
        _, _, verb, _, actor, *_ = message.subject.split(".")
        try:
            body, kind = notify.answer(verb, actor, message.headers["ce-id"], message.data), "application/json"
        except Problem as problem:
            body, kind = problem.body, "application/problem+json"
        await bus.publish(message.reply, json.dumps(body, ensure_ascii=False).encode(), headers={"content-type": kind})

    await bus.subscribe("cmd.notify.>", queue="notify", cb=on_command)
    stopped, decided = asyncio.Event(), asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, stopped.set)
    pulling = asyncio.gather(*(pull(bus, notify, durable, stopped) for durable in ABOUT))
    relaying = asyncio.create_task(relay(bus, notify, decided))
    await asyncio.wait([pulling, relaying], return_when=asyncio.FIRST_COMPLETED)
    stopped.set()
    await pulling
    decided.set()
    notify.something.set()
    await relaying
    await bus.close()


if __name__ == "__main__":
    asyncio.run(main())
