"""The staff's pages, all below /clinic/. An address holds a matter's random id, and nothing else that varies."""

from django.urls import URLPattern, URLResolver

urlpatterns: list[URLPattern | URLResolver] = []
