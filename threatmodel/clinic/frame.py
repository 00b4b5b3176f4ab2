"""What the frame of the staff's pages needs beside what every page gets."""

from django.conf import settings
from django.http import HttpRequest
from django.urls import reverse
from django.utils.safestring import mark_safe

from threatmodel.clinic.leave_views import leads_to
from threatmodel.clinic.models import Staff

STYLE = mark_safe(settings.CLINIC_STYLE)  # noqa: S308  our own file, let in by its hash


def frame(request: HttpRequest) -> dict[str, object]:
    """Nothing on the walk's side. Where leaving leads is the clinic's to choose, for those who are signed in."""
    if not request.path_info.startswith("/clinic/"):
        return {}
    of_the_clinic: dict[str, object] = {"clinic_style": STYLE, "leave_at": reverse("clinic-leave")}
    if isinstance(getattr(request, "user", None), Staff):
        of_the_clinic["leave_to"] = leads_to()
    return of_the_clinic
