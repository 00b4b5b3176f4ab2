"""The catalogue of messages an author can get: a code, what is wrong, and what to do about it."""

from collections.abc import Iterable
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path
from typing import Literal, NamedTuple

type Severity = Literal["error", "warning"]


class Message(NamedTuple):
    """What is wrong and what to do. A pack with an error cannot be used; a warning only asks for a look."""

    what: str
    remedy: str
    severity: Severity = "error"


CATALOGUE: dict[str, Message] = {
    # K: keys and values
    "K001": Message("This file is not YAML: {problem}.", "Look at the line above as well; indentation is two spaces."),
    "K002": Message("There is no key {key!r} here.", "The keys are: {known}.{guess}"),
    "K003": Message("The key {key!r} stands here twice.", "Keep one of the two."),
    "K004": Message("The key {key!r} is missing.", "Add it; questions/README.md shows a whole entry."),
    "K005": Message("{key!r} has a value that does not fit: {problem}.", "See questions/README.md for what it may be."),
    "K006": Message("The id {id!r} is not well formed.", "Use lower-case words with hyphens, as in 'home-address'."),
    "K007": Message(
        "The id {id!r} is taken: it stands at {other} too.", "Ids are permanent and used once; choose another."
    ),
    "K008": Message("Anchors, aliases and tags ({mark!r}) are not used here.", "Write the text out again in full."),
    "K009": Message("The file {name!r} is missing.", "Every pack has it; take it back from the last version."),
    "K010": Message("A condition has exactly one key, and this one has {count}.", "Wrap several in 'all:' or 'any:'."),
    "K011": Message(
        "This text holds the character {name}, which nobody sees, or which turns round what stands after it.",
        "Take it out, or type the text again; what is read in a change must be what a person will read.",
    ),
    # R: references
    "R001": Message("There is no question {id!r}.", "Questions stand in sections/.{guess}"),
    "R002": Message("{question!r} has no option {id!r}.", "It has: {known}.{guess}"),
    "R003": Message("There is no fact {id!r}.", "Facts stand in facts.yaml.{guess}"),
    "R004": Message("There is no vector {id!r}.", "Vectors stand in vectors/.{guess}"),
    "R005": Message("There is no source {id!r}.", "Sources stand in sources.yaml.{guess}"),
    "R006": Message("There is no instrument {id!r}.", "Instruments stand in sources.yaml.{guess}"),
    "R007": Message(
        "{question!r} is read here before it is asked.", "A question may only lean on those above it: move one."
    ),
    "R008": Message("The facts {circle} lean on each other in a circle.", "Write one of them out without the others."),
    "R009": Message("There is no caution or gate {id!r}.", "They stand in gates.yaml.{guess}"),
    "R010": Message(
        "Steps are written for {id!r}, which is neither 'all' nor an option.", "Use an option of {known}.{guess}"
    ),
    "R011": Message("There is no measure {id!r}.", "Measures stand in measures/.{guess}"),
    "R012": Message("There is no safeguard {id!r}.", "Safeguards stand in safeguards/.{guess}"),
    "R013": Message(
        "{question!r} cannot have both {id!r} and another option.", "One of its options stands alone: keep one."
    ),
    "R014": Message("There is no item {id!r} to sign.", "Copy id and hash from `manage.py content table`.{guess}"),
    "R015": Message(
        "The notice sends people to {id!r}, and no referral of that kind is for everywhere.",
        "Add one without 'states' to the referrals; somebody with a notice has answered nothing yet.",
    ),
    "R016": Message("There is no measure or safeguard {id!r}.", "Copy the id from measures/ or safeguards/.{guess}"),
    "R017": Message("There is no letter {id!r}.", "Letters stand in letters.yaml.{guess}"),
    # G: gates and lanes
    "G001": Message(
        "The gate {id!r} is missing.", "The matrix needs each of: {known}. Without one of them there is no plan."
    ),
    "G002": Message(
        "The measure {id!r} claims to reduce {vector!r}, whose control is {control!r}.",
        "No setting reaches it. Name it under 'does_not_reach' instead.",
    ),
    "G003": Message("The text for the matrix's note {id!r} is missing.", "Add it under 'notes' in gates.yaml."),
    "G004": Message(
        "A step of {id!r}, which is {action!r}, deletes or lets expire: {phrase!r}.",
        "Make the measure's action 'destroy' or 'retention'; if it is no such act, put the phrase under "
        "'not_an_act' in words.yaml, with the reason.",
    ),
    "G005": Message(
        "A step of {id!r}, which is 'harden', changes what others see: {phrase!r}.",
        "Make the measure's action 'visibility'; if it is no such act, put the phrase under 'not_an_act' in "
        "words.yaml, with the reason.",
    ),
    "G006": Message(
        "The gate {id!r} has no {key!r}.",
        "A gate that stops needs 'do' and 'dont', one that holds back says so in 'ask_first' or 'blocked'.",
    ),
    "G007": Message(
        "The measure {id!r} asks somebody else, and does not say what to do when it fails.",
        "Add 'when_it_fails' with 'ignored', 'refused' and 'asks_more', none of which tells them more than before.",
    ),
    # U: unused
    "U001": Message(
        "No rule reads these options of {question!r}: {ids}.",
        "Use them in an 'if', or ask whether they are worth the person's answer.",
        "warning",
    ),
    "U002": Message("No rule reads the fact {id!r}.", "Use it in an 'if', or take it away."),
    "U003": Message("Nothing cites {id!r}.", "Cite it where it belongs, or take it away.", "warning"),
    # W: words
    "W001": Message("This text holds HTML: {mark!r}.", "Write plain text; steps may be numbered lists."),
    "W002": Message("This text says {word!r}: {because}", "{say}"),
    "W003": Message(
        "{id!r} reads at grade {grade}; the hardest words are {hardest}.",
        "Shorten the sentences or choose shorter words until it reads at grade {most} or below.",
    ),
    "W004": Message("This sentence has {count} words: {start!r}.", "Make it two; {most} words are the most."),
    "W005": Message("{inv}: this text {problem}: {phrase!r}.", "{remedy}"),
    "W006": Message("This question for a lawyer ends without a question mark: {start!r}.", "Write it as a question."),
    "W007": Message(
        "The letter {id!r} has no blank for the hand.", "Put ____ where the person writes; nothing is ever typed in."
    ),
    "W008": Message(
        "The question {id!r} is sensitive, and its prompt does not say what staff must not write down.",
        "Add 'do_not_write': what is never written down cannot be taken.",
    ),
    # L: law
    "L001": Message(
        "The safeguard {id!r} names no authority.",
        "Name the law, rule or case it rests on; never make one up.",
        "warning",
    ),
    # T: translations
    "T001": Message(
        "{count} of its {all} texts are not in {lang} yet: {first!r} is the first.",
        "Fill them in; until then people read these in the pack's own language, with a word on it.",
        "warning",
    ),
    "T002": Message(
        "{lang}: the text {text!r} has changed since it was translated.",
        "Read both again, mend the translation, and take the line '#, fuzzy' away.",
        "warning",
    ),
    "T003": Message(
        "{lang}: the translation of {text!r} differs in {what}.",
        "Numbers, addresses and the items of a list stay as they are, in their order.",
    ),
    "T005": Message("{lang}: the translation of {text!r} says {word!r}: {because}", "Say: {say}."),
    "T006": Message(
        "{lang}: {id!r} is too hard to read: {measured}.",
        "Shorten the sentences or choose shorter words: {wanted}.",
        "warning",
    ),
    "T004": Message("This catalogue cannot be read: {problem}.", "Take it back from the last version, and try again."),
    # N: permanent numbers
    "N001": Message("{id!r} has no number yet.", "Run `manage.py content number`: it adds a line for it at the end."),
    "N002": Message("{id!r} has two numbers.", "Take the later line away again; a number is never given twice."),
    "N003": Message(
        "{id!r} has a number, and the pack no longer has it.",
        "Put it under 'retired' with what it was called and what took its place; leave its line where it is.",
    ),
    "N004": Message("{id!r}, which is to take over, is not there.", "Name an answer or item that is."),
    # S: worked examples
    "S001": Message(
        "The example's plan differs: {problem}.",
        "If the new plan is right, change the example; if not, the rule.",
    ),
    # L: life and letters: what the clock or a change of text asks somebody to read again
    "L002": Message(
        "{id!r} is past its shelf life: it was due to be read again by {day}.",
        "Read it against its sources, then change its date; plans mark it as perhaps out of date until then.",
        "warning",
    ),
    "L003": Message(
        "{id!r} is not what {by} signed on {on}: its rule, texts or sources have changed, so it counts as unsigned.",
        "Have it read again, and put the new hash from `manage.py content table` here.",
        "warning",
    ),
    "L004": Message(
        "The referral {id!r} names no source.",
        "Cite where it is listed; people are sent only to those that somebody has looked up.",
        "warning",
    ),
    "S002": Message(
        "No example's plan holds {id!r}.",
        "Add it to what an example must have, or add an example that gets it.",
        "warning",
    ),
    "S003": Message(
        "No example picks these options of {question!r}: {ids}.", "Let one of the examples pick them.", "warning"
    ),
}


@dataclass(frozen=True, slots=True, order=True)
class Fault:
    """One fault in one place. ``line`` counts from 1; 0 speaks of the whole file."""

    file: str
    line: int
    code: str
    what: str
    remedy: str

    @property
    def severity(self) -> Severity:
        return CATALOGUE[self.code].severity

    @property
    def warning(self) -> bool:
        """Whether a pack with this can be used all the same."""
        return self.severity == "warning"

    def __str__(self) -> str:
        where = f"{self.file}:{self.line}" if self.line else self.file
        code = self.code if self.severity == "error" else f"{self.code} ({self.severity})"
        return f"{where}: {code} {self.what} {self.remedy}"


class BrokenPack(Exception):
    """A pack that cannot be used. ``faults`` holds every one that was found."""

    def __init__(self, faults: Iterable[Fault]) -> None:
        self.faults = tuple(sorted(set(faults)))
        super().__init__("\n".join(str(fault) for fault in self.faults))


def fault(code: str, file: Path | str, line: int, **words: object) -> Fault:
    """Fill in the catalogue's message for a code. Raises ``KeyError`` for a code or a word it does not know."""
    message = CATALOGUE[code]
    return Fault(str(file), line, code, message.what.format(**words), message.remedy.format(**words))


def guess(word: str, known: Iterable[str]) -> str:
    """A closing question with the nearest known word, or nothing."""
    near = get_close_matches(word, list(known), n=1)
    return f" Did you mean {near[0]!r}?" if near else ""
