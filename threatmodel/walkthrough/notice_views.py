"""The page for somebody who got a notice. It reads no answer and no cookie, sets none, and asks for nothing."""

from datetime import date

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.template.loader import render_to_string
from django.views.decorators.http import require_safe

from threatmodel.documents.help_view import NoticeView, notice_view
from threatmodel.documents.packs import questionnaire
from threatmodel.walkthrough.access import private, today
from threatmodel.walkthrough.sheets import sheet


@require_safe
@private
def notice(request: HttpRequest) -> HttpResponse:
    return render(request, "walkthrough/notice.html", {"notice": _notice(today())})


@require_safe
@private
def notice_pdf(request: HttpRequest) -> HttpResponse:
    """The page as a PDF, with a name that says nothing."""
    return sheet(request, render_to_string("pdf/notice.html", {"notice": _notice(today())}), "steps.pdf")


def _notice(day: date) -> NoticeView:
    found = notice_view(questionnaire(), day)
    if found is None:
        raise Http404
    return found
