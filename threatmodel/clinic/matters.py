"""Matters: opened, saved and listed. The only door to what is sealed, and whoever passes leaves a line in the audit."""

import unicodedata
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from hashlib import sha256
from uuid import UUID, uuid4

from django.db import IntegrityError, transaction
from django.db.models import QuerySet

from threatmodel.clinic import audit
from threatmodel.clinic.access import readable
from threatmodel.clinic.clock import today
from threatmodel.clinic.contents import SCHEMA, Contents, NotContents
from threatmodel.clinic.counts import count
from threatmodel.clinic.house import House
from threatmodel.clinic.keys import derived, generations, held
from threatmodel.clinic.models import Clinic, Matter, Staff
from threatmodel.clinic.tombstones import marks_of, remembered
from threatmodel.sealing.matter import (
    REVISIONS_A_KEY,
    Bound,
    NotOpened,
    keyed,
    new_key,
    seal,
    unseal,
    unwrap,
    wrap,
)


class NoMatter(LookupError):
    """There is no such matter for this person: none at all, or somebody else's. Which, is not told apart."""


class Dead(Exception):
    """A matter whose key was destroyed, or that was changed from outside. It cannot be opened by anybody here."""


class Unread(Exception):
    """A matter that opens, and whose contents a newer version of this program wrote. Nothing of it is lost."""


class Conflict(Exception):
    """Somebody else saved the matter first. ``current`` is what stands there now."""

    def __init__(self, current: "Opened") -> None:
        self.current = current
        super().__init__("saved meanwhile")


@dataclass(frozen=True, slots=True)
class Opened:
    """A matter with what was sealed in it. The key never leaves memory."""

    row: Matter
    contents: Contents
    key: bytes = field(repr=False)


def open_matter(staff: Staff, matter: UUID, act: str = "opened", detail: str = "") -> Opened:
    """Open a matter to look at it. Raises ``NoMatter``, ``Dead`` or ``Unread``."""
    with transaction.atomic():
        opened = load(staff, matter)
        _in_use(opened.row)
        audit.note(staff.id, act, detail=detail, matter=matter, revision=opened.row.revision)
    return opened


def load(staff: Staff, matter: UUID) -> Opened:
    """Open a matter for something that leaves a line of its own in the audit. Raises as ``open_matter`` does."""
    row = readable(staff).filter(pk=matter).first()
    if row is None:
        raise NoMatter
    return unsealed(row)


def create(
    staff: Staff,
    contents: Contents,
    *,
    via: str = "",
    also: Callable[[], None] = lambda: None,
    id_: UUID | None = None,
) -> Opened:
    """Make a matter, assigned to whoever makes it. ``via`` says how it came; ``also`` is done in its transaction.

    With the ``id_`` of a form that was already sent, the matter made of it is returned and none is made. One that is
    somebody else's, or of what was destroyed, is not used.
    """
    if made := _made_before(staff, id_):
        return made
    try:
        return _create(staff, contents, id_ if id_ and not _taken(id_) else uuid4(), via, also)
    except IntegrityError:
        if made := _made_before(staff, id_):  # the same form was sent twice at once
            return made
        raise


def _made_before(staff: Staff, id_: UUID | None) -> Opened | None:
    row = readable(staff).filter(pk=id_).first() if id_ else None
    return unsealed(row) if row else None


def _taken(id_: UUID) -> bool:
    return Matter.objects.filter(pk=id_).exists() or not remembered().keys().isdisjoint(marks_of([id_]))


def _create(staff: Staff, contents: Contents, id_: UUID, via: str, also: Callable[[], None]) -> Opened:
    keys, clinic, day = generations(), _clinic(), today()
    row, key = Matter(id=id_, schema=SCHEMA), new_key()
    with keys.together(), transaction.atomic():
        number, secret = keys.newest()
        row.generation, row.wrapped_key = number, wrap(key, secret, number, clinic.bytes, row.id.bytes)
        row.sealed = seal(contents.pack_up(), key, _bound(clinic, row))
        row.alias_index = index_of(contents.alias)
        row.used_on, row.keep_until = day, kept_until()
        row.save(force_insert=True)
        row.assigned.add(staff)
        count(day, "languages", contents.lang)
        also()
        audit.note(staff.id, "created", detail=via, matter=row.id, revision=row.revision)
    return Opened(row, contents, key)


def save(
    staff: Staff,
    opened: Opened,
    contents: Contents,
    act: str,
    *,
    detail: str = "",
    once: str = "",
    also: Callable[[], None] = lambda: None,
    beside: Mapping[str, object] | None = None,
) -> Opened:
    """Replace what is sealed, and what stands ``beside`` it. Raises ``Conflict`` when somebody was first, or ``Dead``.

    With the ``once`` of a form that was already saved, nothing is saved again. ``also`` is done in the same
    transaction. A sign-off that the new contents lack is taken back, and asked for again. Raises ``TooLarge`` past
    64 KiB.
    """
    keys, clinic, row, day = generations(), _clinic(), opened.row, today()
    mark = sha256(once.encode()).digest() if once else b""
    if opened.contents.reviewed and not contents.reviewed:
        beside = {"review": Matter.Review.ASKED, **(beside or {})}
    with keys.together(), transaction.atomic():
        if mark and Matter.objects.filter(pk=row.pk, once=mark).exists():
            return unsealed(Matter.objects.get(pk=row.pk))
        after = Matter(id=row.id, schema=SCHEMA, revision=row.revision + 1)
        key, wrapped = opened.key, {}
        if after.revision % REVISIONS_A_KEY == 0:
            key = new_key()
            number, secret = keys.newest()
            wrapped = {"generation": number, "wrapped_key": wrap(key, secret, number, clinic.bytes, row.id.bytes)}
        saved = Matter.objects.filter(pk=row.pk, revision=row.revision).update(
            sealed=seal(contents.pack_up(), key, _bound(clinic, after)),
            schema=SCHEMA,
            revision=after.revision,
            alias_index=index_of(contents.alias),
            once=mark,
            used_on=day,
            keep_until=kept_until(),
            **wrapped,
            **(beside or {}),
        )
        current = Matter.objects.filter(pk=row.pk).first()
        if current is None:
            raise NoMatter
        if not saved and mark and bytes(current.once) == mark:
            return unsealed(current)  # the same form was sent twice at once
        if not saved:
            raise Conflict(unsealed(current))
        also()
        audit.note(staff.id, act, detail=detail, matter=row.id, revision=after.revision)
    return Opened(current, contents, key)


def was_saved(opened: Opened, once: str) -> bool:
    """Whether the form with this mark is the last that was saved."""
    return bool(once) and bytes(opened.row.once) == sha256(once.encode()).digest()


def listed(staff: Staff, rows: QuerySet[Matter], most: int) -> list[Opened]:
    """Open the first of these matters for a list. Those that cannot be opened are left out of it."""
    found: list[Opened] = []
    with transaction.atomic():
        for row in rows[:most]:
            try:
                found.append(unsealed(row))
            except (Dead, NoMatter, Unread):
                continue
        audit.note(staff.id, "listed")
    return found


def find(staff: Staff, alias: str) -> QuerySet[Matter]:
    """The readable matters of this alias, spelt with whatever capitals and spaces."""
    return readable(staff).filter(alias_index=index_of(alias))


def kept_until() -> date:
    """Until when a matter used today is kept. A clock that was set back does not bring its end nearer."""
    clinic = Clinic.objects.get()
    return max(today(), clinic.seen_on) + timedelta(days=House.of(clinic).keep_days)


def index_of(alias: str) -> bytes:
    plain = " ".join(unicodedata.normalize("NFKC", alias).casefold().split())
    return keyed(derived("index"), plain.encode())


def unsealed(row: Matter) -> Opened:
    """Raises ``Dead``, ``Unread``, or ``NoMatter`` for what was destroyed just now."""
    root, living = held()
    if row.generation not in living:
        try:
            row.refresh_from_db()  # it may have been wrapped anew just now
        except Matter.DoesNotExist as fault:
            raise NoMatter from fault
        root, living = held()
    clinic = UUID(bytes=root.clinic)
    try:
        key = unwrap(bytes(row.wrapped_key), living[row.generation], row.generation, root.clinic, row.id.bytes)
        packed = unseal(bytes(row.sealed), key, _bound(clinic, row))
    except (KeyError, NotOpened) as fault:
        raise Dead from fault
    try:
        return Opened(row, Contents.unpack(packed, row.schema), key)
    except NotContents as fault:
        raise Unread from fault


def _clinic() -> UUID:
    return UUID(bytes=held()[0].clinic)


def _bound(clinic: UUID, row: Matter) -> Bound:
    return Bound(clinic.bytes, row.id.bytes, row.schema, row.revision)


def _in_use(row: Matter) -> None:
    """Put the end of its keeping off, once a day at most."""
    day = today()
    if row.used_on != day:
        Matter.objects.filter(pk=row.pk).update(used_on=day, keep_until=kept_until())
