"""The flow of the questions: which one leans on which, as data and as Mermaid text."""

import textwrap
from collections.abc import Iterator
from typing import NamedTuple

from threatmodel.content.words import in_words
from threatmodel.engine.conditions import All, Any, Chosen, Condition, Fact, NoneOf
from threatmodel.engine.model import Question, Questionnaire

LONGEST, LONGEST_ASK = 90, 32


class Edge(NamedTuple):
    """A question that an ``if`` reads, the question it opens, and that ``if`` in words, in full and shortened."""

    read: str
    opens: str
    when: str
    label: str


def edges(questionnaire: Questionnaire) -> tuple[Edge, ...]:
    """Every dependency between questions, in asking order of what is opened, then of what is read."""
    order = {question.id: i for i, question in enumerate(questionnaire.questions)}
    found = []
    for question in questionnaire.questions:
        when = in_words(question.asked_if, questionnaire)
        for read in sorted(set(_read(question.asked_if, questionnaire)), key=lambda id_: order[id_]):
            found.append(Edge(read, question.id, when, _label(when, questionnaire)))
    return tuple(found)


def _read(condition: Condition, questionnaire: Questionnaire) -> Iterator[str]:
    match condition:
        case Chosen(question, _):
            yield question
        case Fact(name):
            yield from _read(questionnaire.facts[name], questionnaire)
        case Any(parts) | All(parts) | NoneOf(parts):
            for part in parts:
                yield from _read(part, questionnaire)


def marked(question: Question) -> str:
    """The question as asked, with the walk it belongs to where that is not the full one."""
    mark = "quick" if question.quick else "later" if question.later else ""
    return f"{question.ask} ({mark})" if mark else question.ask


def _label(when: str, questionnaire: Questionnaire) -> str:
    """A condition's words cut down, the questions in it first: what is answered tells more than what was asked."""
    for question in questionnaire.questions:
        when = when.replace(f'"{question.ask}"', f'"{_cut(question.ask, LONGEST_ASK)}"')
    return _cut(when, LONGEST)


def _cut(text: str, longest: int) -> str:
    return textwrap.shorten(text, longest, placeholder="…")


def mermaid(questionnaire: Questionnaire) -> str:
    """The flow as a Mermaid flowchart. Numbers stand for ids, some of which are words that Mermaid keeps for itself."""
    numbers = {question.id: f"q{i}" for i, question in enumerate(questionnaire.questions, start=1)}
    lines = ["flowchart TB"]
    for i, section in enumerate(questionnaire.sections, start=1):
        lines.append(f'  subgraph s{i}["{_quoted(section.title)}"]')
        for question in questionnaire.questions:
            if question.section == section.id:
                style = ":::quick" if question.quick else ":::later" if question.later else ""
                lines.append(f'    {numbers[question.id]}["{_quoted(marked(question))}"]{style}')
        lines.append("  end")
    for edge in edges(questionnaire):
        lines.append(f'  {numbers[edge.read]} -->|"{_quoted(edge.label)}"| {numbers[edge.opens]}')
    lines += ["  classDef quick stroke-width:3px", "  classDef later stroke-dasharray:4 3"]
    return "\n".join(lines) + "\n"


def _quoted(text: str) -> str:
    """Text for inside Mermaid's quotes, which knows characters by number and takes a backtick for Markdown."""
    return "".join(f"#{ord(c)};" if c in '#"&<>`\\' else " " if c.isspace() else c for c in text)
