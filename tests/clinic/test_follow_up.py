"""Coming back to a matter: what is due, what has changed and why, and a code that a client brings."""

import shutil
from datetime import timedelta
from pathlib import Path

import pytest

from tests.clinic.acting import at, person, post
from tests.clinic.making import matter
from threatmodel.clinic import founding, handoff_views, keys, matters
from threatmodel.clinic.counts import counted
from threatmodel.clinic.house import House, set_house
from threatmodel.clinic.keys import derived
from threatmodel.clinic.models import AuditEntry, Matter, UsedCode
from threatmodel.clinic.models.staff import Role
from threatmodel.clinic.status import status
from threatmodel.clinic.working import working
from threatmodel.documents.packs import questionnaire_in
from threatmodel.documents.record import FORMAT, HEAD, LANG, Lost, Record
from threatmodel.engine.answers import Answers
from threatmodel.engine.marks import Marks
from threatmodel.sealing.handoff import fingerprint, new_secret, open_with, public_key, read_public_text, seal_to
from threatmodel.sealing.matter import keyed

SMALL = Path(__file__).parents[1] / "content" / "pack"


@pytest.fixture
def vera(clinic):
    return person("Vera", Role.VOLUNTEER)


def test_what_is_due_within_a_week_is_listed_and_nothing_later(vera):
    soon, later = matter(vera[0], alias="soon one"), matter(vera[0], alias="later one")
    for made, days in ((soon, 3), (later, 20)):
        on = matters.today() + timedelta(days=days)
        post(vera[1], at("matter", made.row.id), at("follow-up", made.row.id), on=on.isoformat())

    page = vera[1].get(at("due")).content.decode()

    assert "soon one" in page
    assert "later one" not in page


def test_staff_can_tell_a_client_which_key_theirs_is(vera):
    """P40: it is the one that the client's page shows, read from the file that the walk's side reads."""
    public = read_public_text((keys.directory() / founding.HANDOFF).read_text("ascii"))

    assert fingerprint(public) in vera[1].get(at("take-over")).content.decode()
    assert any(fingerprint(public) in line.said for line in status())


def test_what_this_server_holds_is_told_with_a_clinic_too(vera, settings):
    """P2: the database is named, and the staff's own cookie."""
    page = vera[1].get("/privacy/").content.decode()

    assert "clinic’s staff" in page
    assert "not one of ours" not in page


def test_a_day_that_is_over_or_none_is_refused(vera):
    made = matter(vera[0])
    after_the_end = (matters.kept_until() + timedelta(days=1)).isoformat()
    for wrong in ("2020-01-01", "tomorrow", after_the_end):
        answer = post(vera[1], at("matter", made.row.id), at("follow-up", made.row.id), on=wrong)
        assert answer.status_code == 422
        assert f'value="{wrong}"' in answer.content.decode(), "what was typed is still there"
    assert Matter.objects.get().follow_up is None
    Matter.objects.update(hold=Matter.Hold.CASE)  # then it is kept past that day
    post(vera[1], at("matter", made.row.id), at("follow-up", made.row.id), on=after_the_end)
    assert str(Matter.objects.get().follow_up) == after_the_end


def test_a_new_assessment_is_held_against_the_one_before(vera):
    made = matter(vera[0], answers={"pending": ["none"]})
    post(vera[1], at("plan", made.row.id), at("again", made.row.id))
    post(
        vera[1],
        at("section", made.row.id, 2),
        at("section", made.row.id, 2),
        **{"answer-pending": "civil-or-family-case"},
    )

    page = vera[1].get(at("changes", made.row.id)).content.decode()

    pack = questionnaire_in("en")
    labels = {option.id: option.label for option in pack.question["pending"].options}
    assert labels["none"] in page
    assert labels["civil-or-family-case"] in page
    assert 'id="by-answers"' in page


def test_a_mark_is_kept_and_what_is_done_is_counted_once_and_without_the_matter(vera):
    made = matter(vera[0])
    item = working(made).plan().hygiene[0].measure.id
    for mark in ("done", "done", "none", "done", "risky"):
        post(vera[1], at("plan", made.row.id), at("mark", made.row.id), mark=f"{item} {mark}")

    assert working(matters.load(vera[0], made.row.id)).record.marks.get(item) == "risky"
    assert counted(matters.today().replace(day=1))["measures", item] == 1


def test_staff_confirm_the_criteria_and_a_changed_answer_asks_again(vera):
    made = matter(vera[0], answers={"pending": ["none"]})
    post(vera[1], at("plan", made.row.id), at("confirm", made.row.id))
    assert "Vera" in vera[1].get(at("plan", made.row.id)).content.decode()

    post(vera[1], at("section", made.row.id, 2), at("section", made.row.id, 2), **{"answer-pending": "criminal-case"})

    assert matters.load(vera[0], made.row.id).contents.confirmed is None
    assert at("confirm", made.row.id) in vera[1].get(at("plan", made.row.id)).content.decode()


def code(secret: bytes | None = None, days: int = 3, content: bytes = b"") -> str:
    """A code of somebody who answered one question, or of this content."""
    pack = questionnaire_in("es")
    answers = Answers(pack).choose("pending", ["criminal-case"])
    content = content or Record.keep(answers, Marks(pack), matters.today()).pack()
    return seal_to(public_key(secret or derived("hand-off")), content, matters.today() + timedelta(days=days))


def test_a_code_becomes_a_matter_once(vera):
    """P40: the second time it is refused with a sentence, and makes nothing."""
    text = code()
    sent = {"code": text, "alias": "plum bridge"}

    opened = vera[1].post(at("take-over"), sent)
    again = vera[1].post(at("take-over"), sent)

    row = Matter.objects.get()
    assert opened["Location"] == at("plan", row.id)
    assert again.status_code == 422
    now = working(matters.load(vera[0], row.id))
    assert now.answers.as_mapping() == {"pending": ["criminal-case"]}
    assert now.contents.lang == "es"
    assert AuditEntry.objects.get(act="created").detail == "hand-off"
    assert UsedCode.objects.count() == 1
    opened = open_with(derived("hand-off"), text, matters.today())
    assert bytes(UsedCode.objects.get().mark) == keyed(derived("index"), opened.mark)
    assert now.contents.record == opened.content


def test_two_who_open_one_code_at_once_make_one_matter(vera, monkeypatch):
    """P40: who looked before the other's was stored is refused by the database."""
    text = code()
    vera[1].post(at("take-over"), {"code": text, "alias": "plum bridge"})
    monkeypatch.setattr(handoff_views.UsedCode.objects, "filter", lambda **_: UsedCode.objects.none())

    assert vera[1].post(at("take-over"), {"code": text, "alias": "plum garden"}).status_code == 422
    assert Matter.objects.count() == 1


@pytest.mark.parametrize("kind", ["other", "old", "cut", "changed", "none", "words", "long"])
def test_a_code_that_cannot_be_opened_gets_a_sentence_of_its_own_and_nothing_is_stored(vera, kind):
    texts = {
        "other": lambda: code(new_secret()),
        "old": lambda: code(days=-1),
        "cut": lambda: code()[:-9],
        "changed": lambda: code()[:60] + ("A" if code()[60] != "A" else "B") + code()[61:],
        "none": lambda: " ",
        "words": lambda: "hello there",
        "long": lambda: "A" * 9000,
    }

    answer = vera[1].post(at("take-over"), {"code": texts[kind](), "alias": "plum bridge"})

    assert answer.status_code == 422
    assert not Matter.objects.exists()
    assert not UsedCode.objects.exists()


def newer() -> bytes:
    """A record whose content had one measure more, and a mark on it."""
    pack = questionnaire_in("en")
    whole = Record.keep(Answers(pack), Marks(pack), matters.today()).pack()
    _, made_for, version, day, answers, items = HEAD.unpack_from(whole)
    return b"".join(
        (
            HEAD.pack(FORMAT, made_for, version, day, answers, items + 1),
            bytes(LANG + -(-answers // 8)),
            (1 << 3 * items).to_bytes(-(-(items + 1) * 3 // 8), "big"),
            bytes(-(-(items + 1) * 2 // 8) + items + 1),
        )
    )


def test_what_a_code_holds_and_could_not_be_taken_over_is_told(vera):
    """P40: it is kept as it came, and the plan's page says what is missing."""
    vera[1].post(at("take-over"), {"code": code(content=newer()), "alias": "plum bridge"})

    made = matters.load(vera[0], Matter.objects.get().id)
    assert working(made).record.lost == (Lost(),)
    assert vera[1].get(at("plan", made.row.id)).context["lost"] == (Lost(),)


def test_a_code_made_with_another_of_the_packs_here_is_taken_over(vera, settings, tmp_path):
    """P40: the house's own is tried first, and then the others."""
    packs = tmp_path / "packs"
    shutil.copytree(settings.PACK, packs / "us")
    shutil.copytree(SMALL, packs / "small")
    settings.PACK = packs / "us"
    text = code()
    set_house(House(pack="small"))

    assert vera[1].post(at("take-over"), {"code": text, "alias": "plum bridge"}).status_code == 302

    now = working(matters.load(vera[0], Matter.objects.get().id))
    assert now.contents.pack == "us"
    assert now.answers.as_mapping() == {"pending": ["criminal-case"]}
