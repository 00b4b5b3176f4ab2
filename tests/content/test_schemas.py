"""The schemas that editors use: in step with the models, and true of our own files."""

import json

import jsonschema
import pytest
from ruamel.yaml import YAML

from tests.conftest import ROOT
from threatmodel.content.schemas import schemas

FILES = {
    "pack": "pack.yaml",
    "section": "sections/*.yaml",
    "facts": "facts.yaml",
    "gates": "gates.yaml",
    "vectors": "vectors/*.yaml",
    "measures": "measures/*.yaml",
    "safeguards": "safeguards/*.yaml",
    "sources": "sources.yaml",
    "brokers": "brokers.yaml",
    "referrals": "referrals.yaml",
    "letters": "letters.yaml",
    "notice": "notice.yaml",
    "prompts": "prompts.yaml",
    "signed": "signed.yaml",
    "example": "examples/*.yaml",
}


def test_the_schemas_in_docs_are_those_of_now():
    kept = {path.name: path.read_text(encoding="utf-8") for path in (ROOT / "docs" / "schemas").iterdir()}

    assert kept == schemas(), "run: manage.py content schema --out docs/schemas"


@pytest.mark.parametrize("kind", FILES)
def test_our_files_fit_the_schema_of_their_kind(settings, kind):
    schema = json.loads(schemas()[f"{kind}.schema.json"])
    paths = sorted(settings.PACK.glob(FILES[kind]))

    assert paths
    for path in paths:
        typed = YAML(typ="safe").load(path.read_text(encoding="utf-8"))
        jsonschema.validate(json.loads(json.dumps(typed, default=str)), schema)


def test_a_key_that_does_not_exist_does_not_fit():
    schema = json.loads(schemas()["signed.schema.json"])

    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate({"signed": [], "more": 1}, schema)
