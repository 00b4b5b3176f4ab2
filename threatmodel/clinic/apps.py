"""The staff side as a Django app. It is installed only where the operator names a directory for it."""

from django.apps import AppConfig


class Clinic(AppConfig):
    name = "threatmodel.clinic"
    label = "clinic"
    default_auto_field = "django.db.models.BigAutoField"
