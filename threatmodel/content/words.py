"""A condition in plain English, in the words that people are asked. Facts are written out in full."""

from threatmodel.engine.conditions import All, Any, Chosen, Condition, Fact, NoneOf
from threatmodel.engine.model import Question, Questionnaire


def in_words(condition: Condition, questionnaire: Questionnaire) -> str:
    """Say when a condition holds, such as `"Where?" is one of: Here, There`.

    Raises ``KeyError`` and ``RecursionError`` as compiling does: content is checked before.
    """
    match condition:
        case Chosen(question, options):
            return _chosen(questionnaire.question[question], options)
        case Fact(name):
            return in_words(questionnaire.facts[name], questionnaire)
        case Any(()):
            return "never"
        case All(()) | NoneOf(()):
            return "always"
        case Any((only,)) | All((only,)):
            return in_words(only, questionnaire)
        case Any(parts):
            return f"at least one of these: {_list(parts, questionnaire)}"
        case All(parts):
            return f"all of these: {_list(parts, questionnaire)}"
        case NoneOf(parts):
            return f"none of these: {_list(parts, questionnaire)}"


def _chosen(question: Question, options: tuple[str, ...]) -> str:
    labels = {option.id: option.label for option in (*question.options, question.unsure)}
    verb = "is" if question.pick == "one" else "includes"
    if len(options) == 1:
        return f'"{question.ask}" {verb} {labels[options[0]]}'
    return f'"{question.ask}" {verb} one of: {", ".join(labels[option] for option in options)}'


def _list(parts: tuple[Condition, ...], questionnaire: Questionnaire) -> str:
    return "; ".join(f"({in_words(part, questionnaire)})" for part in parts)
