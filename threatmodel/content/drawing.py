"""The flow of the questions as an SVG: one column in asking order, and a curve from what is read to what it opens."""

from html import escape
from typing import NamedTuple

from threatmodel.content.graph import Edge, edges, marked
from threatmodel.engine.model import Question, Questionnaire

LEFT, WIDTH, BOX, STEP, SECTION, MOST_BEND = 20, 620, 44, 66, 40, 240

STYLE = (
    "text{font:14px system-ui,sans-serif;fill:#111}.section{font-weight:bold;font-size:16px}.when{font-size:11px}"
    ".box{fill:#fff;stroke:#333}.quick{stroke-width:3}.later{stroke-dasharray:4 3}"
    ".edge{fill:none;stroke:#1a5276;stroke-width:1.5}.head{fill:#1a5276}"
)
ARROW = (
    '<defs><marker id="arrow" viewBox="0 0 8 8" refX="8" refY="4" markerWidth="8" markerHeight="8" orient="auto">'
    '<path class="head" d="M0 0L8 4L0 8z"/></marker></defs>'
)


class _Places(NamedTuple):
    """The upper edge of each section's title and of each question's box, and of the whole drawing's end."""

    sections: dict[str, int]
    questions: dict[str, int]
    end: int


def svg(questionnaire: Questionnaire) -> str:
    """The flow as one SVG file that needs nothing else. Its description says in words what its curves show."""
    places = _places(questionnaire)
    arrows = edges(questionnaire)
    title = escape(f"{questionnaire.title}: the order of the questions")
    told = " ".join(
        f"{questionnaire.question[edge.opens].ask} leans on: {questionnaire.question[edge.read].ask}" for edge in arrows
    )
    how = "Questions from top to bottom, by section; a thick frame is the quick walk, a dashed one is for later."
    body = [
        *(_section(s.title, places.sections[s.id]) for s in questionnaire.sections),
        *(_box(question, places.questions[question.id]) for question in questionnaire.questions),
        *(_whens(arrows, places)),
        *(_curve(edge, places, questionnaire) for edge in arrows),
    ]
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" role="img" aria-labelledby="title desc" lang="{questionnaire.lang}" '
        f'viewBox="0 0 {LEFT + WIDTH + MOST_BEND + 20} {places.end}">\n'
        f'<title id="title">{title}</title>\n<desc id="desc">{escape(f"{how} {told}".strip())}</desc>\n'
        f"<style>{STYLE}</style>\n{ARROW}\n" + "\n".join(body) + "\n</svg>\n"
    )


def _places(questionnaire: Questionnaire) -> _Places:
    sections: dict[str, int] = {}
    questions: dict[str, int] = {}
    y = 20
    for section in questionnaire.sections:
        sections[section.id] = y
        y += SECTION
        for question in questionnaire.questions:
            if question.section == section.id:
                questions[question.id] = y
                y += STEP
    return _Places(sections, questions, y + 20)


def _section(title: str, y: int) -> str:
    return f'<text class="section" x="{LEFT}" y="{y + 24}">{escape(title)}</text>'


def _box(question: Question, y: int) -> str:
    kind = "quick" if question.quick else "later" if question.later else "full"
    return (
        f'<g><title>{escape(question.id)}</title><rect class="box {kind}" x="{LEFT}" y="{y}" width="{WIDTH}" '
        f'height="{BOX}" rx="6"/><text x="{LEFT + 12}" y="{y + 18}">{escape(_fitting(marked(question)))}</text></g>'
    )


def _fitting(text: str) -> str:
    return text if len(text) <= 85 else f"{text[:84].rstrip()}…"


def _whens(arrows: tuple[Edge, ...], places: _Places) -> list[str]:
    """The label of the curves that end at a question, once each, inside its box."""
    labels = {edge.opens: edge for edge in arrows}
    return [
        f'<text class="when" x="{LEFT + 12}" y="{places.questions[opens] + 36}">'
        f"<title>{escape(edge.when)}</title>if {escape(edge.label)}</text>"
        for opens, edge in labels.items()
    ]


def _curve(edge: Edge, places: _Places, questionnaire: Questionnaire) -> str:
    """A curve on the right of the boxes, which bends out further the longer it is."""
    start, end = places.questions[edge.read] + BOX // 2 + 8, places.questions[edge.opens] + BOX // 2 - 4
    x = LEFT + WIDTH
    bend = x + min(MOST_BEND * 4 // 3, 40 + (end - start) // 5)  # a curve reaches three quarters of its bend
    words = f"{questionnaire.question[edge.read].ask} → {questionnaire.question[edge.opens].ask}: {edge.when}"
    return (
        f'<path class="edge" marker-end="url(#arrow)" d="M{x} {start}C{bend} {start} {bend} {end} {x} {end}">'
        f"<title>{escape(words)}</title></path>"
    )
