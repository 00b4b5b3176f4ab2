from pathlib import Path

import pytest

from threatmodel.content.answers_file import read_answers
from threatmodel.content.errors import BrokenPack
from threatmodel.content.reader import read_document


@pytest.fixture
def written(tmp_path):
    def write(text: str) -> Path:
        path = tmp_path / "file.yaml"
        path.write_text(text, encoding="utf-8")
        return path

    return write


def test_every_scalar_stays_the_text_that_was_typed(written):
    document = read_document(written("a: no\nb: 2026-01-01\nc: 007\nd: ~\n"), "file")

    assert document.data == {"a": "no", "b": "2026-01-01", "c": "007", "d": "~"}


def test_a_folded_text_holds_nothing_but_its_words(written):
    document = read_document(written("a: >-\n  One\n  line.\n"), "file")

    assert document.data == {"a": "One line."}


def test_lines_are_those_of_the_values(written):
    document = read_document(written("a:\n- b: 1\n  c: 2\n"), "file")

    assert document.line(("a", 0, "c")) == 3
    assert document.line(("a", 0, "gone")) == 2


def test_an_empty_file_is_an_empty_mapping(written):
    assert read_document(written("# nothing\n"), "file").data == {}


@pytest.mark.parametrize(
    "text", ["a: *gone", "a: !!python/object:os.system {}", "a: !thing b", "\x00", "a: [1", "a: 1\n- b"]
)
def test_what_is_not_plain_yaml_is_refused_with_a_message(written, text):
    with pytest.raises(BrokenPack) as refused:
        read_document(written(text), "file")
    assert refused.value.faults[0].remedy


def test_an_empty_answers_file_is_a_person_who_answered_nothing(written, pack):
    assert read_answers(written(""), pack).bits == 0


def test_a_worked_example_is_an_answers_file_too(written, pack):
    answers = read_answers(written("example: Somebody\nanswers: {pending: none}\nplan: {}\n"), pack)

    assert answers.as_mapping() == {"pending": ["none"]}


def test_unknown_ids_are_all_told_with_line_and_the_nearest_known(written, pack):
    with pytest.raises(BrokenPack) as refused:
        read_answers(written("pendng: none\nwho: [me, mee]\npending: [none, criminal-case]\n"), pack)

    told = [(fault.line, fault.code) for fault in refused.value.faults]
    assert told == [(1, "R001"), (2, "R002"), (3, "R013")]
    assert "'pending'" in refused.value.faults[0].remedy
    assert "'me'" in refused.value.faults[1].remedy


@pytest.mark.parametrize("text", ["- none", "just words", "pending: {none: yes}", "pending: [[none]]"])
def test_an_answers_file_of_another_shape_is_refused(written, pack, text):
    with pytest.raises(BrokenPack):
        read_answers(written(text), pack)
