"""The picture of a plan's exposures: where its bars and marks stand. A template draws it and says what it shows.

One lane for what the person can move, from now to after the plan; one each for what only law governs and what is out
of reach. A bar is as long as its level. Form tells the lanes apart, never color alone. Titles come cut into lines,
because text in a picture does not wrap by itself.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from itertools import accumulate
from textwrap import wrap

from threatmodel.documents.view import ExposureView, PlanView
from threatmodel.engine.model import LEVELS, Level

COLUMN = 288
BETWEEN = 24
MARK = 18
UNIT = (COLUMN - MARK) // len(LEVELS)
LINE_CHARACTERS = 42
LINE = 15
BAR = 10
ROW_GAP = 12
HEAD = 42
LANE_GAP = 14
HATCH = 6
EDGE = 2


@dataclass(frozen=True, slots=True)
class Line:
    y: int
    text: str


@dataclass(frozen=True, slots=True)
class Bar:
    x: int
    width: int


@dataclass(frozen=True, slots=True)
class Row:
    """An exposure: bars for now, for after the plan, and for what goes; hatching fills a bar that nothing moves."""

    title: str
    level: Level
    level_after: Level
    lines: tuple[Line, ...]
    y: int
    text_x: int
    mark_x: int
    now: Bar
    after: Bar
    gone: Bar
    hatching: str

    @property
    def moves(self) -> bool:
        return self.level != self.level_after

    @property
    def end(self) -> int:
        return self.y + BAR + ROW_GAP


@dataclass(frozen=True, slots=True)
class Lane:
    """Rows of one lane, the worst first. ``text_x`` is where its lines of text begin, ``ticks`` where levels end."""

    id: str
    text_x: int
    y: int
    ticks: tuple[tuple[Level, int], ...]
    rows: tuple[Row, ...]

    @property
    def moves(self) -> bool:
        return self.id == "hygiene"

    @property
    def scale_y(self) -> int:
        return self.y + 20

    @property
    def end(self) -> int:
        return self.rows[-1].end if self.rows else self.y + HEAD


@dataclass(frozen=True, slots=True)
class Picture:
    width: int
    height: int
    right_to_left: bool
    lanes: tuple[Lane, ...]
    scale: float = 1

    @property
    def bar(self) -> int:
        return BAR

    @property
    def drawn(self) -> tuple[int, int]:
        """Width and height at which it is drawn, in whole units of the page."""
        return round(self.width * self.scale), round(self.height * self.scale)

    def within(self, width: int, height: int) -> Picture:
        """The same picture, scaled to fit."""
        return replace(self, scale=min(width / self.width, height / max(self.height, 1)))


def pictures(plan: PlanView, *, right_to_left: bool = False) -> tuple[Picture, ...]:
    """Lay a plan's exposures out in one picture a lane, each narrow enough for a phone."""
    draw = _Column(COLUMN, 0, right_to_left)
    lanes = (draw.lane(id_, exposures, 0) for id_, exposures in _lanes(plan).items() if exposures)
    return tuple(Picture(COLUMN + EDGE, lane.end, right_to_left, (lane,)) for lane in lanes)


def _lanes(plan: PlanView) -> dict[str, tuple[ExposureView, ...]]:
    return {"hygiene": plan.hygiene_exposures, "legal": plan.legal_exposures, "out-of-reach": plan.out_of_reach}


def picture(plan: PlanView, *, wide: bool = False, right_to_left: bool = False) -> Picture:
    """Lay a plan's exposures out: lanes one above the other, or with ``wide`` in two columns."""
    width = 2 * COLUMN + BETWEEN if wide else COLUMN
    lanes: list[Lane] = []
    ends = {0: 0, 1: 0}
    for id_, exposures in _lanes(plan).items():
        if exposures:
            column = int(wide and id_ != "hygiene")
            draw = _Column(width, column * (COLUMN + BETWEEN), right_to_left)
            lane = draw.lane(id_, exposures, ends[column] + (LANE_GAP if ends[column] else 0))
            ends[column] = lane.end
            lanes.append(lane)
    return Picture(width + EDGE, max(ends.values()), right_to_left, tuple(lanes))


@dataclass(frozen=True, slots=True)
class _Column:
    """A column of the picture. All places are counted from the side where reading begins, then mirrored if need be."""

    width: int
    offset: int
    mirrored: bool

    def x(self, place: int, length: int = 0) -> int:
        """The left edge of something so long that begins at this place of the column."""
        at = self.offset + place
        return self.width - at - length if self.mirrored else at

    def lane(self, id_: str, exposures: Iterable[ExposureView], y: int) -> Lane:
        ordered = sorted(exposures, key=lambda one: (-LEVELS.index(one.level), LEVELS.index(one.after)))
        titles = [wrap(one.title, LINE_CHARACTERS) for one in ordered]
        heights = (len(lines) * LINE + BAR + ROW_GAP for lines in titles)
        tops = accumulate(heights, initial=y + HEAD)
        return Lane(
            id=id_,
            text_x=self.x(0),
            y=y,
            ticks=tuple((level, self.x(MARK + UNIT * (i + 1))) for i, level in enumerate(LEVELS)),
            rows=tuple(
                self.row(one, lines, top, fixed=id_ != "hygiene")
                for one, lines, top in zip(ordered, titles, tops, strict=False)
            ),
        )

    def row(self, one: ExposureView, lines: list[str], top: int, *, fixed: bool) -> Row:
        y = top + len(lines) * LINE
        now = self.bar(one.level)
        return Row(
            title=one.title,
            level=one.level,
            level_after=one.level if fixed else one.after,
            lines=tuple(Line(top + LINE * (i + 1) - 5, text) for i, text in enumerate(lines)),
            y=y,
            text_x=self.x(0),
            mark_x=self.x(0, MARK - 6),
            now=now,
            after=self.bar(one.after),
            gone=self.between(one.after, one.level),
            hatching=_hatching(now, y) if fixed else "",
        )

    def bar(self, level: Level) -> Bar:
        length = UNIT * (LEVELS.index(level) + 1)
        return Bar(self.x(MARK, length), length)

    def between(self, after: Level, now: Level) -> Bar:
        """The part of a bar that the plan takes away."""
        kept, whole = (UNIT * (LEVELS.index(level) + 1) for level in (after, now))
        return Bar(self.x(MARK + kept, whole - kept), whole - kept)


def _hatching(bar: Bar, y: int) -> str:
    """Slanted lines inside a bar, as the path of a drawing."""
    starts = range(bar.x, bar.x + bar.width - BAR + 1, HATCH)
    return " ".join(f"M{x} {y + BAR}l{BAR}-{BAR}" for x in starts)
