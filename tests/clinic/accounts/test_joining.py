"""Joining by invitation, and what supervisors may do to accounts."""

from datetime import UTC, datetime, timedelta

import pytest
from django.conf import settings
from django.test import Client
from django.urls import reverse

from tests.clinic.accounts.sign_in import PASSWORD, app_code, member, signed_in
from tests.clinic.dump import everything
from threatmodel.clinic.accounts import staff
from threatmodel.clinic.models import AuditEntry, Invitation, Staff
from threatmodel.clinic.models.staff import Role

NEW = {"name": "Noor", "password": "otters at low tide", "again": "otters at low tide"}


def joined(code: str, **fields: str) -> Client:
    client = Client()
    client.post(reverse("account_join"), {"code": code})
    client.post(reverse("account_join_as"), NEW | fields)
    return client


def test_a_code_makes_one_account_in_its_role(clinic):
    code = staff.first_supervisor("Noor")

    client = joined(code)

    assert Staff.objects.get().role == Role.SUPERVISOR
    assert client.get(reverse("account_staff"))["Location"] == reverse("account_enrol")

    joined(code, name="Nobody")

    assert Staff.objects.count() == 1


def test_a_code_is_stored_nowhere(sol):
    code = signed_in(Client(), sol).post(reverse("account_invite"), {"name": "Noor", "role": "lawyer"}).context["code"]
    dump = everything()

    assert len(code.replace("-", "")) * 5 >= 75
    assert code.encode() not in dump
    assert code.replace("-", "").encode() not in dump


def test_a_code_is_the_same_however_it_is_typed(clinic):
    code = staff.first_supervisor("Noor")

    assert staff.find_invitation(f" {code.upper().replace('-', '')} ").name == "Noor"


@pytest.mark.parametrize("why", ["wrong", "used", "old", "withdrawn"])
def test_a_code_that_is_wrong_used_old_or_withdrawn_gets_the_same_answer(sol, why):
    code = staff.invite(sol, "Noor", Role.LAWYER)
    known = Client().post(reverse("account_join"), {"code": "0000-0000-0000-0000"})
    match why:
        case "wrong":
            code = "1111-1111-1111-1111"
        case "used":
            Invitation.objects.update(used=True)
        case "old":
            Invitation.objects.update(ends_at=datetime.now(UTC) - timedelta(seconds=1))
        case "withdrawn":
            staff.withdraw(sol, Invitation.objects.get().pk)

    response = Client().post(reverse("account_join"), {"code": code})

    assert response.status_code == known.status_code == 422
    assert response.context["problem"] == known.context["problem"]


def test_a_code_lasts_three_days(sol):
    staff.invite(sol, "Noor", Role.LAWYER)
    left = Invitation.objects.get().ends_at - datetime.now(UTC)

    assert timedelta(hours=71) < left <= timedelta(hours=72)


def test_who_comes_second_with_a_code_gets_nothing(clinic):
    found = staff.find_invitation(staff.first_supervisor("Noor"))

    staff.join(found, "Noor", "otters at low tide")
    with pytest.raises(staff.CodeUnfit):
        staff.join(found, "Someone", "otters at low tide")


@pytest.mark.parametrize("taken", ["ada", "ADA", " Ada ", "Ａｄａ"])
def test_a_name_that_somebody_has_is_not_given_twice(ada, taken):
    code = staff.invite(ada, "Noor", Role.LAWYER)
    client = Client()
    client.post(reverse("account_join"), {"code": code})

    assert client.post(reverse("account_join_as"), NEW | {"name": taken}).status_code == 422
    assert client.post(reverse("account_join_as"), NEW).status_code == 302


@pytest.mark.parametrize(
    "fields",
    [
        {"name": ""},
        {"name": "x" * 61},
        {"name": "a\u202eb"},
        {"again": "other otters at tide"},
        {"password": "short", "again": "short"},
    ],
)
def test_what_is_not_fit_is_not_taken_and_the_code_still_works(clinic, fields):
    client = Client()
    client.post(reverse("account_join"), {"code": staff.first_supervisor("Noor")})

    assert client.post(reverse("account_join_as"), NEW | fields).status_code == 422
    assert client.post(reverse("account_join_as"), NEW).status_code == 302


def test_joining_needs_a_code_first(clinic):
    assert Client().post(reverse("account_join_as"), NEW)["Location"] == reverse("account_join")
    assert not Staff.objects.exists()


def test_a_reset_leaves_the_second_factor_and_asks_for_it(ada, sol):
    """P43, P49: with a code somebody sets a password, and still signs in with the factor that they had."""
    code = signed_in(Client(), sol).post(reverse("account_reset"), {"person": ada.pk}).context["code"]

    assert Client().post(reverse("account_login"), {"name": "Ada", "password": PASSWORD}).status_code == 422

    client = joined(code, name="Eve")

    assert client.get(reverse("account_home"))["Location"] == reverse("account_login")
    assert Staff.objects.get(pk=ada.pk).name == "Ada"

    response = client.post(reverse("account_login"), {"name": "Ada", "password": NEW["password"]})

    assert response["Location"] == reverse("mfa_authenticate")
    assert client.post(reverse("mfa_authenticate"), {"code": app_code()})["Location"] == reverse(
        settings.LOGIN_REDIRECT_URL
    )


def test_a_sign_in_that_waits_for_its_second_factor_ends_with_a_change(ada, sol):
    """P46: a password that was right before the reset is worth nothing after it."""
    client = Client()
    client.post(reverse("account_login"), {"name": "Ada", "password": PASSWORD})

    staff.reset(sol, ada.pk)

    assert client.post(reverse("mfa_authenticate"), {"code": app_code()})["Location"] == reverse("account_login")


SUPERVISING = [
    ("account_staff", "get"),
    ("account_invite", "get"),
    ("account_invite", "post"),
    ("account_withdraw", "post"),
    ("account_change_role", "post"),
    ("account_deactivate", "post"),
    ("account_reactivate", "post"),
    ("account_reset", "post"),
]


@pytest.mark.parametrize("role", [Role.VOLUNTEER, Role.LAWYER])
@pytest.mark.parametrize(("name", "method"), SUPERVISING)
def test_for_others_the_pages_of_supervisors_are_not_there(ada, role, name, method):
    client = signed_in(Client(), member("Lea", role))

    response = getattr(client, method)(reverse(name), {"person": ada.pk, "role": "supervisor", "name": "Noor"})

    assert response.status_code == 404
    assert (Staff.objects.get(pk=ada.pk).role, Staff.objects.get(pk=ada.pk).is_active) == ("volunteer", True)
    assert not Invitation.objects.exists()


@pytest.mark.parametrize(("name", "method"), [pair for pair in SUPERVISING if pair != ("account_staff", "get")])
def test_managing_staff_wants_a_password_or_factor_of_the_last_five_minutes(ada, sol, name, method):
    """P48: nothing is done before, and nothing that was sent is kept meanwhile."""
    client = signed_in(Client(), sol, minutes_ago=6)

    response = getattr(client, method)(reverse(name), {"person": ada.pk, "role": "lawyer", "name": "canary"})

    assert response["Location"] == reverse("account_reauthenticate")
    assert "canary" not in str(dict(client.session))
    assert Staff.objects.get(pk=ada.pk).role == "volunteer"

    response = client.post(reverse("account_reauthenticate"), {"password": PASSWORD})

    assert response["Location"] == reverse("account_invite" if name == "account_invite" else "account_staff")
    assert client.post(reverse("account_change_role"), {"person": ada.pk, "role": "lawyer"})["Location"] == reverse(
        "account_staff"
    )
    assert Staff.objects.get(pk=ada.pk).role == "lawyer"


def test_a_wrong_password_or_code_does_not_make_anybody_fresh(sol):
    """P48"""
    client = signed_in(Client(), sol, minutes_ago=6)

    for wrong in ({"password": "wrong"}, {"code": "000000"}, {"credential": "{}"}, {"credential": "["}, {}):
        assert client.post(reverse("account_reauthenticate"), wrong).status_code == 422
    assert client.get(reverse("account_invite"))["Location"] == reverse("account_reauthenticate")


def test_the_only_supervisor_stays(sol, ada):
    client = signed_in(Client(), sol)

    assert client.post(reverse("account_deactivate"), {"person": sol.pk}).status_code == 409
    assert client.post(reverse("account_change_role"), {"person": sol.pk, "role": "lawyer"}).status_code == 409

    client.post(reverse("account_change_role"), {"person": ada.pk, "role": "supervisor"})

    assert client.post(reverse("account_deactivate"), {"person": sol.pk}).status_code == 302
    assert not Staff.objects.get(pk=sol.pk).is_active


def test_a_supervisor_who_was_shut_out_does_not_count(sol):
    other = member("Sam", Role.SUPERVISOR)
    staff.deactivate(sol, other.pk)

    with pytest.raises(staff.LastSupervisor):
        staff.deactivate(sol, sol.pk)


def test_who_is_shut_out_is_out_at_once_and_who_is_let_in_signs_in_again(sol, ada):
    theirs, mine = signed_in(Client(), ada), signed_in(Client(), sol)

    mine.post(reverse("account_deactivate"), {"person": ada.pk})

    assert theirs.get(reverse("account_home"))["Location"] == reverse("account_login")
    assert Client().post(reverse("account_login"), {"name": "Ada", "password": PASSWORD}).status_code == 422

    mine.post(reverse("account_reactivate"), {"person": ada.pk})

    assert theirs.get(reverse("account_home"))["Location"] == reverse("account_login")
    assert Client().post(reverse("account_login"), {"name": "Ada", "password": PASSWORD}).status_code == 302


def test_the_supervisors_page_tells_nothing_of_factors_and_sets_no_password(sol, ada):
    """P49: it has no field for a password, and says nothing of anybody's factors."""
    page = signed_in(Client(), sol).get(reverse("account_staff")).content.decode()
    before = Staff.objects.get(pk=ada.pk).password

    assert 'type="password"' not in page
    for name in ("account_staff", "account_change_role", "account_reactivate"):
        fields = {"person": ada.pk, "role": "volunteer", "password": "otters at low tide", "factor_epoch": 9}
        signed_in(Client(), sol).post(reverse(name), fields)
    assert Staff.objects.get(pk=ada.pk).password == before


@pytest.mark.parametrize("person", ["", "x", "00000000-0000-0000-0000-000000000000"])
def test_somebody_who_is_not_there_is_not_found(sol, person):
    client = signed_in(Client(), sol)

    for name in ("account_deactivate", "account_reactivate", "account_reset", "account_change_role"):
        assert client.post(reverse(name), {"person": person, "role": "lawyer"}).status_code == 404


def test_acts_are_noted_without_a_name(sol, ada):
    client = Client()
    client.post(reverse("account_login"), {"name": "Ada", "password": PASSWORD})
    client.post(reverse("mfa_authenticate"), {"code": "000000"})
    client.post(reverse("mfa_authenticate"), {"code": app_code()})
    client.post(reverse("account_logout"))
    staff.deactivate(sol, ada.pk)

    acts = [(one.actor, one.act, one.detail) for one in AuditEntry.objects.order_by("number")]

    assert acts == [
        (ada.pk, "second-step-failed", ""),
        (ada.pk, "signed-in", "totp"),
        (ada.pk, "signed-out", ""),
        (sol.pk, "deactivated", ""),
    ]
