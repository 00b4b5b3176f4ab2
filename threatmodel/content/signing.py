"""Who signed which item. A signature is tied to what was signed by a hash, so a change of that un-signs the item."""

import hashlib
import json
from collections.abc import Iterable
from dataclasses import asdict, fields

from threatmodel.content.items import Item, items, rules
from threatmodel.content.pack import Placed
from threatmodel.content.schema import SignatureEntry
from threatmodel.engine.model import Questionnaire

# a day says when something was read, not what it says; conditions are covered by their words
NOT_COVERED = {"reviewed_on", "review_by", "as_of", "stale_after", "listed_on", "phone_checked_on"}
NOT_COVERED |= {"applies", "high", "medium", "urgent", "when"}
SHOWN = 12


def item_hash(item: Item, questionnaire: Questionnaire) -> str:
    """A hash in hex over an item's rules in words, all its texts, and its sources and instruments in full."""
    says: dict[str, object] = {
        part.name: getattr(item.value, part.name) for part in fields(item.value) if part.name not in NOT_COVERED
    }
    says["rules"] = rules(item, questionnaire)
    says["sources"] = [asdict(questionnaire.sources[source]) for source in item.sources]
    if "authority" in says:
        says["authority"] = [
            (asdict(questionnaire.instruments[a.instrument]), a.at) for a in getattr(item.value, "authority", ())
        ]
    if "cautions" in says:
        says["cautions"] = [questionnaire.cautions.get(c, c) for c in getattr(item.value, "cautions", ())]
    text = json.dumps([item.kind, says], sort_keys=True, ensure_ascii=False, default=str)
    return hashlib.sha256(text.encode()).hexdigest()


class Signatures:
    """The entries of signed.yaml, told apart by whether they fit what the pack says now."""

    def __init__(self, signed: Iterable[Placed[SignatureEntry]], questionnaire: Questionnaire) -> None:
        hashes: dict[str, list[str]] = {}
        for item in items(questionnaire):
            hashes.setdefault(item.value.id, []).append(item_hash(item, questionnaire))
        self._valid: list[SignatureEntry] = []
        self.outdated: list[Placed[SignatureEntry]] = []
        for at in signed:
            if any(hash_.startswith(at.entry.hash) for hash_ in hashes.get(at.entry.id, ())):
                self._valid.append(at.entry)
            else:
                self.outdated.append(at)

    def of(self, id_: str, hash_: str) -> tuple[SignatureEntry, ...]:
        """The signatures that count for an item with this hash, in the file's order."""
        return tuple(entry for entry in self._valid if entry.id == id_ and hash_.startswith(entry.hash))
