"""The server's bare Django view, behind the same middleware as ours: what a step is measured against."""

import os

os.environ["DJANGO_SETTINGS_MODULE"] = "threatmodel.settings"

import django

django.setup()

from django.conf import settings  # noqa: E402
from django.http import HttpRequest, HttpResponse  # noqa: E402
from django.urls import path  # noqa: E402

from threatmodel.urls import urlpatterns as ours  # noqa: E402


def hello(request: HttpRequest) -> HttpResponse:
    return HttpResponse("hello")


urlpatterns = [path("hello", hello), *ours]
settings.ROOT_URLCONF = "bench.bare"

from threatmodel.wsgi import application  # noqa: E402

__all__ = ["application"]
