"""The desk: the matters somebody works on, finding one, making one, and what is due."""

from datetime import timedelta
from secrets import choice, randbelow
from uuid import UUID, uuid4

from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import redirect
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from threatmodel.clinic import matters
from threatmodel.clinic.access import readable
from threatmodel.clinic.clock import today
from threatmodel.clinic.contents import LONGEST_ALIAS
from threatmodel.clinic.house import house
from threatmodel.clinic.models import Matter, Staff
from threatmodel.clinic.pages import staff_page
from threatmodel.clinic.shown import show
from threatmodel.clinic.working import DEPTHS, LANGUAGES, fresh, listed_state
from threatmodel.documents.packs import pack_names
from threatmodel.engine.flow import Depth

MOST_LISTED = 50
WEEK = timedelta(days=7)
COLOURS = ("amber", "blue", "coral", "green", "grey", "ivory", "olive", "plum", "silver", "violet")
THINGS = ("anchor", "bridge", "candle", "feather", "garden", "harbor", "lantern", "meadow", "pebble", "willow")


@require_http_methods(["GET", "HEAD", "POST"])
@staff_page()
def home(request: HttpRequest, staff: Staff) -> HttpResponseBase:
    """The matters this person works on, last used first; POST looks one up by its alias, which is in no address."""
    sought = request.POST.get("alias", "").strip()
    mine = readable(staff).filter(assigned=staff) if not sought else matters.find(staff, sought)
    context = {"sought": sought, "due": _due(staff).count(), **listing(staff, mine.order_by("-used_on", "id"))}
    return show(request, "clinic/home.html", context)


def listing(staff: Staff, wanted: QuerySet[Matter]) -> dict[str, object]:
    """What every list of matters shows: those that come first, how many there are, and how many cannot be opened."""
    total, found = wanted.count(), matters.listed(staff, wanted, MOST_LISTED)
    unopened = max(0, min(total, MOST_LISTED) - len(found))
    rows = [{"row": one.row, "contents": one.contents, "state": listed_state(one)} for one in found]
    return {"rows": rows, "total": total, "most": MOST_LISTED, "unopened": unopened}


@require_http_methods(["GET", "HEAD", "POST"])
@staff_page()
def new(request: HttpRequest, staff: Staff) -> HttpResponseBase:
    """Make a matter. The alias is theirs to choose, and the page says what must not be in it."""
    if request.method != "POST":
        return _new_page(request, staff)
    alias = request.POST.get("alias", "").strip()
    depth = next((depth for depth in DEPTHS if depth == request.POST.get("depth")), None)
    lang = request.POST.get("lang", "")
    if problem := alias_problem(alias):
        return _new_page(request, staff, problem)
    if depth is None or lang not in LANGUAGES:
        return _new_page(request, staff, _("Choose one of the answers on the page for each question."))
    return _made(staff, lang, alias, depth, _id_of(request))


def _made(staff: Staff, lang: str, alias: str, depth: Depth, id_: UUID | None) -> HttpResponseBase:
    made = matters.create(staff, fresh(lang, pack_of_the_house(), alias, depth), id_=id_)
    return redirect("clinic-section", made.row.id, 1)


def _id_of(request: HttpRequest) -> UUID | None:
    """The random id that a form carries, so that sent twice it makes one matter. None where there is no such id."""
    try:
        found = UUID(request.POST.get("id", ""))
    except ValueError:
        return None
    return found if found.version == 4 else None


def pack_of_the_house() -> str:
    """The pack that the clinic chose, if it is still here, or the site's own."""
    names = list(pack_names())
    chosen = house().pack
    return chosen if chosen in names else names[0]


def _new_page(request: HttpRequest, staff: Staff, problem: str = "") -> HttpResponseBase:
    sent = request.POST
    context = {
        "problem": problem,
        "alias": sent.get("alias", "") or suggestion(),
        "longest": LONGEST_ALIAS,
        "lang": sent.get("lang", "") or house().lang or get_language(),
        "depth": sent.get("depth", "full"),
        "id": _id_of(request) or uuid4(),
    }
    return show(request, "clinic/new.html", context, 422 if problem else 200)


def suggestion() -> str:
    """An alias that says nothing: two words and a number."""
    return f"{choice(COLOURS)} {choice(THINGS)} {randbelow(90) + 10}"


def alias_problem(alias: str) -> str:
    """What is wrong with an alias, in a sentence; nothing when it will do."""
    if not alias:
        return _("Give the matter an alias, so that you can find it again.")
    if len(alias) > LONGEST_ALIAS:
        return _("Use at most %(most)d letters and digits.") % {"most": LONGEST_ALIAS}
    if sum(letter.isdigit() for letter in alias) >= 7:
        return _("That looks like a number that belongs to a person. Use words that say nothing about the client.")
    return ""


@require_safe
@staff_page()
def due(request: HttpRequest, staff: Staff) -> HttpResponseBase:
    """Whose day to look again has come or comes within a week."""
    context = {"today": today(), **listing(staff, _due(staff).order_by("follow_up", "id"))}
    return show(request, "clinic/due.html", context)


def _due(staff: Staff) -> QuerySet[Matter]:
    return readable(staff).filter(follow_up__lte=today() + WEEK)
