"""Passkeys, as far as they can be tested without a browser: what is made up is refused, whatever it looks like."""

import json

import pytest
from django.test import Client
from django.urls import reverse

from tests.clinic.accounts.sign_in import signed_in
from threatmodel.clinic.accounts import factors, passkeys

MADE_UP = [
    "",
    "[",
    "5",
    "null",
    "[" * 20_000,
    "{}",
    '{"response": 5}',
    '{"response": {"userHandle": 5}}',
    '{"response": {"userHandle": "AA"}}',
    '{"response": {"userHandle": "\u00e9"}}',
    json.dumps({"response": {"userHandle": "A" * 22}}),
    json.dumps({"id": "YQ", "rawId": "YQ", "type": "public-key", "response": {"clientDataJSON": "W10"}}),
    json.dumps({"id": "YQ", "rawId": "YQ", "response": {"clientDataJSON": "", "attestationObject": "owECAw"}}),
]


@pytest.mark.parametrize("answer", MADE_UP, ids=range(len(MADE_UP)))
@pytest.mark.parametrize("name", ["account_passkey", "mfa_add_webauthn"])
def test_an_answer_that_is_made_up_is_refused(ada, name, answer):
    client = Client() if name == "account_passkey" else signed_in(Client(), ada)
    client.get(reverse(name))

    assert client.post(reverse(name), {"credential": answer}).status_code == 422
    assert not passkeys.passkeys(ada)


def test_a_challenge_is_asked_once(ada):
    client = signed_in(Client(), ada)
    first = json.loads(client.get(reverse("mfa_add_webauthn")).context["options"])["challenge"]
    second = json.loads(client.post(reverse("mfa_add_webauthn"), {"credential": "{}"}).context["options"])["challenge"]

    assert first != second


def test_a_passkey_must_ask_for_more_than_to_be_touched(ada):
    """P43: a passkey alone signs in, so it is itself two factors."""
    made = json.loads(signed_in(Client(), ada).get(reverse("mfa_add_webauthn")).context["options"])
    asked = json.loads(Client().get(reverse("account_passkey")).context["options"])

    assert made["authenticatorSelection"]["userVerification"] == asked["userVerification"] == "required"
    assert made["authenticatorSelection"]["residentKey"] == "required"


def test_who_has_only_an_app_is_asked_for_no_passkey(ada):
    client = Client()
    client.post(reverse("account_login"), {"name": "Ada", "password": "seven grey herons wade"})

    assert client.get(reverse("mfa_authenticate")).context["options"] == ""
    assert factors.has_app(ada)
