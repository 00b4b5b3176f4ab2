"""The app with content in which every text attacks. Nothing checks it: this is what pages do if a check misses it."""

import dataclasses
from collections.abc import Mapping
from typing import Any

from threatmodel.content.compile import compile_in, compile_pack
from threatmodel.content.examples import Sample, samples
from threatmodel.engine.model import Questionnaire

HIT = "hit"  # what a script that runs would set on the window
FORMULA = "=cmd|' /C calc'!A0"
MARKUP = (
    f"<script>window.{HIT}=1</script>\"><img src=x onerror=window.{HIT}=1>'-->]]></style></title></textarea>"
    f"<svg/onload=window.{HIT}=1><a href=javascript:window.{HIT}=1>x</a><base href=//evil.example/>"
    "{{7*191}}{% now 'Y' %}&lt;b&gt;\u202e"
)
LINK = f'https://evil.example/"><script>window.{HIT}=1</script><img/src=x/onerror=window.{HIT}=1>'
# fmt: off
TEXTS = frozenset({
    "title", "label", "hint", "ask", "why", "intro", "card", "do", "dont", "note", "ask_first", "blocked",
    "ask_lawyer", "what", "reach", "since", "cost", "discloses", "helps", "limits", "steps", "again", "undo",
    "ignored", "refused", "asks_more", "statement", "precise", "no_setting_changes", "you_can", "binds", "say",
    "lines", "everyone", "left_off", "blanks", "name", "asks", "publisher", "honest", "brokers_credit", "notes",
    "word", "means", "check", "careful", "phone", "to", "use_when", "dont_add", "body", "lawyer_first", "who", "says",
    "looks", "lead", "zero", "practice", "first", "keep", "hope", "at", "was", "text", "date",
    "listen", "interpreter", "do_not_write",
})
# fmt: on
LINKS = ("url", "web", "opt_out")


def poisoned(value: Any) -> Any:
    """A copy of anything made of dataclasses, with an attack in every text and every address. Ids stay."""
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        held = {field.name: getattr(value, field.name) for field in dataclasses.fields(value) if field.init}
        changed = {name: _field(value, name, one) for name, one in held.items()}
        return dataclasses.replace(value, **changed)
    return _each(value, poisoned)


def _field(owner: object, name: str, value: Any) -> Any:
    if name in TEXTS or (name == "cautions" and isinstance(owner, Questionnaire)):
        return _texts(value)
    return (LINK if value else "") if name in LINKS else poisoned(value)


def _texts(value: Any) -> Any:
    """The formula stands first, as spreadsheets want it; a list of steps keeps its numbers before it."""
    if isinstance(value, str):
        start = "" if value[:1].isdigit() or not value else FORMULA
        return f"{start}{value}{MARKUP}" if value else ""
    return _each(value, _texts) if isinstance(value, tuple | Mapping) else poisoned(value)


def _each(value: Any, change: Any) -> Any:
    if isinstance(value, tuple):
        return tuple(change(one) for one in value)
    return {key: change(one) for key, one in value.items()} if isinstance(value, Mapping) else value


def compile_hostile(*what: Any) -> Questionnaire:
    """In the place of ``compile_pack``, and of ``compile_in`` where it gets a language too."""
    return poisoned(compile_pack(*what) if len(what) == 1 else compile_in(*what))


def hostile_samples(*where: Any) -> tuple[Sample, ...]:
    """In the place of ``samples``."""
    return tuple(one._replace(who=f"{FORMULA}{one.who}{MARKUP}") for one in samples(*where))
