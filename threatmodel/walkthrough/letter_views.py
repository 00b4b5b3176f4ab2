"""Ready letters, to read and to print. Their blanks are for the hand: no page here takes a name, or anything else."""

from datetime import date
from functools import lru_cache

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.template.loader import render_to_string
from django.views.decorators.http import require_safe

from threatmodel.documents.help_view import LetterView, letter_view
from threatmodel.documents.pdf import html_to_pdf
from threatmodel.walkthrough.access import private, today
from threatmodel.walkthrough.packs import questionnaire


@require_safe
@private
def letter_list(request: HttpRequest) -> HttpResponse:
    return render(request, "walkthrough/letters.html", {"letters": questionnaire().letters})


@require_safe
@private
def letter(request: HttpRequest, letter: str) -> HttpResponse:
    return render(request, "walkthrough/letter.html", {"letter": _letter(letter, today())})


@require_safe
@private
def letter_pdf(request: HttpRequest, letter: str) -> HttpResponse:
    """One letter as a PDF: a page for the person, then the letter on a page of its own."""
    response = HttpResponse(_pdf(letter, today()), content_type="application/pdf")
    response["Content-Disposition"] = 'attachment; filename="letter.pdf"'
    return response


@lru_cache(maxsize=32)
def _pdf(letter: str, day: date) -> bytes:
    """The same for everyone on one day, so made once a day."""
    found = _letter(letter, day)
    return html_to_pdf(render_to_string("pdf/letter.html", {"letter": found, "lang": questionnaire().lang}))


def _letter(letter: str, day: date) -> LetterView:
    """Raises ``Http404`` for a letter that there is not."""
    pack = questionnaire()
    for known in pack.letters:
        if known.id == letter:
            return letter_view(known, pack, day)
    raise Http404
