"""The permanent numbers of answers and items, by which sealed files outlive changes of the pack."""

from collections.abc import Iterator, Sequence

from threatmodel.content.errors import Fault
from threatmodel.content.pack import Pack, Placed
from threatmodel.content.schema import NumbersFile
from threatmodel.engine.conditions import UNSURE

FILE = "numbers.yaml"
HEADING = """\
# Permanent numbers for sealed files: a line's place is its number. `manage.py content number` adds what is new at the
# end. Never move, change or remove a line. What the pack no longer has also goes under 'retired', with what took its
# place, if anything did: - {id: platforms/vine, was: Vine, now: platforms/other}
"""


def answer_ids(pack: Pack) -> list[str]:
    """Every answer there is, as "question/option", in asking order."""
    return [f"{q.entry.id}/{o}" for q in pack.questions for o in (*(o.id for o in q.entry.options), UNSURE)]


def item_ids(pack: Pack) -> list[str]:
    """Every measure, then every safeguard."""
    return [*(at.entry.id for at in pack.measures), *(at.entry.id for at in pack.safeguards)]


def number_faults(pack: Pack) -> Iterator[Fault]:
    """What has no number yet, and numbers of what is no longer there without a word of where it went."""
    if pack.numbers is None:  # nothing of this pack was ever sealed
        return
    answers, items = answer_ids(pack), item_ids(pack)
    yield from _list_faults(pack.numbers, "answers", pack.numbers.entry.answers, answers)
    yield from _list_faults(pack.numbers, "items", pack.numbers.entry.items, items)
    for i, entry in enumerate(pack.numbers.entry.retired):
        if entry.now and entry.now not in (*answers, *items):
            yield pack.numbers.fault("N004", "retired", i, id=entry.now)


def _list_faults(at: Placed[NumbersFile], key: str, listed: Sequence[str], there: Sequence[str]) -> Iterator[Fault]:
    known = {*there, *(entry.id for entry in at.entry.retired)}
    yield from (at.fault("N001", key, id=id_) for id_ in there if id_ not in listed)
    yield from (at.fault("N002", key, i, id=id_) for i, id_ in enumerate(listed) if id_ in listed[:i])
    yield from (at.fault("N003", key, i, id=id_) for i, id_ in enumerate(listed) if id_ not in known)


def add_numbers(pack: Pack) -> int:
    """Write the file anew with everything numbered, and nothing that stands there moved. Returns what was added."""
    entry = pack.numbers.entry if pack.numbers else NumbersFile(answers=[], items=[])
    answers = [id_ for id_ in answer_ids(pack) if id_ not in entry.answers]
    items = [id_ for id_ in item_ids(pack) if id_ not in entry.items]
    lines = ["answers:", *(f"- {id_}" for id_ in (*entry.answers, *answers))]
    lines += ["items:", *(f"- {id_}" for id_ in (*entry.items, *items))]
    lines += ["retired:", *(f'- {{id: {one.id}, was: "{one.was}", now: "{one.now}"}}' for one in entry.retired)]
    if not entry.retired:
        lines[-1] += " []"
    (pack.directory / FILE).write_text(HEADING + "\n".join(lines) + "\n", encoding="utf-8")
    return len(answers) + len(items)
