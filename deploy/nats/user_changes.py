"""What a command of the operator's makes of a user: decisions without bus or file."""

from __future__ import annotations

from collections.abc import Container, Sequence
from dataclasses import dataclass, replace

from contracts.access import (
    BusUser,
    ChangeUser,
    PutUser,
    RemoveUser,
    RetireUser,
    RotateUser,
    UserDurable,
    UserKept,
    UserKind,
    UserShown,
)
from contracts.language.command import Done
from contracts.language.division import UNKNOWN
from contracts.language.rules import Rule, broken
from contracts.wiring.table import SERVICES
from deploy.nats.accounts import RESERVED
from deploy.nats.users import SECOND, Department, Integrator, Login, Official, Outsider, logins_of
from deploy.nats.users_file import FACTS_BY_NAME, Stated, UsersFile


class NotDone(Exception):
    """A command that is refused: nothing has changed. `field` and `rule` say why, `status` is that of RFC 9457."""

    def __init__(self, status: int, word: str, rule: Rule, field: str = "") -> None:
        super().__init__(f"{field}: {rule}" if field else rule)
        self.status, self.word, self.rule, self.field = status, word, rule, field


Ask = PutUser | ChangeUser | RotateUser | RetireUser | RemoveUser


@dataclass(frozen=True, slots=True)
class Change:
    """A user before and after; None for nobody."""

    name: str
    before: Outsider | None
    after: Outsider | None


def decide(stated: Stated, ask: Ask, makes_passwords: bool) -> Change:
    """What a command makes of who is stated. Raises NotDone."""
    if not stated.readable:
        raise NotDone(503, "unavailable", broken("users_unreadable", told=stated.wrong[0]))
    name = ask.user.name if isinstance(ask, PutUser) else ask.user
    before = next((one for one in stated.outsiders if one.name == name), None)
    if isinstance(ask, PutUser):
        return Change(name, before, put(before, ask, makes_passwords))
    if isinstance(ask, RemoveUser) and name in stated.names:
        return Change(name, before, None)
    if before is None:
        raise NotDone(404, "not-found", broken("user_unknown", name=name), "user")
    match ask:
        case ChangeUser():
            return Change(name, before, change(before, ask))
        case RotateUser():
            return Change(name, before, rotate(before, ask))
        case RetireUser():
            return Change(name, before, retire(before, ask))
    raise AssertionError("unreachable")


def moves(ask: Ask) -> bool:
    """Whether durables that are there are to hear something else."""
    return isinstance(ask, ChangeUser)


def write_down(file: UsersFile, change: Change, ask: Ask) -> None:
    """For who is alone with the file."""
    if moves(ask):
        file.moving.begin(change.name)
    if change.after is None:
        file.drop(change.name)
    elif change.after != change.before:
        file.put(change.after)


def answered(ask: Ask, change: Change, enrolled: bool) -> UserKept | Done:
    if change.after is None:
        return Done(changed=1)
    given = ask.hash if isinstance(ask, PutUser | RotateUser) else None
    return UserKept(shown=shown(change.after), login=_login_with(change.after, given), enrolled=enrolled)


def put(before: Outsider | None, ask: PutUser, makes_passwords: bool) -> Outsider:
    """Who a name stands for from now on: a department hears more, and nobody turns into somebody else."""
    new = _outsider(ask.user)
    if before is None:
        if ask.hash is None and not makes_passwords:
            raise NotDone(422, "not-lawful", broken("user_needs_hash"), "hash")
        return replace(new, logins=(Login(new.name, ask.hash),)) if ask.hash else new
    if type(before) is not type(new):
        rule = broken("user_other_kind", name=new.name, kind=kind_of(before))
        raise NotDone(409, "conflict", rule, "user.kind")
    if not isinstance(before, Department) or not isinstance(new, Department):
        return replace(new, logins=before.logins)
    if before.division != new.division:
        rule = broken("user_other_region", name=before.name, region=before.division)
        raise NotDone(409, "conflict", rule, "user.division")
    facts, services = dict.fromkeys((*before.facts, *new.facts)), dict.fromkeys((*before.all_of, *new.all_of))
    return replace(before, facts=tuple(facts), all_of=tuple(services))


def change(before: Outsider, ask: ChangeUser) -> Outsider:
    stated = shown(before).user
    anew = {name: one for name in ("division", "facts", "all_of") if (one := getattr(ask, name)) is not None}
    return replace(_outsider(stated.model_copy(update=anew)), logins=before.logins)


def rotate(before: Outsider, ask: RotateUser) -> Outsider:
    """The login that is free has the new password; the same one asked for twice is given once."""
    logins = logins_of(before)
    if any(one.hash == ask.hash for one in logins):
        return before
    free = [name for name in (before.name, before.name + SECOND) if name not in {one.user for one in logins}]
    if not free:
        raise NotDone(409, "conflict", broken("user_two_passwords", name=before.name))
    return replace(before, logins=(*logins, Login(free[0], ask.hash)))


def retire(before: Outsider, ask: RetireUser) -> Outsider:
    logins = logins_of(before)
    names = [one.user for one in logins]
    gone = ask.login or names[0]
    if gone not in names:
        rule = broken("user_no_login", name=before.name, login=gone, known=", ".join(names))
        raise NotDone(404, "not-found", rule, "login")
    if len(logins) == 1:
        raise NotDone(409, "conflict", broken("user_last_password", name=before.name))
    return replace(before, logins=tuple(one for one in logins if one.user != gone))


def _login_with(outsider: Outsider, hashed: str | None) -> str | None:
    """The login that has a password, by its hash."""
    return next((one.user for one in outsider.logins if one.hash == hashed), None) if hashed else None


def kind_of(outsider: Outsider) -> UserKind:
    return UserKind(type(outsider).__name__.lower())


def shown(outsider: Outsider) -> UserShown:
    """A user as the operator sees it: without anything of a password."""
    department = outsider if isinstance(outsider, Department) else None
    return UserShown(
        user=BusUser(
            name=outsider.name,
            kind=kind_of(outsider),
            division=UNKNOWN if isinstance(outsider, Integrator) else outsider.division,
            facts=tuple(fact.name for fact in department.facts) if department else (),
            all_of=department.all_of if department else (),
        ),
        logins=tuple(one.user for one in logins_of(outsider)),
        durables=tuple(
            UserDurable(stream=one.stream, durable=one.name, hears=one.filter_subject) for one in outsider.durables()
        ),
    )


def _outsider(user: BusUser) -> Outsider:
    if user.name in RESERVED:
        raise NotDone(422, "not-lawful", broken("user_reserved", name=user.name), "user.name")
    if user.kind is UserKind.DEPARTMENT:
        _known("facts", user.facts, FACTS_BY_NAME, "user_no_fact")
        _known("all_of", user.all_of, SERVICES, "user_no_service")
        if not user.facts and not user.all_of:
            raise NotDone(422, "not-lawful", broken("user_hears_nothing"), "user.facts")
        facts = tuple(FACTS_BY_NAME[name] for name in dict.fromkeys(user.facts))
        return Department(user.name, facts, user.division, tuple(dict.fromkeys(user.all_of)))
    if user.facts or user.all_of:
        raise NotDone(422, "not-lawful", broken("user_hears"), "user.facts")
    if user.kind is UserKind.OFFICIAL:
        return Official(user.name, user.division)
    if user.division != UNKNOWN:
        raise NotDone(422, "not-lawful", broken("user_everywhere"), "user.division")
    return Integrator(user.name)


def _known(field: str, stated: Sequence[str], known: Container[str], rule: str) -> None:
    if unknown := [one for one in stated if one not in known]:
        raise NotDone(422, "not-lawful", broken(rule, names=", ".join(unknown)), f"user.{field}")
