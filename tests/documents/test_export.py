import json

import jsonschema
import pytest

from tests.conftest import ROOT
from tests.engine.strategies import DAY
from tests.engine.test_gates import NO_GATE
from threatmodel.documents.export import plan_json
from threatmodel.engine.answers import Answers
from threatmodel.engine.plan import build_plan

SCHEMA = json.loads((ROOT / "docs" / "plan-1.schema.json").read_text(encoding="utf-8"))
PEOPLE = [{}, NO_GATE, {"pending": ["subpoena-or-notice"]}, {"process": "undocumented", "monitor": "phone-app"}]


@pytest.mark.parametrize("answers", PEOPLE)
def test_a_plan_fits_its_schema(pack, answers):
    plan = plan_json(build_plan(Answers.of(pack, answers), DAY))

    jsonschema.Draft202012Validator(SCHEMA, format_checker=jsonschema.FormatChecker()).validate(plan)


def test_the_schema_lets_nothing_else_in(pack):
    plan = plan_json(build_plan(Answers(pack), DAY)) | {"name": "somebody"}

    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate(plan, SCHEMA)


@pytest.mark.parametrize("answers", PEOPLE)
def test_every_id_that_is_named_is_there(pack, answers):
    plan = plan_json(build_plan(Answers.of(pack, answers), DAY))

    hygiene = {item["id"] for item in plan["hygiene"]}
    assert set(plan["today"]) <= hygiene
    assert {card["id"] for card in plan["stop_first"]} <= {id_ for id_, gate in plan["gates"].items() if gate["on"]}
    assert {item["id"] for item in plan["out_of_reach"]} <= {item["id"] for item in plan["exposures"]}
    assert not hygiene & {item["id"] for item in plan["left_out"]}
