"""What staff are told at each question: there for every question, checked like other texts, and never translated."""

from tests.engine.strategies import DAY
from threatmodel.content.catalogue import templates
from threatmodel.content.compile import compile_in, load_pack, sound_pack
from threatmodel.content.findings import check_pack
from threatmodel.engine.help import Prompt


def test_every_question_of_ours_has_a_prompt_and_every_sensitive_one_says_what_not_to_write(pack):
    assert set(pack.prompts) == set(pack.question)
    assert [q.id for q in pack.questions if q.sensitive and not pack.prompts[q.id].do_not_write] == []
    assert all(prompt.ask and prompt.listen for prompt in pack.prompts.values())


def test_a_prompt_is_read_by_its_question(small):
    assert load_pack(small).prompts == {
        "case": Prompt("Ask whether there is a case.", "A letter from a court.", "Say it in full.", "No case number."),
        "things": Prompt("Ask what they have.", "Things that they share."),
    }


def test_a_pack_without_the_file_has_no_prompts(small):
    (small / "prompts.yaml").unlink()

    assert [fault for fault in check_pack(small, DAY) if not fault.warning] == []
    assert load_pack(small).prompts == {}


def test_prompts_stay_in_the_packs_own_language_and_in_no_catalogue(settings):
    pack = sound_pack(settings.PACK)

    assert compile_in(pack, "es").prompts == load_pack(settings.PACK).prompts
    assert "prompts.yaml" not in templates(pack)
    assert "sections/10-safe-first.yaml" in templates(pack)


def plant(small, old: str, new: str) -> set[str]:
    """The codes found after a change of one place of the small pack's prompts."""
    file = small / "prompts.yaml"
    text = file.read_text("utf-8")
    assert text.count(old) == 1
    file.write_text(text.replace(old, new), "utf-8")
    return {fault.code for fault in check_pack(small, DAY) if not fault.warning}


def test_a_prompt_for_a_question_that_is_gone_is_found(small):
    assert plant(small, "question: things", "question: thing") == {"R001"}


def test_a_second_prompt_for_one_question_is_found(small):
    assert "K007" in plant(small, "question: things", "question: case")


def test_a_sensitive_question_without_what_not_to_write_is_found(small):
    assert plant(small, "  do_not_write: No case number.\n", "") == {"W008"}


def test_a_prompt_that_promises_an_outcome_or_is_hard_to_read_is_found(small):
    assert plant(small, "Things that they share.", "Say that we guarantee it.") == {"W002"}
    hard = "Consider every particular possession that anybody additionally utilizes."
    assert "W003" in plant(small, "Say that we guarantee it.", " ".join([hard] * 4))


def test_markup_in_a_prompt_is_found(small):
    assert plant(small, "Say it in full.", "Say it <b>in full</b>.") == {"W001"}


def test_a_key_that_no_prompt_has_is_found(small):
    assert "K002" in plant(small, "  interpreter:", "  interpreters:")
