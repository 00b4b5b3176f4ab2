"""What a plan costs: reading the answers, the gates, the whole plan with its reasons, its words; and the cookie."""

from bench import bare  # noqa: F401  sets Django up
from bench.timing import compare, show
from threatmodel.documents.packs import questionnaire
from threatmodel.documents.telling import plan_view
from threatmodel.engine.answers import Answers
from threatmodel.engine.flow import read
from threatmodel.engine.gates import evaluate_gates
from threatmodel.engine.plan import build_plan
from threatmodel.sealing.envelope import seal, unseal
from threatmodel.walkthrough.access import today
from threatmodel.walkthrough.walk import key_ring

NOW = 1_800_000_000


def main() -> None:
    pack = questionnaire()
    people = {
        "nothing answered": Answers(pack),
        "a notice": Answers.of(pack, {"pending": ["subpoena-or-notice"], "process": "us-citizen", "devices": "iphone"}),
        "all unsure": Answers.of(pack, {question.id: "unsure" for question in pack.questions}),
    }
    ring, day = key_ring(), today()
    for name, answers in people.items():
        reading, plan = read(answers), build_plan(answers, day)
        rules = [pack.rule(item.applies) for item in (*pack.vectors, *pack.measures, *pack.safeguards)]
        sealed = seal(answers.pack(), ring, NOW)
        functions = {
            "the whole plan, with reasons": lambda a=answers: build_plan(a, day),
            "reading the answers": lambda a=answers: read(a),
            "the gates, with reasons": lambda r=reading: evaluate_gates(r),
            f"{len(rules)} conditions, true or false": lambda r=reading, rules=rules: [
                rule.holds(r.bits) for rule in rules
            ],
            "the plan in words": lambda p=plan: plan_view(p),
            "packing and unpacking": lambda a=answers: Answers.unpack(pack, a.pack()),
            "opening and sealing the cookie": lambda s=sealed: seal(unseal(s, ring, NOW), ring, NOW),
        }
        show(f"Plan: {name}", compare(functions, rounds=15, calls=20), "the whole plan, with reasons")


main()
