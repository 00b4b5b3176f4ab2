"""An answers file: question id → option id, or a list of them. A worked example is one too, under `answers`."""

from pathlib import Path

from threatmodel.content.errors import BrokenPack, Fault, fault, guess
from threatmodel.content.reader import Document, Path_, read_document
from threatmodel.engine.answers import Answers, NotTogether, UnknownAnswer
from threatmodel.engine.model import Questionnaire


def read_answers(path: Path, questionnaire: Questionnaire) -> Answers:
    """Read an answers file; an empty one is a person who answered nothing.

    Raises ``BrokenPack`` with every unknown id (and the nearest known one), and every answer that cannot be.
    """
    document = read_document(path, str(path))
    data = document.data
    root: Path_ = ()
    if isinstance(data, dict) and "example" in data and isinstance(data.get("answers"), dict):
        data, root = data["answers"], ("answers",)
    if not isinstance(data, dict):
        raise BrokenPack([_fault(document, (), "K005", key=path.name, problem="it should map questions to answers")])
    answers = Answers(questionnaire)
    faults: list[Fault] = []
    for question, options in data.items():
        place = (*root, question)
        chosen = [options] if isinstance(options, str) else options
        ids = [option for option in chosen if isinstance(option, str)]
        if not isinstance(chosen, list) or len(ids) < len(chosen):
            problem = "it should be an option or a list of options"
            faults.append(_fault(document, place, "K005", key=question, problem=problem))
            continue
        try:
            answers = answers.choose(question, ids)
        except UnknownAnswer as unknown:
            faults.append(_unknown(document, place, questionnaire, unknown))
        except NotTogether as clash:
            faults.append(_fault(document, place, "R013", question=question, id=clash.options[0]))
    if faults:
        raise BrokenPack(faults)
    return answers


def _unknown(document: Document, place: Path_, questionnaire: Questionnaire, unknown: UnknownAnswer) -> Fault:
    layout = questionnaire.layout
    if not unknown.option:
        near = guess(unknown.question, layout)
        return _fault(document, place, "R001", id=unknown.question, guess=near)
    known = list(layout[unknown.question].option)
    words = {"question": unknown.question, "id": unknown.option, "known": ", ".join(known)}
    return _fault(document, place, "R002", **words, guess=guess(unknown.option, known))


def _fault(document: Document, place: Path_, code: str, **words: object) -> Fault:
    return fault(code, document.file, document.line(place), **words)
