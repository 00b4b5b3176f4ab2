"""The plan on paper, made in memory by the renderer and handed over under a name that says nothing."""

from dataclasses import dataclass
from typing import Self

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseBase, QueryDict
from django.shortcuts import render
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from threatmodel.documents import renderer
from threatmodel.documents.fonts import can_print
from threatmodel.documents.packs import questionnaire_in
from threatmodel.documents.paper import Audience, Size, printable
from threatmodel.engine.answers import Answers
from threatmodel.limits import refusal
from threatmodel.meter import PAPERS
from threatmodel.walkthrough import faults
from threatmodel.walkthrough.access import today, with_walk
from threatmodel.walkthrough.faults import fault_page
from threatmodel.walkthrough.walk import Walk

AUDIENCES: tuple[Audience, ...] = ("client", "counsel")
SIZES: tuple[Size, ...] = ("letter", "a4")
SHORTEST_PASSWORD = 10
LONGEST_PASSWORD = 127  # bytes: a PDF takes no more into account
TRY_AGAIN_AFTER = 3


class NotAnOption(ValueError):
    """A form said what the form does not offer."""


class PasswordUnfit(ValueError):
    """A password too short to help, or too long for a PDF."""


@dataclass(frozen=True, slots=True)
class Options:
    """What a paper is to be. The password is never shown again, logged or kept."""

    audience: Audience = "client"
    size: Size = "letter"
    large: bool = False
    beside: str = ""
    password: str = ""

    @classmethod
    def of(cls, form: QueryDict) -> Self:
        """Read a form. What it leaves out stays as it is by default. Raises ``NotAnOption`` or ``PasswordUnfit``."""
        audience = next((a for a in AUDIENCES if a == form.get("for", "client")), None)
        size = next((s for s in SIZES if s == form.get("size", "letter")), None)
        large = form.get("large", "no")
        beside = form.get("beside", "")
        spoken = ("", *dict(settings.LANGUAGES))
        if audience is None or size is None or large not in ("yes", "no") or beside not in spoken:
            raise NotAnOption
        password = form.get("password", "")
        if password and not (len(password) >= SHORTEST_PASSWORD and len(password.encode()) <= LONGEST_PASSWORD):
            raise PasswordUnfit
        return cls(audience, size, large == "yes", "" if beside == get_language() else beside, password)


@sensitive_post_parameters("password")
@require_http_methods(["GET", "HEAD", "POST"])
@with_walk
def plan_pdf(request: HttpRequest, walk: Walk) -> HttpResponseBase:
    """GET is the take-home on Letter paper; POST is whatever the form asks for."""
    try:
        options = Options.of(request.POST)
    except NotAnOption:
        return _not_an_option(request)
    except PasswordUnfit:
        return _password_unfit(request)
    if refused := refusal(request, PAPERS):
        return refused
    languages = (walk.answers.questionnaire.lang, options.beside or "en")
    if not all(can_print(lang) for lang in languages):
        return faults.no_letters(request)
    beside = Answers(questionnaire_in(options.beside), walk.answers.bits) if options.beside else None
    html, css = printable(
        walk.answers, today(), options.audience, options.size, large=options.large, staff=False, beside=beside
    )
    try:
        pdf = renderer.render(html, css, options.password)
    except (renderer.Busy, renderer.NotRendered):
        return _try_again(request, options)
    response = HttpResponse(pdf, content_type="application/pdf")
    response["Content-Disposition"] = 'attachment; filename="plan.pdf"'
    return response


def _not_an_option(request: HttpRequest) -> HttpResponse:
    return fault_page(
        request,
        400,
        _("We could not read what you chose for your paper"),
        _("What arrived is not one of the choices on the page. The page may be old, or was changed on the way."),
        _("Your answers are still here. Go back to your plan, and choose again."),
    )


def _password_unfit(request: HttpRequest) -> HttpResponse:
    return fault_page(
        request,
        400,
        _("That password does not fit"),
        _("It needs at least %(least)s characters, and may have at most %(most)s. A few words in a row work well.")
        % {"least": SHORTEST_PASSWORD, "most": LONGEST_PASSWORD},
        _("No paper was made. Your answers are still here: go back to your plan, and type another one."),
    )


def _try_again(request: HttpRequest, options: Options) -> HttpResponse:
    """Say that the paper cannot be made now, with a button that asks for it again. The password is not sent back."""
    response = render(request, "plan/paper_busy.html", {"options": options}, status=503)
    response["Retry-After"] = str(TRY_AGAIN_AFTER)
    return response
