"""The flow, as Mermaid text and as a drawing."""

import re
from xml.etree import ElementTree

import pytest

from threatmodel.content.compile import load_pack
from threatmodel.content.drawing import svg
from threatmodel.content.graph import edges, mermaid

SVG = "{http://www.w3.org/2000/svg}"


@pytest.fixture
def awkward(small):
    """The small pack with a question whose words would break a drawing that does not escape them."""
    path = small / "sections" / "10-all.yaml"
    text = path.read_text(encoding="utf-8").replace("Is there a case?", """'A "case" < b > & #1; `more`]?'""")
    path.write_text(text, encoding="utf-8")
    return load_pack(small)


def test_an_edge_leads_from_what_is_read_to_what_it_opens(pack):
    found = edges(pack)
    order = [question.id for question in pack.questions]

    assert ("process", "visa-public") in {(edge.read, edge.opens) for edge in found}
    assert all(order.index(edge.read) < order.index(edge.opens) for edge in found)
    assert all(len(edge.label) <= len(edge.when) and len(edge.label) <= 90 for edge in found)


def test_facts_are_followed_to_the_questions_behind_them(pack):
    opened = {edge.opens for edge in edges(pack)}

    assert opened == {question.id for question in pack.questions if pack.rule(question.asked_if).clauses}


def test_mermaid_has_a_group_a_section_a_node_a_question_and_an_arrow_an_edge(pack):
    lines = mermaid(pack).splitlines()

    assert lines[0].startswith("flowchart")
    assert sum(line.strip().startswith("subgraph") for line in lines) == len(pack.sections)
    assert sum(bool(re.match(r' +q\d+\["', line)) for line in lines) == len(pack.questions)
    assert sum("-->" in line for line in lines) == len(edges(pack))
    assert sum(line.endswith(":::quick") for line in lines) == sum(q.quick for q in pack.questions)
    assert sum(line.endswith(":::later") for line in lines) == sum(q.later for q in pack.questions)


def test_mermaid_text_holds_no_mark_that_would_end_it(awkward):
    quoted = re.findall(r'"(.*)"', mermaid(awkward))

    assert quoted
    assert not any(set('"<>&`') & set(text) for text in quoted)


def test_the_drawing_says_what_it_is_and_loads_nothing(pack):
    text = svg(pack)
    root = ElementTree.fromstring(text)  # noqa: S314 (our own text)

    assert root.find(f"{SVG}title").text
    assert pack.question["process"].ask in root.find(f"{SVG}desc").text
    assert root.get("role") == "img"
    assert len(root.findall(f"{SVG}path")) == len(edges(pack))
    assert len(root.findall(f".//{SVG}rect")) == len(pack.questions)
    assert "http" not in text.replace("http://www.w3.org/2000/svg", "")


def test_the_drawing_escapes_what_it_shows(awkward):
    root = ElementTree.fromstring(svg(awkward))  # noqa: S314 (our own text)

    assert any('A "case" < b > & #1;' in (text.text or "") for text in root.iter(f"{SVG}text"))


def test_the_same_pack_gives_the_same_drawing(pack):
    assert svg(pack) == svg(pack)
