"""Handing answers over to a clinic: the page, the code, and what the clinic gets of it."""

import re
from datetime import timedelta
from subprocess import run
from sys import executable

import pytest
import segno
from django.test import Client

from tests.conftest import ROOT
from tests.walkthrough.cast import current, token, walking
from threatmodel.documents.packs import sample_plans
from threatmodel.documents.record import read_record
from threatmodel.engine.answers import Answers
from threatmodel.padding import KIB, PACKED, PLAIN
from threatmodel.sealing.handoff import (
    LASTS,
    OtherClinic,
    TooOld,
    fingerprint,
    new_secret,
    open_with,
    public_key,
    public_text,
)
from threatmodel.walkthrough.access import today
from threatmodel.walkthrough.walk import COOKIE

SECRET = new_secret()
ANSWERS = {"devices": ["iphone"], "pending": ["none"], "platforms": ["facebook"]}


@pytest.fixture
def takes_codes(settings):
    settings.HANDOFF_KEY = public_key(SECRET)
    settings.HANDOFF_NAME = "Harbor <Clinic>"


@pytest.fixture
def client(pack):
    return walking(Answers.of(pack, ANSWERS), enforce_csrf_checks=True)


def code_page(client):
    return client.post("/handoff/", {"csrfmiddlewaretoken": token(client.get("/handoff/"))})


def text_of(response) -> str:
    return "".join(re.search(r'<pre class="sealed">(.*?)</pre>', response.content.decode(), re.DOTALL)[1].split())


def on_the_line(response) -> int:
    """The bytes of an answer whose length may differ: head and body."""
    lines = [f"{name}: {value}" for name, value in response.headers.items() if name != "Content-Length"]
    lines += [f"Set-Cookie: {morsel.OutputString()}" for morsel in response.cookies.values()]
    return sum(len(line) + 2 for line in lines) + len(response.content)


@pytest.mark.usefixtures("takes_codes")
def test_the_clinic_gets_the_answers_the_notes_and_the_language(client, pack):
    plan = client.get("/plan/")
    client.post("/plan/mark/", {"csrfmiddlewaretoken": token(plan), "mark": "adid-off done"})

    shown = code_page(client)

    opened = open_with(SECRET, text_of(shown), today())
    record = read_record(pack, opened.content)
    assert record.answers == current(client).answers
    assert record.marks == current(client).marks
    assert (record.lang, record.lost) == ("en", ())
    assert opened.until == today() + LASTS


@pytest.mark.usefixtures("takes_codes")
def test_the_picture_holds_the_same_as_the_text_and_fits_a_phone(client):
    shown = code_page(client)

    expected = segno.make(text_of(shown), error="l", micro=False)
    drawn = re.search(r'<svg.*?class="qr".*?</svg>', shown.content.decode(), re.DOTALL)[0]
    assert re.search(r' d="[^"]+"', drawn)[0] in expected.svg_inline(scale=3, border=4, lineclass=None)
    assert expected.mode == "alphanumeric"
    assert expected.version <= 20


@pytest.mark.usefixtures("takes_codes")
def test_another_clinic_cannot_open_it(client):
    with pytest.raises(OtherClinic):
        open_with(new_secret(), text_of(code_page(client)), today())


@pytest.mark.usefixtures("takes_codes")
def test_every_code_has_one_length_whatever_was_answered(pack):
    walks = [Answers(pack), *(sample.answers for sample in sample_plans().values())]

    assert len({len(text_of(code_page(walking(answers)))) for answers in walks}) == 1


@pytest.mark.usefixtures("takes_codes")
@pytest.mark.parametrize("reads", ["gzip", ""])
def test_every_page_has_one_size_on_the_line_whatever_was_answered(pack, reads):
    """Before the code and with it, since the code's letters differ each time."""
    walks = [Answers(pack), Answers.of(pack, ANSWERS), sample_plans()["journalist"].answers]
    sizes = set()

    for answers in walks:
        person = walking(answers, headers={"accept-encoding": reads})
        person.get("/plan/")
        sizes |= {on_the_line(person.get("/handoff/")), on_the_line(person.post("/handoff/"))}

    large = (PACKED if reads else PLAIN).large
    assert len(sizes) == 1
    assert large <= sizes.pop() < large + KIB  # headers that never differ come on top


@pytest.mark.usefixtures("takes_codes")
def test_the_page_says_whose_staff_can_open_it_and_promises_an_end(client):
    for page in (client.get("/handoff/"), code_page(client)):
        html = page.content.decode()
        assert fingerprint(public_key(SECRET)) in html
        assert "Harbor &lt;Clinic&gt;" in html
        assert 'href="/plan/"' in html
        assert page["Cache-Control"] == "no-store"


@pytest.mark.usefixtures("takes_codes")
def test_the_code_is_in_no_address_title_or_cookie(client):
    shown = code_page(client)
    text = text_of(shown)

    html = shown.content.decode()
    assert "Location" not in shown
    assert text[:40] not in re.search(r"<title>.*?</title>", html, re.DOTALL)[0]
    assert text[:16] not in "".join(re.findall(r'(?:href|action|src)="[^"]*"', html))
    assert set(shown.cookies) <= {COOKIE, "form"}


@pytest.mark.usefixtures("takes_codes")
def test_showing_the_code_changes_nothing_of_the_walk(client):
    before = current(client)

    code_page(client)

    assert current(client) == before


@pytest.mark.usefixtures("takes_codes")
def test_without_a_walk_there_is_nothing_to_hand_over():
    for response in (Client().get("/handoff/"), Client().post("/handoff/")):
        assert response.status_code == 409
        assert b'class="sealed"' not in response.content


@pytest.mark.usefixtures("takes_codes")
def test_a_form_of_another_site_makes_no_code(client):
    assert client.post("/handoff/").status_code == 403


@pytest.mark.usefixtures("takes_codes")
def test_too_many_codes_in_a_minute_are_refused(client, settings, tmp_path):
    settings.LIMITS, settings.KEY_DIRECTORY = True, str(tmp_path)
    settings.CLIENT_ADDRESS_HEADER = "X-Real-Ip"

    page = client.get("/handoff/", headers={"x-real-ip": "203.0.113.9"})
    sent = {"csrfmiddlewaretoken": token(page)}
    statuses = [client.post("/handoff/", sent, headers={"x-real-ip": "203.0.113.9"}).status_code for _ in range(12)]

    assert 429 in statuses
    assert statuses[0] == 200


def test_where_no_clinic_takes_codes_there_is_no_page_and_no_link(client):
    page = client.get("/plan/")
    sent = {"csrfmiddlewaretoken": token(page)}

    assert client.get("/handoff/").status_code == 404
    assert client.post("/handoff/", sent).status_code == 404
    assert Client().get("/handoff/").status_code == 404
    assert b"/handoff/" not in page.content


@pytest.mark.usefixtures("takes_codes")
def test_where_a_clinic_takes_codes_the_plan_leads_there(client):
    assert b'href="/handoff/"' in client.get("/plan/").content


def started(tmp_path, **env) -> tuple[int, str]:
    """What becomes of a start with these surroundings: the status, and what is said."""
    show = (
        "from threatmodel import settings as s; print(s.HANDOFF_KEY.hex() if s.HANDOFF_KEY else None, s.HANDOFF_NAME)"
    )
    done = run([executable, "-c", show], cwd=ROOT, env=env, capture_output=True, text=True, timeout=60)  # noqa: S603
    return done.returncode, (done.stdout or done.stderr.splitlines()[-1]).strip()


def test_the_key_is_that_of_the_setting_or_of_the_clinic_here(tmp_path):
    """A clinic's own key stands in its directory; a clinic elsewhere is named by the operator."""
    (tmp_path / "handoff.pub").write_text(public_text(public_key(SECRET)) + "\n", "ascii")
    other, here = public_key(new_secret()), {"THREATMODEL_CLINIC": str(tmp_path)}
    named = {"THREATMODEL_HANDOFF_KEY": public_text(other), "THREATMODEL_HANDOFF_NAME": "Harbor"}

    assert started(tmp_path) == (0, "None")
    assert started(tmp_path, **here) == (0, public_key(SECRET).hex())
    assert started(tmp_path, **named) == (0, f"{other.hex()} Harbor")
    assert started(tmp_path, **here, **named) == (0, f"{other.hex()} Harbor")


@pytest.mark.parametrize("damaged", ["x", public_text(public_key(SECRET))[:-1]], ids=["short", "cut"])
def test_a_damaged_key_stops_the_start_and_says_where(tmp_path, damaged):
    (tmp_path / "handoff.pub").write_text(damaged, "ascii")

    for env, where in (
        ({"THREATMODEL_HANDOFF_KEY": damaged, "THREATMODEL_HANDOFF_NAME": "Harbor"}, "THREATMODEL_HANDOFF_KEY"),
        ({"THREATMODEL_CLINIC": str(tmp_path)}, "handoff.pub"),
    ):
        status, said = started(tmp_path, **env)
        assert status == 1
        assert "ImproperlyConfigured" in said
        assert where in said
        assert public_text(public_key(SECRET))[12:30] not in said


def test_a_key_without_a_name_stops_the_start(tmp_path):
    status, said = started(tmp_path, THREATMODEL_HANDOFF_KEY=public_text(public_key(SECRET)))

    assert status == 1
    assert "THREATMODEL_HANDOFF_NAME" in said


def test_a_code_is_of_no_use_once_its_days_are_over(client, settings):
    settings.HANDOFF_KEY = public_key(SECRET)

    text = text_of(code_page(client))

    with pytest.raises(TooOld):
        open_with(SECRET, text, today() + LASTS + timedelta(1))
