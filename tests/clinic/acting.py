"""Doing things on the staff's pages in tests: addresses, forms, and a person of each role with a browser."""

import re

from django.test import Client
from django.urls import reverse

from tests.clinic.accounts.sign_in import member, signed_in
from threatmodel.clinic.models import Staff


def at(name: str, *args: object) -> str:
    """The address of a page of the clinic."""
    return reverse(f"clinic-{name}", args=args)


def form(page: str) -> dict[str, str]:
    """What a form on a matter's page carries along."""
    found = {name: re.search(rf'name="{name}" value="([^"]*)"', page) for name in ("revision", "once", "shown")}
    return {name: match[1] for name, match in found.items() if match}


def post(client: Client, page: str, to: str, **fields: object):
    """Send a form as a page shows it."""
    return client.post(to, {**form(client.get(page).content.decode()), **fields})


def person(name: str, role: str) -> tuple[Staff, Client]:
    """Somebody of a role, and their browser, signed in."""
    staff = member(name, role)
    return staff, signed_in(Client(), staff)
