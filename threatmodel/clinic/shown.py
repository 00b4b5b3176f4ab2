"""A staff page. Who asks, and what their role may reach, every template gets by itself (accounts/context.py)."""

from collections.abc import Mapping

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render


def show(request: HttpRequest, template: str, context: Mapping[str, object], status: int = 200) -> HttpResponse:
    """Render a page for staff. It says nothing of a walk that the same browser may hold."""
    return render(request, template, {**context, "yours": None}, status=status)
