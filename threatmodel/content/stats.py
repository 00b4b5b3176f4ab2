"""What a pack holds, as ids and numbers."""

from threatmodel.engine.model import ACTIONS, LANES, Questionnaire


def stats(pack: Questionnaire) -> dict[str, object]:
    """Ids of everything a pack holds, and the longest walks. Values are lists, numbers or mappings of numbers."""
    return {
        "version": pack.version,
        "questions": [question.id for question in pack.questions],
        "vectors": [vector.id for vector in pack.vectors],
        "measures": [measure.id for measure in pack.measures],
        "safeguards": [safeguard.id for safeguard in pack.safeguards],
        "gates": [gate.id for gate in pack.gates],
        "referrals": [referral.id for referral in pack.referrals],
        "letters": [letter.id for letter in pack.letters],
        "sources": sorted(pack.sources),
        "quick_questions_at_most": sum(question.quick for question in pack.questions),
        "full_questions_at_most": sum(not question.later for question in pack.questions),
        "measures_by_action": {action: sum(m.action == action for m in pack.measures) for action in ACTIONS},
        "vectors_by_control": {control: sum(v.control == control for v in pack.vectors) for control in LANES},
    }
