"""The plan on paper, made in memory by the renderer and handed over under a name that says nothing."""

from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from threatmodel.documents import renderer
from threatmodel.documents.fonts import can_print
from threatmodel.documents.packs import questionnaire_in
from threatmodel.documents.paper import printable
from threatmodel.documents.paper_options import (
    LONGEST_PASSWORD,
    SHORTEST_PASSWORD,
    NotAnOption,
    Options,
    PasswordUnfit,
)
from threatmodel.engine.answers import Answers
from threatmodel.limits import refusal
from threatmodel.meter import PAPERS
from threatmodel.walkthrough import faults
from threatmodel.walkthrough.access import today, with_walk
from threatmodel.walkthrough.faults import fault_page
from threatmodel.walkthrough.walk import Walk

TRY_AGAIN_AFTER = 3


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
