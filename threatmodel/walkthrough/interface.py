"""The words of the pages themselves in another language: the catalogues under locale/, and what belongs in them."""

from io import BytesIO
from pathlib import Path

from babel.messages.catalog import Catalog, Message
from babel.messages.extract import DEFAULT_KEYWORDS, extract
from django.conf import settings
from django.utils.translation.template import templatize

from threatmodel.content.catalogue import read_catalogue, write_catalogue

KEYWORDS = {**DEFAULT_KEYWORDS, "gettext_lazy": None}
# What only a clinic's staff read is said in English and Spanish; what a client reads there, in every language.
STAFF = ("templates/clinic/", "templates/account/", "templates/mfa/", "threatmodel/clinic/")
PARTS = "templates/clinic/parts/"
CLIENTS = ("templates/clinic/client_", PARTS + "client_", PARTS + "give_back", PARTS + "lasts")


def interface_catalogue(lang: str) -> Path:
    """Where the words of the pages stand in a language, as in locale/pt_BR/LC_MESSAGES/django.po."""
    language, _, region = lang.partition("-")
    region = region.upper() if len(region) == 2 else region.title()
    return settings.BASE_DIR / "locale" / "_".join(filter(None, (language, region))) / "LC_MESSAGES" / "django.po"


def interface() -> Catalog:
    """Every text of the templates and of the program that pages show."""
    found = Catalog(fuzzy=False)
    sources = {path: _as_program(path) for path in sorted((settings.BASE_DIR / "templates").rglob("*.html"))}
    sources |= {path: path.read_bytes() for path in sorted((settings.BASE_DIR / "threatmodel").rglob("*.py"))}
    for path, source in sources.items():
        for _, message, _, context in extract("python", BytesIO(source), keywords=KEYWORDS):
            found.add(message, locations=[(str(path.relative_to(settings.BASE_DIR)), 0)], context=context)
    return found


def for_staff(message: Message) -> bool:
    """Whether only a clinic's staff read a text."""
    places = [place for place, _ in message.locations]
    return all(place.startswith(STAFF) and not place.startswith(CLIENTS) for place in places)


def update_interface(lang: str) -> tuple[Path, int, int]:
    """Bring the catalogue of a language up to date. Returns it, the number of translated texts, and of all."""
    path = interface_catalogue(lang)
    return path, *write_catalogue(path, interface(), lang)


def read_interface(lang: str) -> Catalog:
    """The catalogue of a language as it stands; an empty one where nobody has begun."""
    path = interface_catalogue(lang)
    return read_catalogue(path) if path.exists() else Catalog(locale=lang.replace("-", "_"))


def _as_program(path: Path) -> bytes:
    """A template as a program with the same texts. Lines are not indented: their depth would mean something."""
    lines = templatize(path.read_text(encoding="utf-8"), origin=str(path)).splitlines()
    return "\n".join(line.lstrip() for line in lines).encode()
