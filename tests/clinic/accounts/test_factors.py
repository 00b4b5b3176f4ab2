"""Second factors: what is stored of them, that a code works once, and that one factor stays."""

import json
import subprocess
import sys

import pytest
from allauth.mfa.models import Authenticator
from django.conf import settings
from django.test import Client
from django.urls import reverse

from tests.clinic.accounts.sign_in import PASSWORD, SEED, app_code, signed_in
from threatmodel.clinic.accounts import factors
from threatmodel.clinic.accounts.factor_views import SEED as SEED_KEY
from threatmodel.clinic.models import RecoveryCode, TotpStep
from threatmodel.sealing.staff_secrets import NotOurs, protect, unprotect


def test_a_sealed_text_opens_with_its_key_and_owner_only():
    sealed = protect("heron", "totp 1", b"k" * 32)

    assert unprotect(sealed, "totp 1", b"k" * 32) == "heron"
    for text, bound, key in (
        (sealed, "totp 2", b"k" * 32),
        (sealed, "totp 1", b"j" * 32),
        (sealed[:-4], "totp 1", b"k" * 32),
        ("AA" + sealed[2:], "totp 1", b"k" * 32),
        ("", "totp 1", b"k" * 32),
        ("no base64", "totp 1", b"k" * 32),
    ):
        with pytest.raises(NotOurs):
            unprotect(text, bound, key)


def test_a_code_of_the_app_works_once(ada):
    """P44: the same code is refused the second time, and so is every earlier one."""
    assert factors.use_code(ada, app_code()) == "totp"
    for steps in (0, -1):
        with pytest.raises(factors.CodeRefused):
            factors.use_code(ada, app_code(steps))
    assert factors.use_code(ada, app_code(1)) == "totp"


@pytest.mark.parametrize("code", ["", "0", "abcdef", "000000000000", " " * 10, "１２３４５６"])
def test_a_wrong_code_is_refused(ada, code):
    with pytest.raises(factors.CodeRefused):
        factors.use_code(ada, code)


def test_the_code_that_proved_the_app_does_not_sign_in(newcomer):
    """P44: the code shown when the app was added is used up."""
    factors.add_app(newcomer, SEED, app_code())

    with pytest.raises(factors.CodeRefused):
        factors.use_code(newcomer, app_code())


def test_an_app_is_added_only_with_a_code_that_works(newcomer):
    client = signed_in(Client(), newcomer, factor=False)
    client.get(reverse("mfa_activate_totp"))
    seed = client.session[SEED_KEY]

    assert client.post(reverse("mfa_activate_totp"), {"code": app_code(seed=SEED)}).status_code == 422
    assert not factors.has_factor(newcomer)

    response = client.post(reverse("mfa_activate_totp"), {"code": app_code(seed=seed)})

    assert response["Location"] == reverse("mfa_recovery_codes")
    assert factors.has_factor(newcomer)
    assert SEED_KEY not in client.session
    assert client.get(reverse("account_home")).status_code == 200


def test_the_app_keeps_what_it_scanned_over_a_detour(newcomer):
    """Whoever installs the app first is asked for the password again, and comes back to the same picture."""
    client = signed_in(Client(), newcomer)
    client.get(reverse("mfa_activate_totp"))
    seed = client.session["app-seed"]

    client.get(reverse("mfa_activate_totp"))

    assert client.session["app-seed"] == seed


def test_the_picture_for_the_app_is_there_only_while_it_is_added(newcomer):
    client = signed_in(Client(), newcomer, factor=False)

    assert client.get(reverse("mfa_totp_picture")).status_code == 404

    client.get(reverse("mfa_activate_totp"))
    response = client.get(reverse("mfa_totp_picture"))

    assert response["Content-Type"] == "image/svg+xml"
    assert response["Cache-Control"] == "no-store"
    assert b"<script" not in response.content


def test_no_row_holds_a_seed_or_a_code(ada):
    """P45: a dump of the database yields no working second factor."""
    codes = factors.new_recovery_codes(ada)
    rows = json.dumps(list(Authenticator.objects.values_list("data", flat=True)))
    marks = [bytes(one.mark) for one in RecoveryCode.objects.all()]

    assert SEED not in rows
    for code in codes:
        plain = code.replace("-", "")
        assert len(plain) >= 16
        assert all(plain.encode() not in mark and code.encode() not in mark for mark in marks)
    assert not {"seed", "used_mask", "secret"} & {key for data in json.loads(rows) for key in data}


def test_a_recovery_code_works_once_however_it_is_typed(ada):
    """P45: single-use."""
    first, second, *_ = factors.new_recovery_codes(ada)

    assert factors.use_code(ada, first.upper().replace("-", " ").replace("0", "O").replace("1", "l")) == "recovery"
    with pytest.raises(factors.CodeRefused):
        factors.use_code(ada, first)
    assert factors.recovery_codes_left(ada) == 9
    assert factors.use_code(ada, second) == "recovery"


def test_new_recovery_codes_take_the_place_of_the_old(ada, sol):
    old = factors.new_recovery_codes(ada)
    new = factors.new_recovery_codes(ada)

    for code in (old[0], factors.new_recovery_codes(sol)[0]):
        with pytest.raises(factors.CodeRefused):
            factors.use_code(ada, code)
    assert factors.use_code(ada, new[0]) == "recovery"


def test_recovery_codes_are_in_one_answer_and_no_other(ada):
    """P45: shown once."""
    client = signed_in(Client(), ada)

    shown = client.post(reverse("mfa_recovery_codes"))
    codes = shown.context["codes"]

    assert len(codes) == 10
    assert shown["Cache-Control"] == "no-store"
    for name in ("mfa_recovery_codes", "account_home"):
        again = client.get(reverse(name)).content.decode()
        assert not any(code in again for code in codes)
    assert factors.use_code(ada, codes[3]) == "recovery"


def test_the_last_factor_cannot_be_removed(ada):
    client = signed_in(Client(), ada)
    only = Authenticator.objects.get(user=ada)

    client.post(reverse("mfa_remove"), {"factor": only.pk})

    assert Authenticator.objects.filter(pk=only.pk).exists()

    factors.store(ada, Authenticator.Type.WEBAUTHN, "sealed")
    client.post(reverse("mfa_remove"), {"factor": only.pk})

    assert not Authenticator.objects.filter(pk=only.pk).exists()


@pytest.mark.parametrize("role", ["ada", "sol"])
def test_nobody_removes_the_factor_of_another(request, ada, sol, role):
    """P49: neither a colleague nor a supervisor."""
    me = request.getfixturevalue(role)
    other = sol if me == ada else ada
    factors.store(other, Authenticator.Type.WEBAUTHN, "sealed")
    theirs = Authenticator.objects.filter(user=other, type="totp").get()

    response = signed_in(Client(), me).post(reverse("mfa_remove"), {"factor": theirs.pk})

    assert response.status_code == 404
    assert Authenticator.objects.filter(pk=theirs.pk).exists()


@pytest.mark.parametrize("act", ["mfa_recovery_codes", "mfa_remove"])
def test_a_change_of_factors_ends_the_other_sessions(ada, act):
    """P46: and keeps the one it was made in."""
    factors.store(ada, Authenticator.Type.WEBAUTHN, protect('{"name": "", "credential": ""}', "x", b"k" * 32))
    passkey = Authenticator.objects.get(user=ada, type="webauthn")
    here, there = signed_in(Client(), ada), signed_in(Client(), ada)

    here.post(reverse(act), {"factor": passkey.pk})

    assert there.get(reverse("account_change_password"))["Location"] == reverse("account_login")
    assert here.get(reverse("account_change_password")).status_code == 200


RACER = """
import sys, django
django.setup()
from threatmodel.clinic.models import Staff
from threatmodel.clinic.accounts import factors
staff = Staff.objects.get()
print("ready", flush=True)
sys.stdin.readline()
try:
    print(factors.use_code(staff, sys.argv[1]))
except factors.CodeRefused:
    print("refused")
"""


@pytest.mark.parametrize("kind", ["totp", "recovery"])
def test_a_code_used_by_three_processes_at_once_works_in_one(processes, kind):
    """P44: concurrently, on different workers: one success."""
    code = app_code() if kind == "totp" else processes.recovery_code
    racers = [
        subprocess.Popen(  # noqa: S603
            [sys.executable, "-c", RACER, code],
            env=processes.environment,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        for _ in range(3)
    ]
    for racer in racers:
        assert racer.stdout.readline() == "ready\n"
    for racer in racers:
        racer.stdin.write("go\n")
        racer.stdin.flush()
    said = sorted(racer.communicate(timeout=60)[0].strip() for racer in racers)

    assert said == sorted([kind, "refused", "refused"])


def test_signing_in_with_a_recovery_code_uses_it_up(ada):
    code = factors.new_recovery_codes(ada)[0]
    client = Client()
    client.post(reverse("account_login"), {"name": "Ada", "password": PASSWORD})

    assert client.post(reverse("mfa_authenticate"), {"code": code})["Location"] == reverse(settings.LOGIN_REDIRECT_URL)
    assert factors.recovery_codes_left(ada) == 9
    assert TotpStep.objects.get(staff=ada).last == 0
