"""What the frame of every staff page needs: who is signed in, and what their role lets them reach."""

from django.db import DatabaseError
from django.http import HttpRequest

from threatmodel.clinic.access import MAY
from threatmodel.clinic.accounts.signed_in import lasts, with_second_factor
from threatmodel.clinic.models import Staff


def staff(request: HttpRequest) -> dict[str, object]:
    """Nothing on the walk's side, where no request has a user."""
    user = getattr(request, "user", None)
    try:
        if not isinstance(user, Staff) or not with_second_factor(request, user):
            return {}
    except DatabaseError:  # the page that says so has this frame, too
        return {}
    return {"staff": user, "may": {act: True for act in MAY[user.role]}, "lasts": lasts(request)}
