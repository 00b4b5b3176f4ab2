"""The access table: every address of the clinic, who gets what from it, and how it is asked for.

A row says what each role gets (as a number of HTTP) for a matter that is theirs, and for one that is not; an address
without a row fails a test, so that no new page goes untested.
"""

from collections.abc import Iterator
from typing import NamedTuple

from django.urls import URLPattern, URLResolver

from threatmodel.clinic.urls import urlpatterns

EVERYBODY = ("volunteer", "lawyer", "supervisor")
REVIEWERS = ("lawyer",)
DESTROYERS = ("lawyer", "supervisor")
HEADS = ("supervisor",)


class Row(NamedTuple):
    """Who may, how it is asked, and whether it is about one matter.

    ``known`` pages are for those who may know that a matter is there, which supervisors may of every one.
    """

    who: tuple[str, ...]
    methods: tuple[str, ...] = ("GET",)
    matter: bool = False
    known: bool = False
    open: bool = False


LOOK, FORM, BOTH = ("GET",), ("POST",), ("GET", "POST")
OF_A_MATTER = {
    "clinic-matter": LOOK,
    "clinic-note": FORM,
    "clinic-rename": FORM,
    "clinic-language": FORM,
    "clinic-follow-up": FORM,
    "clinic-section": BOTH,
    "clinic-question": BOTH,
    "clinic-hand-over": FORM,
    "clinic-client": BOTH,
    "clinic-client-plan": LOOK,
    "clinic-client-item": LOOK,
    "clinic-client-part": LOOK,
    "clinic-client-mark": FORM,
    "clinic-deepen": FORM,
    "clinic-plan": LOOK,
    "clinic-mark": FORM,
    "clinic-confirm": FORM,
    "clinic-item": LOOK,
    "clinic-part": LOOK,
    "clinic-again": FORM,
    "clinic-changes": LOOK,
    "clinic-paper": BOTH,
    "clinic-calendar": LOOK,
    "clinic-export": LOOK,
    "clinic-ask": FORM,
}
OF_A_REVIEW = {
    "clinic-review-one": LOOK,
    "clinic-texts": FORM,
    "clinic-advise": FORM,
    "clinic-sign-off": FORM,
}
TABLE: dict[str, Row] = {
    **{name: Row(EVERYBODY, methods, matter=True) for name, methods in OF_A_MATTER.items()},
    **{name: Row(REVIEWERS, methods, matter=True) for name, methods in OF_A_REVIEW.items()},
    "clinic-assign": Row(DESTROYERS, BOTH, matter=True, known=True),
    "clinic-destroy": Row(DESTROYERS, BOTH, matter=True, known=True),
    "clinic-hold": Row(HEADS, FORM, matter=True, known=True),
    "clinic-home": Row(EVERYBODY, BOTH),
    "clinic-due": Row(EVERYBODY),
    "clinic-new": Row(EVERYBODY, BOTH),
    "clinic-take-over": Row(EVERYBODY, BOTH),
    "clinic-review": Row(REVIEWERS),
    "clinic-keeping": Row(HEADS, BOTH),
    "clinic-believe": Row(HEADS, FORM),
    "clinic-settings": Row(HEADS, BOTH),
    "clinic-keys": Row(HEADS),
    "clinic-rotate": Row(HEADS, FORM),
    "clinic-audit": Row(HEADS, BOTH),
    "clinic-counts": Row(HEADS),
    "clinic-stay": Row(EVERYBODY, FORM, open=True),
    "clinic-leave": Row(EVERYBODY, LOOK, open=True),
    # a page with a form about the person who asks: it takes no matter's content, and opens to whoever holds the device
    "clinic-hand-back": Row(EVERYBODY, BOTH, open=True),
}


def patterns(found: list[URLPattern | URLResolver] = urlpatterns) -> Iterator[URLPattern]:
    """Every pattern of the clinic, included ones too."""
    for one in found:
        if isinstance(one, URLResolver):
            yield from patterns(one.url_patterns)
        else:
            yield one
