"""Keeping a plan as a sealed file or on paper, and coming back to it. Nothing of either stays on the server."""

from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import override
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_safe

from threatmodel.documents.packs import questionnaire
from threatmodel.documents.record import NewerFormat, NotARecord, OtherPack, Record, read_record
from threatmodel.documents.since import since_view
from threatmodel.engine.answers import NotPacked
from threatmodel.limits import refusal
from threatmodel.meter import SEALING
from threatmodel.sealing.passphrase import (
    SHORTEST,
    BadPassphrase,
    Damaged,
    NewerSeal,
    NotSealed,
    OneAtATime,
    WrongPassphrase,
    seal_with,
    suggest,
    unseal_with,
)
from threatmodel.walkthrough import faults
from threatmodel.walkthrough.access import private, today, with_walk
from threatmodel.walkthrough.codes import drawn
from threatmodel.walkthrough.languages import choose_language, kept_language, spoken
from threatmodel.walkthrough.walk import NoWalk, Walk, walk_of

LINE = 64  # characters of sealed text a line
FILE_NAME = "kept.txt"
TRY_AGAIN_AFTER = 3  # seconds


@sensitive_post_parameters("passphrase", "again")
@with_walk
def keep(request: HttpRequest, walk: Walk) -> HttpResponseBase:
    """Seal the plan with the person's own passphrase: a file to download, or a page to print."""
    if request.method != "POST":
        return _keep_page(request)
    passphrase = request.POST.get("passphrase", "")
    if passphrase.strip() != request.POST.get("again", "").strip():
        return _keep_page(request, _("The two passphrases are not the same. Type both again."))
    if refused := refusal(request, SEALING):
        return refused
    try:
        text = seal_with(passphrase, Record.keep(walk.answers, walk.marks, today()).pack())
    except BadPassphrase:
        return _keep_page(request, _("Use at least %(least)d letters or digits.") % {"least": SHORTEST})
    except OneAtATime:
        return _later(_keep_page(request, _at_once()))
    lines = [text[i : i + LINE] for i in range(0, len(text), LINE)]
    if request.POST.get("as") == "paper":
        code = drawn(text, _("Your sealed plan as a code"))
        return render(request, "walkthrough/kept.html", {"lines": lines, "code": code})
    response = HttpResponse("\n".join(lines) + "\n", content_type="text/plain; charset=us-ascii")
    response["Content-Disposition"] = f'attachment; filename="{FILE_NAME}"'
    return response


def _keep_page(request: HttpRequest, problem: str = "") -> HttpResponse:
    context = {"problem": problem, "suggested": suggest(), "least": SHORTEST}
    return render(request, "walkthrough/keep.html", context, status=422 if problem else 200)


@sensitive_post_parameters("passphrase", "text")
@private
def open_kept(request: HttpRequest) -> HttpResponseBase:
    """Open a sealed file or code, and go on with it. What is on the device stays as it is until that has worked."""
    if request.method != "POST":
        return _open_page(request)
    text = request.POST.get("text", "")
    if file := request.FILES.get("file"):
        text = file.read().decode("ascii", "replace")
    if not text.strip():
        return _open_page(request, _("Choose your file, or paste the text from your paper."))
    if refused := refusal(request, SEALING):
        return refused
    try:
        record = read_record(questionnaire(), unseal_with(request.POST.get("passphrase", ""), text))
    except (NotSealed, Damaged, NewerSeal, WrongPassphrase, NotARecord) as fault:
        return _open_page(request, _problem(fault), text)
    except OneAtATime:
        return _later(_open_page(request, _at_once(), text))
    lang = kept_language(request, record.lang)
    with override(lang):
        lost = record.lost and render(request, "walkthrough/opened.html", {"record": record})
    response = lost or redirect("changes")
    if lang != spoken(request).lang:
        choose_language(response, lang)
    Walk.resume(record.answers, record.marks, record.then).seal_into(response)
    return response


def _at_once() -> str:
    return _("Somebody else is doing the same just now. Nothing is lost: type the passphrase again in a few seconds.")


def _later(response: HttpResponse) -> HttpResponse:
    response.status_code = 503
    response["Retry-After"] = str(TRY_AGAIN_AFTER)
    return response


def _problem(fault: ValueError) -> str:
    match fault:
        case WrongPassphrase():
            return _(
                "This passphrase does not open it. Check capital letters and spaces, and try again. "
                "We cannot open it without the passphrase, and nobody can reset it."
            )
        case Damaged():
            return _("A part of it is missing or was changed. If you pasted it, copy it again, all of it.")
        case NewerSeal() | NewerFormat():
            return _("It was made by a newer version of this site. Open it where you made it.")
        case OtherPack():
            return _("It was made with other questions than the ones here. Open it on the site where you made it.")
        case _:
            return _(
                "This is not a plan that was kept on this site. Look for the file you saved or the code you printed."
            )


def _open_page(request: HttpRequest, problem: str = "", text: str = "") -> HttpResponse:
    try:
        has_walk = bool(walk_of(request).answers.bits)
    except NoWalk:
        has_walk = False
    context = {"problem": problem, "text": text, "has_walk": has_walk}
    return render(request, "walkthrough/open.html", context, status=422 if problem else 200)


@require_safe
@with_walk
def changes(request: HttpRequest, walk: Walk) -> HttpResponseBase:
    """What is different since the plan was kept, and why."""
    try:
        then = walk.snapshot
    except NotPacked:
        then = None
    if then is None:
        return faults.nothing_opened(request)
    return render(request, "plan/changes.html", {"since": since_view(then, walk.answers, today())})
