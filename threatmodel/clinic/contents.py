"""What is sealed of a matter: everything about the client, and everything staff wrote. Nothing else holds any of it."""

import json
from base64 import b64decode, b64encode
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, replace
from datetime import date
from typing import Self

SCHEMA = 1
LONGEST_ALIAS = 40
LONGEST_TEXT = 2000


class NotContents(ValueError):
    """Bytes that no version of this program wrote as the contents of a matter."""


@dataclass(frozen=True, slots=True)
class Said:
    """Something that one of the staff wrote or did: ``by`` is their id in hexadecimal, ``text`` may be empty."""

    by: str
    on: date
    text: str = ""


@dataclass(frozen=True, slots=True)
class Contents:
    """``record`` and ``before`` are packed records (documents/record.py): the answers, marks and plan of now, and those
    that a re-assessment is held against; ``before`` is empty until there was one.

    ``counted`` are the measures whose being done was counted for funders (threatmodel/clinic/counts.py).
    ``confirmed`` says which gates were on when staff went through them with the client; ``advised``, ``comments`` and
    ``answered`` are a lawyer's, by item and by question; ``reviewed`` is their sign-off.
    """

    alias: str
    lang: str
    pack: str
    record: bytes
    before: bytes = b""
    depth: str = "full"
    notes: tuple[Said, ...] = ()
    confirmed: Said | None = None
    reviewed: Said | None = None
    advised: Mapping[str, Said] = field(default_factory=dict)
    comments: Mapping[str, tuple[Said, ...]] = field(default_factory=dict)
    answered: Mapping[str, Said] = field(default_factory=dict)
    counted: tuple[str, ...] = ()

    def pack_up(self) -> bytes:
        """The contents as bytes."""
        return json.dumps(asdict(self), default=_plain, ensure_ascii=False, separators=(",", ":")).encode()

    @classmethod
    def unpack(cls, packed: bytes, schema: int) -> Self:
        """Undo ``pack_up``. Raises ``NotContents``."""
        if schema != SCHEMA:
            raise NotContents(f"schema {schema}")
        try:
            held = json.loads(packed)
            return cls(
                **{key: held[key] for key in ("alias", "lang", "pack", "depth")},
                record=b64decode(held["record"]),
                before=b64decode(held["before"]),
                notes=tuple(_said(one) for one in held["notes"]),
                confirmed=held["confirmed"] and _said(held["confirmed"]),
                reviewed=held["reviewed"] and _said(held["reviewed"]),
                advised={id_: _said(one) for id_, one in held["advised"].items()},
                comments={id_: tuple(map(_said, those)) for id_, those in held["comments"].items()},
                answered={text: _said(one) for text, one in held["answered"].items()},
                counted=tuple(held.get("counted", [])),
            )
        except (ValueError, KeyError, TypeError) as fault:
            raise NotContents("not the contents of a matter") from fault

    def noted(self, said: Said) -> Self:
        return replace(self, notes=(*self.notes, said))


def _plain(value: object) -> str:
    if isinstance(value, bytes):
        return b64encode(value).decode()
    if isinstance(value, date):
        return value.isoformat()
    raise TypeError(type(value).__name__)


def _said(held: Mapping[str, str]) -> Said:
    return Said(held["by"], date.fromisoformat(held["on"]), held["text"])
