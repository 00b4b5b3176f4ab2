"""Words: no HTML, no promises, short sentences, and nothing that contradicts a rule of wording."""

import re
from collections.abc import Iterator
from typing import NamedTuple

from threatmodel.content import schema
from threatmodel.content.errors import Fault
from threatmodel.content.grade import hardest, reading_grade
from threatmodel.content.pack import Pack
from threatmodel.content.texts import At, Text, denied, entries, texts, words

MOST_WORDS = 25
MOST_GRADE = 8
HTML = re.compile(r"</?[a-z][^<>]*>|<!--|&(?:[a-z]+|#\d+);", re.IGNORECASE)
PHONE = re.compile(r"(?<![\d-])(?:1-)?\(?[2-9]\d{2}\)?[- ]\d{3}-\d{4}(?![\d-])")
DATED = re.compile(r"\b(?:checked|listed|seen)\b[^.]*\b20\d\d-\d\d-\d\d")
ENTRY_NO_ONE = re.compile(
    r"\b(?:ICE|agents?|officers?|police|they)\b[^.]*\b(?:cannot|may not|must not|can't)\b[^.]*\b(?:enter|come in)\b"
    r"|\b(?:keep|keeps|kept) (?:ICE|agents|officers|police) (?:out|away)\b"
    r"|\bneeds? (?:a |the )?(?:judge's |judicial )?warrant\b[^.]*\b(?:enter|come in|your (?:home|house|door))\b"
    r"|\b(?:right to refuse|refuse to (?:open|let))\b[^.]*\b(?:door|in)\b",
    re.IGNORECASE,
)
THEY_MAY_STILL = re.compile(r"\b(?:may|might|can|could) (?:still |also )?(?:force|break|come in|enter)\b", re.IGNORECASE)


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
            r"\b(?:false|fake|made-up|invented|another person's|someone else's) "
            r"(?:legal )?(?:name|address|birth date|date of birth|identity|ID\b|number|social security)"
        ),
        "speaks of a false name, number or address",
        "Say plainly not to use one; an alias is only for accounts that no office and no lender asks for.",
        _pattern(r"\b(?:crime|fraud|thief|stolen|steal)"),
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
        "Name the kind of data and the source: a subpoena reaches sign-up data, and what is sold needs no paper at all.",
    ),
    Rule(
        "INV-10",
        _pattern(
            r"\b(?:encrypt\w*|VPNs?|Signal|Tor|private account)\b[^.]*"
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
            r"(?:\d+|two|three|five|seven|ten|fourteen|twenty|thirty)(?:-| )?(?:business |calendar |working )?(?:day|week)s?\b"
        ),
        "states a time limit as something the person has",
        "Give the shortest window known, and say that it may be zero; never compute a legal deadline.",
        _pattern(r"\b(?:may|might|can|could) be (?:zero|none|less|shorter)"),
    ),
)


def wording_faults(pack: Pack) -> Iterator[Fault]:
    """Every fault of words but the reading grade."""
    avoid = _avoided(pack)
    for at in entries(pack):
        parts = texts(at)
        for part in parts:
            yield from _form(part)
            if part.kind != "lawyer":
                yield from _avoids(part, avoid)
                yield from _contradictions(part)
        yield from _phones(at, parts)
        yield from _door(at, parts)


def grade_faults(pack: Pack) -> Iterator[Fault]:
    """Entries whose sentences, taken together, are too hard to read."""
    for at in entries(pack):
        lines = [sentence for part in texts(at) if part.kind == "sentence" for sentence in part.sentences]
        grade = round(reading_grade(lines), 1)
        if grade > MOST_GRADE:
            found = ", ".join(hardest(lines))
            yield at.fault("W003", id=name_of(at), grade=grade, hardest=found, most=MOST_GRADE)


def name_of(at: At) -> str:
    """The id of an entry, or what it is when it has none."""
    return str(getattr(at.entry, "id", getattr(at.entry, "section", "pack")))


def _form(part: Text) -> Iterator[Fault]:
    for found in HTML.finditer(part.text):
        yield part.at.fault("W001", *part.path, mark=found[0])
    for sentence in part.sentences if part.kind != "lawyer" else ():
        count = len(words(sentence))
        if count > MOST_WORDS:
            start = " ".join(sentence.split()[:6]) + " …"
            yield part.at.fault("W004", *part.path, count=count, start=start, most=MOST_WORDS)


def _avoided(pack: Pack) -> list[tuple[re.Pattern[str], schema.AvoidEntry]]:
    return [
        (_pattern(r"(?<![\w-])(?:" + "|".join(map(re.escape, entry.say_not)) + r")(?![\w-])"), entry)
        for entry in (pack.words.entry.avoid if pack.words else ())
    ]


def _avoids(part: Text, avoid: list[tuple[re.Pattern[str], schema.AvoidEntry]]) -> Iterator[Fault]:
    flat = " ".join(part.text.split())
    for pattern, entry in avoid:
        for found in pattern.finditer(flat):
            yield part.at.fault("W002", *part.path, word=found[0], because=entry.because, say=entry.say)


def _contradictions(part: Text) -> Iterator[Fault]:
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
            remedy = "Write the day it was checked beside it, as in '(checked 2026-01-31)'."
            yield _contradiction(part, "INV-23", "gives a phone number without a check date", found[0], remedy)


def _door(at: At, parts: list[Text]) -> Iterator[Fault]:
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
