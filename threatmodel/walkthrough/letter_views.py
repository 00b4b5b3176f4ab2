"""Ready letters, to read and to print. Their blanks are for the hand: no page here takes a name, or anything else."""

from datetime import date

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.template.loader import render_to_string
from django.views.decorators.http import require_safe

from threatmodel.documents.help_view import LetterView, letter_view
from threatmodel.documents.packs import questionnaire
from threatmodel.walkthrough.access import private, today
from threatmodel.walkthrough.sheets import sheet


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
    context = {"letter": _letter(letter, today())}
    return sheet(request, render_to_string("pdf/letter.html", context), "letter.pdf")


def _letter(letter: str, day: date) -> LetterView:
    """Raises ``Http404`` for a letter that there is not."""
    pack = questionnaire()
    for known in pack.letters:
        if known.id == letter:
            return letter_view(known, pack, day)
    raise Http404
