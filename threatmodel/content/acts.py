"""What a step really does, read from its words, held against the action its measure claims; and what a gate must say.

The gate matrix trusts ``action``. So a step that deletes may not stand in a measure that claims to harden.
"""

import re
from collections.abc import Iterator

from threatmodel.content import schema
from threatmodel.content.errors import Fault
from threatmodel.content.pack import Pack, Placed
from threatmodel.content.texts import denied, sentences

# an account, with at most two words before it, as in "your old account"
ACCOUNT = r"(?:\w+ ){0,3}(?:accounts?|profiles?|pages?|channels?)"
DESTROYS = re.compile(
    rf"\b(?:delet(?:e|ing)|eras(?:e|ing)|wip(?:e|ing)|shred|destroy|unfriend|deactivat(?:e|ing)|factory[ -]reset"
    rf"|(?:close|remove) (?:it|them)\b|(?:close|remove) {ACCOUNT}\b"
    r"|(?:remove|clear|empty) (?:\w+ ){0,3}(?:posts?|photos?|chats?|messages?|history|trash|friends|tags)\b"
    r"|reset (?:\w+ ){0,2}(?:phone|device|computer|tablet|advertising)"
    r"|(?:turn|switch) on (?:\w+ ){0,3}(?:disappearing|vanish|auto-?delete|automatic deletion|message timer)"
    r"|auto-?delete|disappearing messages"
    r"|(?:turn|switch) off (?:\w+ ){0,3}(?:history|timeline|web & app activity)"
    r"|(?:turn|switch) (?:\w+ ){0,3}(?:history|timeline|web & app activity) off)",
    re.IGNORECASE,
)
HIDES = re.compile(
    r"\b(?:(?:make|set|switch|turn|go)\b[^.]{0,40}\bprivate\b(?! (?:browser|browsing|window|tab))"
    r"|limit (?:past|old|who|the audience)|only me\b|hide\b|untag|unlist|lock your profile)",
    re.IGNORECASE,
)
LETS_GO = frozenset({"destroy", "retention"})
MUST_SAY = {"hold": ("ask_first", "blocked"), "public": ("blocked",), "monitor": ("blocked",)}


def act_faults(pack: Pack) -> Iterator[Fault]:
    """Steps that do more than their measure's action says, and gates that stop without saying what to do."""
    allowed = [" ".join(entry.phrase.lower().split()) for entry in pack.words.entry.not_an_act] if pack.words else []
    for at in pack.measures:
        for place, text in _told(at.entry):
            for phrase in acts_in(text, DESTROYS, allowed) if at.entry.action not in LETS_GO else ():
                yield at.fault("G004", *place, id=at.entry.id, action=at.entry.action, phrase=phrase)
            for phrase in acts_in(text, HIDES, allowed) if at.entry.action == "harden" else ():
                yield at.fault("G005", *place, id=at.entry.id, phrase=phrase)
    for gate in pack.gates:
        yield from _gate(gate)


def _told(entry: schema.MeasureEntry) -> Iterator[tuple[tuple[str, str], str]]:
    """What a measure tells someone to do, each text with its place."""
    yield from ((("steps", key), text) for key, text in entry.steps.items())
    if entry.when_it_fails:
        yield from ((("when_it_fails", key), text) for key, text in entry.when_it_fails.model_dump().items())


def acts_in(text: str, act: re.Pattern[str], allowed: list[str]) -> Iterator[str]:
    """The sentences of a text that tell someone to do an act, but for those that tell them not to."""
    for sentence in sentences(text):
        rest = sentence.lower()
        for phrase in allowed:
            rest = rest.replace(phrase, "…")
        if any(not denied(rest, found.start()) for found in act.finditer(rest)):
            yield sentence


def _gate(at: Placed[schema.GateEntry]) -> Iterator[Fault]:
    keys = MUST_SAY.get(at.entry.id, ()) + (("do", "dont") if at.entry.show == "stop" else ())
    for key in keys:
        if not getattr(at.entry, key):
            yield at.fault("G006", id=at.entry.id, key=key)
