"""The app with a view that fails while it holds everything a person sent. Only tests serve it."""

from threatmodel.walkthrough import plan_views
from threatmodel.wsgi import application

__all__ = ["application"]


def broken(walk):
    """Fail with a person's answers in the fault's words and in its variables."""
    chosen = walk.answers.as_mapping()
    raise ValueError(f"could not plan for {chosen}")


plan_views.plan_of = broken
