"""Checks across files: every id that is named exists, nothing is read before it is asked, every gate is there."""

from collections.abc import Iterator, Sequence
from graphlib import CycleError, TopologicalSorter
from typing import Any as Any_

from threatmodel.content import schema
from threatmodel.content.acts import act_faults
from threatmodel.content.check_help import help_faults
from threatmodel.content.errors import Fault, guess
from threatmodel.content.numbering import number_faults
from threatmodel.content.pack import Pack, Placed, leaves, parse_condition
from threatmodel.content.reader import Path_
from threatmodel.content.wording import wording_faults
from threatmodel.engine.conditions import UNSURE, Fact
from threatmodel.engine.gates import NOTES
from threatmodel.engine.model import GATES, LANES
from threatmodel.engine.plan import STATE

type At = Placed[Any_]
UNREADABLE = ("K", "R", "G001", "G002", "G003")  # with one of these there is no plan to look at


def faults_of(pack: Pack) -> tuple[Fault, ...]:
    """Every fault that keeps a pack from being used: of form, between its files, of acts, gates and words."""
    others = (*act_faults(pack), *help_faults(pack), *wording_faults(pack), *number_faults(pack))
    return tuple(sorted({*pack.faults, *_Check(pack).faults(), *others}))


class _Check:
    def __init__(self, pack: Pack) -> None:
        self.pack = pack
        self.options = {q.entry.id: [o.id for o in q.entry.options] + [UNSURE] for q in pack.questions}
        self.alone = {q.entry.id: {o.id for o in q.entry.options if o.alone} | {UNSURE} for q in pack.questions}
        self.picks = {q.entry.id: q.entry.pick for q in pack.questions}
        self.order = {q.entry.id: i for i, q in enumerate(pack.questions)}
        self.facts = {f.entry.id: f for f in pack.facts}
        self.sources = {s.entry.id for s in pack.sources}
        self.instruments = {i.entry.id for i in pack.instruments}
        self.controls = {v.entry.id: v.entry.control for v in pack.vectors}
        self.measures = {m.entry.id for m in pack.measures}
        self.safeguards = {s.entry.id for s in pack.safeguards}
        self.cautions = {c.entry.id for c in pack.cautions} | set(GATES)

    def faults(self) -> Iterator[Fault]:
        yield from self._ids()
        yield from self._questions()
        yield from self._facts()
        yield from self._gates()
        yield from self._vectors()
        yield from self._measures()
        yield from self._safeguards()
        yield from self._referrals()
        yield from self._pack_file()
        for at in self.pack.panels:
            yield from self._cited(at)
        yield from self._examples()
        yield from self._signed()

    def _ids(self) -> Iterator[Fault]:
        groups: list[Sequence[At]] = [
            self.pack.questions,
            self.pack.facts,
            self.pack.gates,
            self.pack.vectors,
            [*self.pack.measures, *self.pack.safeguards, *([self.pack.notice] if self.pack.notice else [])],
            self.pack.referrals,
            self.pack.letters,
            self.pack.prompts,
            self.pack.notice.parts("windows", self.pack.notice.entry.windows) if self.pack.notice else [],
            self.pack.sources,
            self.pack.panels,
            self.pack.instruments,
            self.pack.brokers.parts("brokers", self.pack.brokers.entry.brokers) if self.pack.brokers else [],
            *(question.parts("options", question.entry.options) for question in self.pack.questions),
        ]
        for group in groups:
            yield from _double_or_malformed(group)

    def _condition(self, at: At, data: object, *path: str, before: int | None = None) -> Iterator[Fault]:
        """Faults of one condition: form, unknown ids, and questions read before number ``before`` is asked."""
        faults: list[Fault] = []
        condition = parse_condition(at, data, path, faults)
        yield from faults
        for leaf, place in leaves(condition, path):
            if isinstance(leaf, Fact):
                if leaf.id not in self.facts:
                    yield at.fault("R003", *place, id=leaf.id, guess=guess(leaf.id, self.facts))
                elif before is not None:
                    yield from self._early(at, place, before, self._questions_of(leaf, frozenset()))
            elif leaf.question not in self.options:
                yield at.fault("R001", *place, id=leaf.question, guess=guess(leaf.question, self.options))
            else:
                yield from self._chosen(at, leaf.question, leaf.options, *place)
                yield from self._early(at, place, before, {leaf.question})

    def _early(self, at: At, place: Path_, before: int | None, questions: set[str]) -> Iterator[Fault]:
        for question in sorted(questions):
            if before is not None and self.order.get(question, -1) >= before:
                yield at.fault("R007", *place, question=question)

    def _questions_of(self, fact: Fact, seen: frozenset[str]) -> set[str]:
        if fact.id in seen or fact.id not in self.facts:
            return set()
        at = self.facts[fact.id]
        found: set[str] = set()
        for leaf, _ in leaves(parse_condition(at, at.entry.when, (), []), ()):
            more = self._questions_of(leaf, seen | {fact.id}) if isinstance(leaf, Fact) else {leaf.question}
            found |= more
        return found

    def _chosen(self, at: At, question: str, options: tuple[str, ...], *place: str | int) -> Iterator[Fault]:
        known = self.options[question]
        for option in options:
            if option not in known:
                words = {"question": question, "id": option, "known": ", ".join(known), "guess": guess(option, known)}
                yield at.fault("R002", *place, **words)

    def _questions(self) -> Iterator[Fault]:
        for number, question in enumerate(self.pack.questions):
            entry = question.entry
            for key in ("assume", "otherwise"):
                yield from self._chosen(question, entry.id, tuple(getattr(entry, key)), key)
            if entry.asked_if is not None:
                yield from self._condition(question, entry.asked_if, "if", before=number)

    def _facts(self) -> Iterator[Fault]:
        leans: dict[str, set[str]] = {}
        for at in self.pack.facts:
            yield from self._condition(at, at.entry.when, "when")
            parts = leaves(parse_condition(at, at.entry.when, (), []), ())
            leans[at.entry.id] = {leaf.id for leaf, _ in parts if isinstance(leaf, Fact)}
        try:
            TopologicalSorter(leans).prepare()
        except CycleError as cycle:
            circle = cycle.args[1]
            yield self.facts[circle[0]].fault("R008", "when", circle=" and ".join(sorted(set(circle))))

    def _gates(self) -> Iterator[Fault]:
        at = self.pack.gates[0] if self.pack.gates else None
        for gate in set(GATES) - {g.entry.id for g in self.pack.gates}:
            if at:
                yield Placed(at.entry, at.document).fault("G001", id=gate, known=", ".join(GATES))
        for note in set(NOTES) - {n.entry.id for n in self.pack.notes}:
            if at:
                yield Placed(at.entry, at.document).fault("G003", id=note)
        for gate_at in self.pack.gates:
            yield from self._condition(gate_at, gate_at.entry.when, "when")
            for i, question in enumerate(gate_at.entry.decided_by):
                if question not in self.options:
                    yield gate_at.fault("R001", "decided_by", i, id=question, guess=guess(question, self.options))

    def _vectors(self) -> Iterator[Fault]:
        for at in self.pack.vectors:
            yield from self._sourced(at)
            if isinstance(at.entry.level, schema.LevelRules):
                for key in ("high", "medium"):
                    condition = getattr(at.entry.level, key)
                    if condition is not None:
                        yield from self._condition(at, condition, "level", key)

    def _sourced(
        self, at: Placed[schema.VectorEntry] | Placed[schema.MeasureEntry] | Placed[schema.SafeguardEntry]
    ) -> Iterator[Fault]:
        """What vectors, measures and safeguards share: a condition and sources."""
        if at.entry.applies is not None:
            yield from self._condition(at, at.entry.applies, "if")
        yield from self._cited(at)

    def _cited(self, at: At) -> Iterator[Fault]:
        for i, source in enumerate(at.entry.sources):
            if source not in self.sources:
                yield at.fault("R005", "sources", i, id=source, guess=guess(source, self.sources))

    def _vector(self, at: At, vector: str, *place: str | int) -> Iterator[Fault]:
        if vector not in self.controls:
            yield at.fault("R004", *place, id=vector, guess=guess(vector, self.controls))

    def _measures(self) -> Iterator[Fault]:
        for at in self.pack.measures:
            yield from self._sourced(at)
            if at.entry.urgent is not None:
                yield from self._condition(at, at.entry.urgent, "urgent")
            yield from self._reach(at)
            yield from self._steps(at)
            for i, caution in enumerate(at.entry.cautions):
                if caution not in self.cautions:
                    yield at.fault("R009", "cautions", i, id=caution, guess=guess(caution, self.cautions))

    def _reach(self, at: Placed[schema.MeasureEntry]) -> Iterator[Fault]:
        for vector in at.entry.reduces:
            yield from self._vector(at, vector, "reduces", vector)
            control = self.controls.get(vector)
            if control and LANES[control] != "hygiene":
                yield at.fault("G002", "reduces", vector, id=at.entry.id, vector=vector, control=control)
        for i, vector in enumerate(at.entry.does_not_reach):
            yield from self._vector(at, vector, "does_not_reach", i)

    def _steps(self, at: Placed[schema.MeasureEntry]) -> Iterator[Fault]:
        steps_by = self.pack.pack.entry.steps_by if self.pack.pack else []
        known = {option for question in steps_by for option in self.options.get(question, ())} | {"all"}
        for key in at.entry.steps:
            if key not in known:
                yield at.fault("R010", "steps", key, id=key, known=", ".join(steps_by), guess=guess(key, known))

    def _safeguards(self) -> Iterator[Fault]:
        for at in self.pack.safeguards:
            yield from self._sourced(at)
            if at.entry.vector:
                yield from self._vector(at, at.entry.vector, "vector")
            for i, authority in enumerate(at.entry.authority):
                if authority.instrument not in self.instruments:
                    words = {"id": authority.instrument, "guess": guess(authority.instrument, self.instruments)}
                    yield at.fault("R006", "authority", i, **words)
            if STATE in self.options:
                yield from self._chosen(at, STATE, tuple(at.entry.states), "states")

    def _referrals(self) -> Iterator[Fault]:
        for at in self.pack.referrals:
            if at.entry.applies is not None:
                yield from self._condition(at, at.entry.applies, "if")
            if STATE in self.options:
                yield from self._chosen(at, STATE, tuple(at.entry.states), "states")

    def _pack_file(self) -> Iterator[Fault]:
        if at := self.pack.pack:
            for i, question in enumerate(at.entry.steps_by):
                if question not in self.options:
                    yield at.fault("R001", "steps_by", i, id=question, guess=guess(question, self.options))
            time = at.entry.time
            if time.question not in self.options:
                yield at.fault("R001", "time", "question", id=time.question, guess=guess(time.question, self.options))
                return
            for key, minutes in (("today", time.today), ("soon", time.soon)):
                yield from self._chosen(at, time.question, tuple(minutes), "time", key)
                for option in set(self.options[time.question]) - {UNSURE} - set(minutes):
                    yield at.fault("K004", "time", key, key=option)

    def _examples(self) -> Iterator[Fault]:
        for at in self.pack.examples:
            for question, chosen in at.entry.answers.items():
                yield from self._answer(at, question, (chosen,) if isinstance(chosen, str) else tuple(chosen))
            expected = at.entry.plan
            yield from self._known(
                at,
                "R011",
                self.measures,
                has=expected.has,
                lacks=expected.lacks,
                ask_first=expected.ask_first,
                today=expected.today,
                not_today=expected.not_today,
            )
            yield from self._known(at, "R012", self.safeguards, legal=expected.legal)

    def _signed(self) -> Iterator[Fault]:
        known = {*self.controls, *self.measures, *self.safeguards, *GATES}
        known |= {at.entry.id for at in self.pack.referrals} | {at.entry.id for at in self.pack.letters}
        known |= {self.pack.notice.entry.id} if self.pack.notice else set()
        for at in self.pack.signed:
            if at.entry.id not in known:
                yield at.fault("R014", "id", id=at.entry.id, guess=guess(at.entry.id, known))

    def _answer(self, at: At, question: str, options: tuple[str, ...]) -> Iterator[Fault]:
        if question not in self.options:
            yield at.fault("R001", "answers", question, id=question, guess=guess(question, self.options))
            return
        yield from self._chosen(at, question, options, "answers", question)
        lonely = self.picks[question] == "one" or self.alone[question] & set(options)
        if len(set(options)) > 1 and lonely:
            yield at.fault("R013", "answers", question, question=question, id=options[0])

    def _known(self, at: At, code: str, known: set[str], **lists: list[str]) -> Iterator[Fault]:
        for key, ids in lists.items():
            for i, id_ in enumerate(ids):
                if id_ not in known:
                    yield at.fault(code, "plan", key, i, id=id_, guess=guess(id_, known))


def _double_or_malformed(group: Sequence[At]) -> Iterator[Fault]:
    first: dict[str, At] = {}
    for at in group:
        id_ = at.entry.id
        if not schema.WORD_ID.fullmatch(id_.lower()):
            yield at.fault("K006", "id", id=id_)
        if id_ in first:
            yield at.fault("K007", "id", id=id_, other=str(first[id_]))
        first.setdefault(id_, at)
