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
        case NoneOf((Chosen(question, options),)):
            return _chosen(questionnaire.question[question], options, denied=True)
        case Any(()):
            return "never"
        case Any(parts) | All(parts) | NoneOf(parts):
            return _several(condition, parts, questionnaire)


def _several(condition: Any | All | NoneOf, parts: tuple[Condition, ...], questionnaire: Questionnaire) -> str:
    if not parts:
        return "always"
    if len(parts) == 1 and not isinstance(condition, NoneOf):
        return in_words(parts[0], questionnaire)
    start = {Any: "at least one of these", All: "all of these", NoneOf: "none of these"}[type(condition)]
    return f"{start}: {'; '.join(f'({in_words(part, questionnaire)})' for part in parts)}"


def _chosen(question: Question, options: tuple[str, ...], *, denied: bool = False) -> str:
    labels = {option.id: option.label for option in (*question.options, question.unsure)}
    named = [labels[option] for option in options]
    verbs = {"one": ("is", "is not"), "many": ("includes", "does not include")}
    verb = verbs[question.pick][denied]
    if len(named) == 1:
        return f'"{question.ask}" {verb} {named[0]}'
    between = " / " if any("," in label for label in named) else ", "
    return f'"{question.ask}" {verb} {"any" if denied else "one"} of: {between.join(named)}'
