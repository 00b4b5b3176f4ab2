"""Straight contradictions with the rules of wording that the legal research calls INV.

Each is a small pattern over one sentence, or over one entry. They catch the plain mistake, not every way to make it: a
person still reads every text.
"""

import re
from collections.abc import Iterator
from typing import NamedTuple

from threatmodel.content.errors import Fault
from threatmodel.content.texts import At, Text, denied

PHONE = re.compile(r"(?<![\d-])(?:1-)?\(?[2-9]\d{2}\)?[- ]\d{3}-\d{4}(?![\d-])")
DATED = re.compile(r"\b(?:checked|listed|seen)\b[^.]*\b20\d\d-\d\d-\d\d")
ENTRY_NO_ONE = re.compile(
    r"\b(?:ICE|agents?|officers?|police|they)\b[^.]*\b(?:cannot|may not|must not|can't)\b[^.]*\b(?:enter|come in)\b"
    r"|\b(?:keep|keeps|kept) (?:ICE|agents|officers|police) (?:out|away)\b"
    r"|\bneeds? (?:a |the )?(?:judge's |judicial )?warrant\b[^.]*\b(?:enter|come in|your (?:home|house|door))\b"
    r"|\b(?:right to refuse|refuse to (?:open|let))\b[^.]*\b(?:door|in)\b",
    re.IGNORECASE,
)
THEY_MAY_STILL = re.compile(
    r"\b(?:may|might|can|could) (?:(?:still |also )?(?:force|break)|still (?:come in|enter))\b", re.IGNORECASE
)


class Rule(NamedTuple):
    """A rule of wording: what contradicts it in a sentence, what makes that harmless, and what to do instead.

    A denied match ("do not leave an account off a form") is harmless in any case.
    """

    inv: str
    says: re.Pattern[str]
    problem: str
    remedy: str
    unless: re.Pattern[str] | None = None


def _pattern(text: str) -> re.Pattern[str]:
    return re.compile(text, re.IGNORECASE)


RULES = (
    Rule(
        "INV-04",
        _pattern(
            r"\b(?:(?:leave|keep|drop)\b[^.]{0,60}\b(?:off|out of|from)\b[^.]{0,20}\b(?:form|application|DS-160|list)"
            r"|omit|(?:re-?date|backdate|predate)\b"
            r"|(?:rename|new account)\b[^.]{0,60}\b(?:so (?:that )?(?:it|you)|instead of listing|need not|form))"
        ),
        "tells someone to leave out, rename or re-date what a form asks for",
        "Say that every account and every answer goes on the form, truthfully.",
    ),
    Rule(
        "INV-05",
        _pattern(
            r"\b(?:use|using|give|giving|write|put|enter|choose|try|sign up|register|apply|fly|travel)\b[^.,;]{0,30}"
            r"\b(?:false|fake|made-up|invented|another person's|someone else's) (?:legal )?"
            r"(?:name|address|birth date|date of birth|identity|ID\b|number|social security)"
        ),
        "tells someone to use a false name, number or address",
        "Say plainly not to use one; an alias is only for accounts that no office and no lender asks for.",
        _pattern(r"\b(?:crime|fraud|thie(?:f|ves)|stolen|steal|officers?|agents?|scammers?)\b"),
    ),
    Rule(
        "INV-07",
        _pattern(
            r"\b(?:stop|skip|avoid|quit|delay|wait with)\b[^.]{0,30}\b(?:fil(?:e|ing)|pay(?:ing)?|submit(?:ting)?)\b"
            r"[^.]{0,30}\btax"
            r"|\b(?:leave|drop|cancel|give up|quit|withdraw from|get off)\b[^.]{0,30}"
            r"\b(?:Medicaid|SNAP|food stamps|benefits|housing help)"
        ),
        "tells someone to stop filing taxes or to leave a program",
        "Never advise that; send people to a tax clinic or a benefits lawyer.",
    ),
    Rule(
        "INV-09",
        _pattern(
            r"\b(?:needs?|requires?|must (?:get|have|show)|without) a (?:search |judge's |judicial )?warrant\b"
            r"[^.]{0,30}\b(?:your|any|the|all) (?:data|information|accounts?|records)"
        ),
        "claims that data needs a warrant",
        "Name the kind of data and the source: a subpoena gets sign-up data, and what is sold needs no paper at all.",
    ),
    Rule(
        "INV-10",
        _pattern(
            r"\b(?:encrypt\w*|VPNs?|Signal|Tor|private account)\b(?:(?! not | never )[^.])*"
            r"\b(?:makes? you (?:invisible|private)|nobody can|no one can|no-one can|hides? (?:you|who you are)"
            r"|(?:cannot|can't) (?:be )?(?:trac|identif|find|found))"
        ),
        "makes a tool sound absolute",
        "Say what the tool still leaves open: sign-up, payment, a seized device, the people in the chat.",
    ),
    Rule(
        "INV-15",
        _pattern(
            r"\byou (?:will |always |still )?(?:have|get) (?:at least |about )?"
            r"(?:\d+|two|three|five|seven|ten|fourteen|twenty|thirty)(?:-| )?"
            r"(?:business |calendar |working )?(?:day|week)s?\b"
        ),
        "states a time limit as something the person has",
        "Give the shortest window known, and say that it may be zero; never compute a legal deadline.",
        _pattern(r"\b(?:may|might|can|could) be (?:zero|none|less|shorter)"),
    ),
)


def contradictions(at: At, parts: list[Text]) -> Iterator[Fault]:
    """What contradicts a rule of wording in the plain texts of one entry."""
    plain = [part for part in parts if part.kind != "lawyer"]
    for part in plain:
        yield from _sentences(part)
    yield from _phones(at, plain)
    yield from _door(plain)


def _sentences(part: Text) -> Iterator[Fault]:
    for sentence in part.sentences:
        for rule in RULES:
            found = rule.says.search(sentence)
            if found and not denied(sentence, found.start()) and not (rule.unless and rule.unless.search(sentence)):
                yield _contradiction(part, rule.inv, rule.problem, found[0], rule.remedy)


def _phones(at: At, parts: list[Text]) -> Iterator[Fault]:
    if hasattr(at.entry, "reviewed_on") or hasattr(at.entry, "as_of"):
        return
    for part in parts:
        found = PHONE.search(part.text)
        if found and not DATED.search(part.text):
            remedy = (
                "Write the day it was checked beside it, as in '(seen 2026-01-31)'; never one on which nobody looked."
            )
            yield _contradiction(part, "INV-23", "gives a phone number without a check date", found[0], remedy)


def _door(parts: list[Text]) -> Iterator[Fault]:
    """A right at the door is told only together with what may happen all the same, in the same entry."""
    if any(THEY_MAY_STILL.search(part.text) for part in parts if part.kind == "sentence"):
        return
    for part in parts:
        found = ENTRY_NO_ONE.search(" ".join(part.text.split())) if part.kind == "sentence" else None
        if found:
            remedy = "Add that they may still force entry, and not to resist."
            yield _contradiction(part, "INV-08", "gives the right at the door without its limit", found[0], remedy)


def _contradiction(part: Text, inv: str, problem: str, phrase: str, remedy: str) -> Fault:
    return part.at.fault("W005", *part.path, inv=inv, problem=problem, phrase=phrase, remedy=remedy)
