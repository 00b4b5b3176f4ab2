"""What allauth asks us: how one signs in and what follows. No mail, no address, no sign-up, no secret of its own."""

from typing import Any, NoReturn

from allauth.account.adapter import DefaultAccountAdapter
from allauth.mfa.adapter import DefaultMFAAdapter
from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse

from threatmodel.clinic.accounts.factors import has_factor
from threatmodel.clinic.accounts.known import remember
from threatmodel.clinic.accounts.signed_in import begin
from threatmodel.clinic.models import Staff

SITE = "Plan"  # what an authenticator app and a passkey are filed under: as little as the pages' titles say


class Accounts(DefaultAccountAdapter):  # type: ignore[misc]
    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return False

    def get_login_stages(self) -> list[str]:
        return ["allauth.mfa.stages.AuthenticateStage"]

    def post_login(self, request: HttpRequest, user: Staff, **kwargs: Any) -> HttpResponse:
        begin(request, user)
        response = redirect(settings.LOGIN_REDIRECT_URL)
        remember(response, user)
        return response

    def respond_user_inactive(self, request: HttpRequest, user: Staff) -> HttpResponse:
        return redirect("account_login")

    def get_reauthentication_methods(self, user: Staff) -> list[dict[str, str]]:
        return [{"id": "reauthenticate", "url": reverse("account_reauthenticate")}]

    def get_client_ip(self, request: HttpRequest) -> str:
        return "nowhere"

    def get_http_user_agent(self, request: HttpRequest) -> str:
        return ""

    def send_mail(self, *args: Any, **kwargs: Any) -> None:
        """Nobody has an address."""

    def send_notification_mail(self, *args: Any, **kwargs: Any) -> None:
        """Nobody has an address."""


class Factors(DefaultMFAAdapter):  # type: ignore[misc]
    def encrypt(self, text: str) -> NoReturn:
        """Nothing of allauth's own stores a secret: it would not be bound to whom it belongs to."""
        raise NotImplementedError

    def decrypt(self, encrypted_text: str) -> NoReturn:
        raise NotImplementedError

    def is_mfa_enabled(self, user: Staff, types: list[str] | None = None) -> bool:
        return has_factor(user)

    def get_totp_issuer(self) -> str:
        return SITE

    def _get_site_name(self) -> str:
        return SITE

    def send_notification_mail(self, *args: Any, **kwargs: Any) -> None:
        """Nobody has an address."""
