"""What has to be read against its sources again, and what no longer is what was signed. No clock: the day is given."""

from datetime import date
from typing import NamedTuple

from threatmodel.content.compile import compile_pack
from threatmodel.content.errors import Fault
from threatmodel.content.items import Item, items
from threatmodel.content.pack import Pack
from threatmodel.content.signing import Signatures
from threatmodel.engine.model import Questionnaire


class Due(NamedTuple):
    """An item and the days that are left until its review is past; a negative number is past."""

    days: int
    by: date
    item: Item

    def __str__(self) -> str:
        left = f"{-self.days} days past" if self.days < 0 else f"in {self.days} days"
        return f"{self.by}  {left:>14}  {self.item.kind} {self.item.value.id}: {self.item.value.title}"


def due(questionnaire: Questionnaire, as_of: date, within: int) -> tuple[Due, ...]:
    """What is past its review, or will be within so many days; soonest first. What has ended needs no review."""
    found = []
    for item in items(questionnaire):
        until = getattr(item.value, "until", None)
        if (review := item.review) and (until is None or until >= as_of):
            days = (review.by - as_of).days
            if days <= within:
                found.append(Due(days, review.by, item))
    return tuple(sorted(found, key=lambda entry: (entry.days, entry.item.kind, entry.item.value.id)))


def warnings_of(pack: Pack, as_of: date) -> tuple[Fault, ...]:
    """What asks for a look in a sound pack: items past their shelf life, and signatures that count no more."""
    questionnaire = compile_pack(pack)
    late: dict[tuple[str, str], date] = {
        (entry.item.kind, entry.item.value.id): entry.by for entry in due(questionnaire, as_of, within=-1)
    }
    found = []
    for kind, key, entries in (
        ("vector", "reviewed_on", pack.vectors),
        ("measure", "reviewed_on", pack.measures),
        ("safeguard", "as_of", pack.safeguards),
        ("referral", "listed_on", pack.referrals),
        ("letter", "reviewed_on", pack.letters),
        ("notice", "as_of", [pack.notice] if pack.notice else []),
    ):
        for at in entries:
            if (kind, at.entry.id) in late:
                found.append(at.fault("L002", key, id=at.entry.id, day=late[kind, at.entry.id]))
    stale = {panel.id: panel.stale_after for panel in questionnaire.paper.card if panel.stale_after < as_of}
    for panel in pack.panels:
        if panel.entry.id in stale:
            found.append(panel.fault("L002", "as_of", id=panel.entry.id, day=stale[panel.entry.id]))
    for signature in Signatures(pack.signed, questionnaire).outdated:
        entry = signature.entry
        found.append(signature.fault("L003", "hash", id=entry.id, by=entry.by, on=entry.on))
    return tuple(sorted(found))
