"""Every address of the walk's side, read from its own list, so that a new one is tested without anybody adding it here.

Those of the clinic have a table of their own (tests/clinic/access.py).
"""

from django.urls import URLPattern, reverse

from threatmodel.documents.packs import questionnaire, sample_plans
from threatmodel.urls import urlpatterns


def addresses() -> list[str]:
    """One address a pattern, with something that exists in the place of what varies."""
    return [_address(pattern) for pattern in urlpatterns if str(pattern.pattern) != "clinic/"]


def _address(pattern: URLPattern) -> str:
    assert isinstance(pattern, URLPattern), "included patterns are not walked over yet"
    assert pattern.name, f"{pattern.pattern} has no name"
    return reverse(pattern.name, kwargs={name: _value(name) for name in pattern.pattern.converters})


def _value(name: str) -> str | int:
    """Raises ``KeyError`` for a parameter that nothing is known of: then say here what it may be."""
    known = {"number": 1, "place": 1, "part": "sources"}
    return {**known, "sample": next(iter(sample_plans())), "letter": questionnaire().letters[0].id}[name]
