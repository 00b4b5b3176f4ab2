"""The supervisor's pages: settings, keeping and forgetting, keys, audit, counts; and lists that stay quick."""

import re
from dataclasses import replace
from datetime import timedelta

import pytest
from django.db import connections
from django.test import Client
from django.test.utils import CaptureQueriesContext

from tests.clinic.accounts.sign_in import signed_in
from tests.clinic.acting import at, person, post
from tests.clinic.dump import everything
from tests.clinic.making import contents, matter
from threatmodel.clinic import clock, keeping_views, matters
from threatmodel.clinic.counts import count, counted
from threatmodel.clinic.house import House, house
from threatmodel.clinic.keys import generations
from threatmodel.clinic.models import AuditEntry, Count, Matter
from threatmodel.clinic.models.staff import Role
from threatmodel.clinic.retention import expire

WHOLE = {
    "name": "Heron Clinic",
    "contacts": "555 0100\n\nTuesdays, 6 pm",
    "referrals": "",
    "lang": "es",
    "pack": "us",
    "leave_to": "https://example.org/",
    "keep_days": "30",
    "warn_days": "7",
}


@pytest.fixture
def vera(clinic):
    return person("Vera", Role.VOLUNTEER)


@pytest.fixture
def sol(clinic):
    return person("Sol", Role.SUPERVISOR)


def test_settings_are_kept_and_hold_for_what_is_made_next(sol, vera):
    assert sol[1].post(at("settings"), WHOLE).status_code == 302

    assert house().contact_lines == ("555 0100", "Tuesdays, 6 pm")
    assert matter(vera[0]).row.keep_until == clock.today() + timedelta(days=30)
    assert '<option value="es" lang="es" selected>' in vera[1].get(at("new")).content.decode()
    assert vera[1].get(at("leave"))["Location"] == "https://example.org/"


@pytest.mark.parametrize(
    "wrong",
    [
        {"leave_to": "http://example.org/"},
        {"keep_days": "0"},
        {"keep_days": "soon"},
        {"warn_days": "31"},
        {"lang": "tlh"},
        {"pack": "mars"},
        {"contacts": "\n".join("123456789abcd")},
        {"name": "x" * 121},
    ],
)
def test_settings_that_cannot_be_change_nothing_and_stay_in_the_form(sol, wrong):
    answer = sol[1].post(at("settings"), WHOLE | wrong)

    assert answer.status_code == 422
    assert "Heron Clinic" in answer.content.decode() or "name" in wrong
    assert house() == House()


def test_leaving_ends_the_session_on_the_server_and_not_only_in_the_browser(vera):
    kept = Client()
    kept.cookies = vera[1].cookies.copy()
    left = vera[1].get(at("leave"))

    assert '"cookies"' in left["Clear-Site-Data"]
    assert kept.get(at("home")).status_code == 302


def test_a_supervisor_sees_short_ids_and_days_and_no_alias(sol, vera):
    """P49: whoever runs the clinic cannot read a matter that is not theirs."""
    made = matter(vera[0], alias="alias canary")

    page = sol[1].get(at("keeping")).content.decode()

    assert made.row.short in page
    assert "canary" not in page
    assert sol[1].get(at("matter", made.row.id)).status_code == 404


def test_a_supervisor_reads_a_matter_only_after_taking_it_and_the_audit_says_so(sol, vera):
    """P49: taking it is a line in the audit, with a name."""
    made = matter(vera[0], alias="alias canary")
    sent = {"who": [sol[0].id.hex, vera[0].id.hex]}

    assert sol[1].post(at("assign", made.row.id), sent)["Location"] == at("matter", made.row.id)

    assert "alias canary" in sol[1].get(at("matter", made.row.id)).content.decode()
    assert AuditEntry.objects.get(act="assigned").actor == sol[0].id


def test_a_matter_is_never_left_to_nobody(sol, vera):
    made = matter(vera[0])
    for who in ([], ["no-id"]):
        assert sol[1].post(at("assign", made.row.id), {"who": who}).status_code == 422
    assert list(made.row.assigned.all()) == [vera[0]]


def test_destroying_needs_a_fresh_sign_in_and_is_refused_while_held(sol, vera):
    """P48: and afterwards the matter is gone for everybody."""
    made = matter(vera[0])
    stale = signed_in(Client(), sol[0], minutes_ago=7)
    assert "/clinic/again/" in stale.post(at("destroy", made.row.id))["Location"]
    sol[1].post(at("hold", made.row.id), {"hold": "case"})
    assert sol[1].post(at("destroy", made.row.id)).status_code == 409
    sol[1].post(at("hold", made.row.id), {"hold": "none"})

    before = generations().newest()[0]
    assert sol[1].post(at("destroy", made.row.id)).status_code == 200

    assert not Matter.objects.exists()
    assert before not in generations().living()
    assert vera[1].get(at("matter", made.row.id)).status_code == 404
    acts = [*AuditEntry.objects.filter(matter=made.row.id).values_list("act", "detail")]
    assert ("held", "case") in acts
    assert ("destroyed", "") in acts


def test_what_is_let_go_past_its_day_is_on_the_list_before_it_ends(sol, vera):
    """P11: so that a hold that was let go by mistake can be put back."""
    made = matter(vera[0])
    Matter.objects.update(hold=Matter.Hold.CASE, keep_until=clock.today() - timedelta(days=30))

    sol[1].post(at("hold", made.row.id), {"hold": "none"})
    expire()

    row = Matter.objects.get()
    assert row.hold == "none"
    assert row.keep_until > clock.today()
    page = sol[1].get(at("keeping")).content.decode()
    assert row.short in page[page.index('id="ending"') : page.index('id="held"')]


def test_a_hold_has_one_of_the_reasons_and_no_text(sol, vera):
    made = matter(vera[0])

    assert sol[1].post(at("hold", made.row.id), {"hold": "because she said so"}).status_code == 404
    assert Matter.objects.get().hold == "none"


def test_what_ends_soon_is_listed_before_it_ends(sol, vera):
    ends, stays = matter(vera[0]), matter(vera[0])
    Matter.objects.filter(pk=ends.row.pk).update(keep_until=clock.today() + timedelta(days=5))

    page = sol[1].get(at("keeping")).content.decode()

    soon = page[page.index('id="ending"') : page.index('id="held"')]
    assert ends.row.short in soon
    assert stays.row.short not in soon


def test_using_a_matter_puts_its_end_off(vera):
    made = matter(vera[0])
    Matter.objects.update(keep_until=clock.today(), used_on=clock.today() - timedelta(days=90))

    vera[1].get(at("matter", made.row.id))

    assert Matter.objects.get().keep_until == clock.today() + timedelta(days=90)
    assert expire() == 0


def test_keys_can_be_turned_on_a_page_that_shows_none(sol, vera):
    """P48: only after signing in anew; every matter opens afterwards."""
    made = matter(vera[0])
    number, secret = generations().newest()
    stale = signed_in(Client(), sol[0], minutes_ago=7)
    assert "/clinic/again/" in stale.post(at("rotate"))["Location"]

    assert sol[1].post(at("rotate")).status_code == 302

    page = sol[1].get(at("keys")).content
    assert generations().newest()[0] == number + 1
    assert secret.hex().encode() not in page
    assert matters.load(vera[0], made.row.id).contents == made.contents


def test_the_audit_is_verified_on_its_page(sol, vera):
    """P50: and names nobody but staff."""
    matter(vera[0], alias="alias canary")

    page = sol[1].post(at("audit")).content.decode()

    assert 'role="status"' in page
    assert "Vera" in page
    assert "canary" not in page


def test_counts_leave_small_numbers_out(sol):
    for lang, times in (("es", 20), ("vi", 1), ("ht", 1)):
        for _ in range(times):
            matters.create(sol[0], replace(contents(), lang=lang))

    page = sol[1].get(at("counts")).content.decode()

    told = {cell.strip() for cell in re.findall(r"<td>(.*?)</td>", page, re.DOTALL)}
    assert "20" in told
    assert told.isdisjoint({"1", "2", "22"})  # the small ones, and what all together would give away


def test_counts_are_sealed_by_month(clinic):
    """P9: no row tells what was counted; what was changed from outside stops nobody."""
    month = clock.today().replace(day=1)
    for key in ("measure-canary", "measure-canary", "another"):
        count(clock.today(), "measures", key)
    count(clock.today(), "languages", "es")

    assert counted(month) == {
        ("measures", "measure-canary"): 2,
        ("measures", "another"): 1,
        ("languages", "es"): 1,
    }
    assert Count.objects.count() == 1
    assert b"canary" not in everything()
    assert b"languages" not in bytes(Count.objects.get().sealed)

    Count.objects.update(revision=2)
    assert counted(month) == {}
    count(clock.today(), "languages", "es")
    assert counted(month) == {("languages", "es"): 1}


def test_a_hold_that_comes_while_somebody_destroys_spares_the_matter(sol, vera, monkeypatch):
    """P48: who had the page open is told that it is held."""
    made, destroy = matter(vera[0]), keeping_views.destroy

    def held_first(*given):
        Matter.objects.update(hold=Matter.Hold.CASE)
        return destroy(*given)

    monkeypatch.setattr(keeping_views, "destroy", held_first)

    assert sol[1].post(at("destroy", made.row.id)).status_code == 409
    assert Matter.objects.count() == 1


def test_lists_ask_the_database_equally_often_however_many_there_are(vera):
    def asked() -> int:
        with CaptureQueriesContext(connections["default"]) as seen:
            assert vera[1].get(at("home")).status_code == 200
        return len(seen)

    matter(vera[0])
    one = asked()
    for number in range(20):
        matter(vera[0], alias=f"heron {number}")

    assert asked() == one


def test_a_clock_that_jumped_destroys_nothing_until_somebody_says_it_is_right(sol, vera, monkeypatch):
    """P53: retention waits, the page says why, and goes on when it was told."""
    matter(vera[0])
    assert expire() == 0
    now = clock._now()
    monkeypatch.setattr(clock, "_now", lambda: {**now, "wall": now["wall"] + 400 * clock.DAY})
    monkeypatch.setattr("threatmodel.clinic.retention.today", lambda: clock.today() + timedelta(days=400))

    assert expire() == 0
    assert at("believe") in sol[1].get(at("keeping")).content.decode()
    sol[1].post(at("believe"))

    assert expire() == 1


def test_an_alias_that_looks_like_a_number_of_a_person_is_refused(vera):
    for alias in ("A 123 456 789", "x" * 41, "  "):
        assert vera[1].post(at("new"), {"alias": alias, "lang": "en", "depth": "full"}).status_code == 422
    assert not Matter.objects.exists()
    assert post(vera[1], at("new"), at("new"), alias="plum 7", lang="en", depth="full").status_code == 302
