"""A pack in another language: the same ids, rules and answers in other words, and a word on what is missing or old."""

import pytest
from babel.messages.pofile import read_po, write_po

from threatmodel.content.catalogue import Untranslated, catalogue_of, languages, templates, update, words_of
from threatmodel.content.check_translation import translation_faults
from threatmodel.content.compile import compile_in, compile_pack, sound_pack
from threatmodel.content.errors import BrokenPack
from threatmodel.content.pack import read_pack
from threatmodel.engine.answers import fingerprint


def put(path, say) -> None:
    """Fill a catalogue: `say` turns an original into its translation, or into nothing."""
    with path.open("rb") as file:
        catalogue = read_po(file)
    for message in catalogue:
        if message.id:
            message.string = say(message.id)
    with path.open("wb") as file:
        write_po(file, catalogue, width=0, omit_header=True)


def put_all(directory, say) -> None:
    pack = read_pack(directory)
    list(update(pack, "es"))
    for file in templates(pack):
        put(catalogue_of(pack, "es", file), say)


def marked(text: str) -> str:
    return f"{text} (es)"


def codes(directory) -> list[str]:
    return [fault.code for fault in translation_faults(read_pack(directory))]


def test_new_catalogues_hold_every_text_and_no_id_or_rule(small):
    pack = read_pack(small)

    written = list(update(pack, "es"))

    assert languages(pack) == ["es"]
    assert all(done == 0 < texts for _, done, texts in written)
    for question in pack.questions:
        everything = "".join(path.read_text() for path, *_ in written)
        assert question.entry.ask in everything
        assert f'"{question.entry.id}"' not in everything


def test_a_translated_pack_differs_in_its_words_and_in_nothing_else(small):
    put_all(small, marked)
    pack = sound_pack(small)

    ours, theirs = compile_pack(pack), compile_in(pack, "es")

    assert theirs.lang == "es"
    assert fingerprint(theirs) == fingerprint(ours)
    assert [question.id for question in theirs.questions] == [question.id for question in ours.questions]
    assert theirs.questions[0].ask == marked(ours.questions[0].ask)
    assert [measure.applies for measure in theirs.measures] == [measure.applies for measure in ours.measures]
    assert [list(measure.steps) for measure in theirs.measures] == [list(measure.steps) for measure in ours.measures]


def test_what_is_not_translated_stays_in_the_packs_own_language_and_is_counted(small):
    ask = read_pack(small).questions[0].entry.ask
    put_all(small, lambda text: "" if text == ask else marked(text))
    pack = sound_pack(small)

    assert compile_in(pack, "es").questions[0].ask == compile_pack(pack).questions[0].ask
    assert set(codes(small)) == {"T001"}
    assert all(fault.warning for fault in translation_faults(read_pack(small)))


def test_a_text_that_changed_since_is_shown_in_its_own_language_until_somebody_has_looked(small):
    put_all(small, lambda text: text.upper())
    section = next((small / "sections").glob("*.yaml"))
    ask = read_pack(small).questions[0].entry.ask
    section.write_text(section.read_text().replace(ask, f"{ask[:-1]} today?"))

    list(update(read_pack(small), "es"))

    assert "T002" in codes(small)
    assert not any(f"{ask[:-1]} today?" in words for words in words_of(read_pack(small), "es").values())


@pytest.mark.parametrize(
    ("say", "code"),
    [
        (lambda text: text + " 911", "T003"),
        (lambda text: text + " 2026-01-02", "T003"),
        (lambda text: text + " example.org", "T003"),
        (lambda text: text + "\n- more", "T003"),
        (lambda text: text.upper().lower(), ""),
    ],
)
def test_a_translation_with_other_numbers_addresses_or_lists_is_a_fault(small, say, code):
    put_all(small, say)

    assert set(codes(small)) == ({code} if code else set())


def test_a_catalogue_that_cannot_be_read_is_named(small):
    pack = read_pack(small)
    path, *_ = next(iter(update(pack, "es")))
    path.write_bytes(b'msgid "\xff"')

    assert "T004" in codes(small)


def test_a_catalogue_that_cannot_be_read_stops_the_language_and_no_other(small):
    put_all(small, marked)
    catalogue_of(read_pack(small), "es", "gates.yaml").write_text('msgid "', encoding="utf-8")
    pack = sound_pack(small)

    with pytest.raises(BrokenPack) as broken:
        compile_in(pack, "es")

    assert [fault.code for fault in broken.value.faults] == ["T004"]


def test_an_item_with_a_text_missing_stands_whole_in_its_own_language_and_says_so(small):
    label = read_pack(small).questions[0].entry.options[-1].label
    put_all(small, lambda text: "" if text == label else marked(text))
    pack = sound_pack(small)

    ours, theirs = compile_pack(pack), compile_in(pack, "es")

    left, said = theirs.questions[0], theirs.questions[1]
    for text in (left.ask, left.why, *(option.label for option in left.options)):
        assert isinstance(text, Untranslated)
        assert text.lang == "en"
    assert left.ask == ours.questions[0].ask
    assert said.ask == marked(ours.questions[1].ask)
    assert not isinstance(said.ask, Untranslated)


def test_a_pack_says_how_much_of_it_is_a_translation(small):
    put_all(small, marked)
    pack = sound_pack(small)
    measures = catalogue_of(pack, "es", "measures/all.yaml")

    whole = compile_in(pack, "es").translation
    measures.unlink()

    assert (compile_pack(pack).translation, whole, compile_in(pack, "es").translation) == ("", "whole", "partly")


def test_the_same_words_may_be_said_differently_in_two_files(small):
    put_all(small, marked)
    title = read_pack(small).measures[0].entry.title
    section = small / "sections" / "10-all.yaml"
    section.write_text(section.read_text().replace(read_pack(small).questions[0].entry.why, title))
    list(update(read_pack(small), "es"))
    put(catalogue_of(read_pack(small), "es", "sections/10-all.yaml"), lambda text: f"{text} (here)")

    said = compile_in(sound_pack(small), "es")

    assert said.questions[0].why == f"{title} (here)"
    assert said.measures[0].title == marked(title)
