"""The language a page is in, whether it is the one that was asked for, and how it is kept with a plan."""

from typing import NamedTuple

from django.conf import settings
from django.http import HttpRequest, HttpResponseBase
from django.utils.translation import get_language, get_supported_language_variant
from django.utils.translation.trans_real import parse_accept_lang_header


class Spoken(NamedTuple):
    """``instead``: the person asked for a language that this site does not speak, or not any more."""

    lang: str
    instead: bool = False


def spoken(request: HttpRequest) -> Spoken:
    """What the language cookie chose, or else what the browser asks for, or else the site's own."""
    lang = get_language() or settings.LANGUAGE_CODE
    if not lang.startswith(settings.LANGUAGE_CODE):
        return Spoken(lang)  # the cookie's, or one that the browser asks for too
    if (chosen := request.COOKIES.get(settings.LANGUAGE_COOKIE_NAME)) is not None:
        return Spoken(lang, not _known(chosen))
    asked = request.headers.get("Accept-Language", "")
    wanted = [code for code, _ in parse_accept_lang_header(asked.lower())]
    return Spoken(lang, bool(asked) and "*" not in wanted and not any(_known(code) for code in wanted))


def kept_language(request: HttpRequest, kept: str) -> str:
    """The language to go on in with what was kept in one: that, unless the person has chosen another since."""
    chosen = settings.LANGUAGE_COOKIE_NAME in request.COOKIES
    return get_supported_language_variant(kept) if not chosen and _known(kept) else spoken(request).lang


def choose_language(response: HttpResponseBase, lang: str) -> None:
    """Have the browser ask for this language until it is closed."""
    response.set_cookie(
        settings.LANGUAGE_COOKIE_NAME,
        lang,
        secure=settings.LANGUAGE_COOKIE_SECURE,
        httponly=settings.LANGUAGE_COOKIE_HTTPONLY,
        samesite="Strict",
    )


def _known(code: str) -> bool:
    try:
        return bool(get_supported_language_variant(code))
    except LookupError:
        return False
