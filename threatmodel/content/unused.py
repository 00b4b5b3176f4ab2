"""What nothing uses: options, facts and sources no rule reads, and what no worked example touches."""

from collections.abc import Iterable, Iterator

from threatmodel.content import schema
from threatmodel.content.errors import Fault
from threatmodel.content.pack import Pack, Placed, leaves, parse_condition
from threatmodel.content.texts import At
from threatmodel.engine.conditions import Chosen
from threatmodel.engine.plan import Plan


def unused(pack: Pack) -> Iterator[Fault]:
    """Options and facts that no rule reads, sources that nothing cites, safeguards that rest on nothing."""
    options, facts = _read(pack)
    yield from _without(pack, options | _left_over(pack, options), "U001")
    for fact in pack.facts:
        if fact.entry.id not in facts:
            yield fact.fault("U002", id=fact.entry.id)
    cited = {source for at in _sourced(pack) for source in at.entry.sources}
    named = {authority.instrument for at in pack.safeguards for authority in at.entry.authority}
    for at in (*_unnamed(pack.sources, cited), *_unnamed(pack.instruments, named)):
        yield at.fault("U003", id=at.entry.id)
    yield from (at.fault("L001", id=at.entry.id) for at in pack.safeguards if not at.entry.authority)
    yield from (at.fault("L004", id=at.entry.id) for at in pack.referrals if not at.entry.sources)


def _sourced(pack: Pack) -> list[At]:
    """Every entry that cites sources."""
    found: list[At] = [*pack.vectors, *pack.measures, *pack.safeguards, *pack.referrals, *pack.letters, *pack.panels]
    if pack.notice:
        found += [pack.notice, *pack.notice.parts("windows", pack.notice.entry.windows)]
    return found


def untried(pack: Pack, plans: Iterable[Plan]) -> Iterator[Fault]:
    """Items that none of the examples' plans holds, and options that no example picks."""
    held = {item.measure.id for plan in plans for item in plan.hygiene}
    held |= {item.safeguard.id for plan in plans for item in plan.legal}
    for at in (*_unnamed(pack.measures, held), *_unnamed(pack.safeguards, held)):
        yield at.fault("S002", id=at.entry.id)
    picked = {
        (question, option)
        for example in pack.examples
        for question, chosen in example.entry.answers.items()
        for option in ([chosen] if isinstance(chosen, str) else chosen)
    }
    yield from _without(pack, picked, "S003")


def _without(pack: Pack, known: set[tuple[str, str]], code: str) -> Iterator[Fault]:
    """One warning for each question with options that are not among the known ones."""
    for at in pack.questions:
        ids = [option.id for option in at.entry.options if (at.entry.id, option.id) not in known]
        if ids:
            yield at.fault(code, "options", question=at.entry.id, ids=", ".join(ids))


def _unnamed(entries: Iterable[At], named: set[str]) -> list[At]:
    return [at for at in entries if at.entry.id not in named]


def _left_over(pack: Pack, read: set[tuple[str, str]]) -> set[tuple[str, str]]:
    """Options that rules read by reading all the others, or by reading "none of these"."""
    found: set[tuple[str, str]] = set()
    for at in pack.questions:
        ids = {(at.entry.id, option.id) for option in at.entry.options}
        alone = {(at.entry.id, option.id) for option in at.entry.options if option.alone}
        if alone & read or (at.entry.pick == "one" and len(ids - read) == 1):
            found |= ids
        if ids & read:
            found |= alone
    return found


def _read(pack: Pack) -> tuple[set[tuple[str, str]], set[str]]:
    """The options that some rule, list of steps, list of states or table of minutes reads; and the facts."""
    options: set[tuple[str, str]] = {("state", state) for at in pack.safeguards for state in at.entry.states}
    options |= {("state", state) for at in pack.referrals for state in at.entry.states}
    facts: set[str] = set()
    for at, condition in _conditions(pack):
        if condition is None:
            continue
        for leaf, _ in leaves(parse_condition(at, condition, (), []), ()):
            if isinstance(leaf, Chosen):
                options |= {(leaf.question, option) for option in leaf.options}
            else:
                facts.add(leaf.id)
    if pack.pack:
        head = pack.pack.entry
        keys = {key for at in pack.measures for key in at.entry.steps}
        options |= {(question, key) for question in head.steps_by for key in keys}
        options |= {(head.time.question, option) for option in head.time.today}
    return options, facts


def _conditions(pack: Pack) -> Iterator[tuple[At, object]]:
    for question in pack.questions:
        yield question, question.entry.asked_if
    for fact in pack.facts:
        yield fact, fact.entry.when
    for gate in pack.gates:
        yield gate, gate.entry.when
    for vector in pack.vectors:
        yield vector, vector.entry.applies
        yield from _levels(vector)
    for measure in pack.measures:
        yield measure, measure.entry.applies
        yield measure, measure.entry.urgent
    for safeguard in pack.safeguards:
        yield safeguard, safeguard.entry.applies
    for referral in pack.referrals:
        yield referral, referral.entry.applies


def _levels(at: Placed[schema.VectorEntry]) -> Iterator[tuple[At, object]]:
    if isinstance(at.entry.level, schema.LevelRules):
        yield at, at.entry.level.high
        yield at, at.entry.level.medium
