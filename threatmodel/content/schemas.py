"""The JSON Schema of each kind of content file, for editors that check while one types."""

import json

from pydantic import TypeAdapter
from pydantic.json_schema import GenerateJsonSchema, JsonSchemaValue
from pydantic_core import core_schema

from threatmodel.content import schema, schema_help

KINDS: dict[str, tuple[str, TypeAdapter[object]]] = {
    "pack": ("pack.yaml", TypeAdapter(schema.PackFile)),
    "section": ("a file in sections/", TypeAdapter(schema.SectionFile)),
    "facts": ("facts.yaml", TypeAdapter(schema.FactsFile)),
    "gates": ("gates.yaml", TypeAdapter(schema.GatesFile)),
    "paper": ("paper.yaml", TypeAdapter(schema.PaperFile)),
    "vectors": ("a file in vectors/", TypeAdapter(list[schema.VectorEntry])),
    "measures": ("a file in measures/", TypeAdapter(list[schema.MeasureEntry])),
    "safeguards": ("a file in safeguards/", TypeAdapter(list[schema.SafeguardEntry])),
    "sources": ("sources.yaml", TypeAdapter(schema.SourcesFile)),
    "brokers": ("brokers.yaml", TypeAdapter(schema.BrokersFile)),
    "referrals": ("referrals.yaml", TypeAdapter(schema_help.ReferralsFile)),
    "letters": ("letters.yaml", TypeAdapter(schema_help.LettersFile)),
    "notice": ("notice.yaml", TypeAdapter(schema_help.NoticeFile)),
    "prompts": ("prompts.yaml", TypeAdapter(schema_help.PromptsFile)),
    "words": ("words.yaml", TypeAdapter(schema.WordsFile)),
    "terms": ("terms.yaml in the folder of a translation", TypeAdapter(schema.TermsFile)),
    "numbers": ("numbers.yaml", TypeAdapter(schema.NumbersFile)),
    "signed": ("signed.yaml", TypeAdapter(schema.SignedFile)),
    "example": ("a file in examples/", TypeAdapter(schema.ExampleFile)),
}


class _AsTyped(GenerateJsonSchema):
    """Text may look like a number, such as the year 2025: our reader takes every value as the text that was typed."""

    def str_schema(self, schema: core_schema.StringSchema) -> JsonSchemaValue:
        found = super().str_schema(schema)
        return found if "pattern" in found else {**found, "type": ["string", "number"]}


def schemas() -> dict[str, str]:
    """File name → text of every schema."""
    return {f"{kind}.schema.json": _text(told, adapter) for kind, (told, adapter) in KINDS.items()}


def _text(told: str, adapter: TypeAdapter[object]) -> str:
    found = adapter.json_schema(by_alias=True, schema_generator=_AsTyped)
    head = {"$schema": GenerateJsonSchema.schema_dialect, "title": f"What {told} may say"}
    return json.dumps({**found, **head}, indent=2, sort_keys=True, ensure_ascii=False) + "\n"
