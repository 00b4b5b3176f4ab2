"""The clinic itself, of which a database holds one, and the counts that outlive its matters."""

from django.db import models


class Clinic(models.Model):
    """``settings`` are what the supervisor set (threatmodel/clinic/house.py).

    ``epoch`` is the generation of keys that this database was wrapped with last, ``seen_on`` the latest day on which
    the server knew it was running, and ``audit_*`` the end of the audit's chain. ``rotation_due``: a matter was deleted
    whose key the present generation could still unwrap.
    """

    id = models.UUIDField(primary_key=True)
    settings = models.JSONField(default=dict)
    epoch = models.BigIntegerField(default=0)
    rotation_due = models.BooleanField(default=False)
    seen_on = models.DateField()
    clock = models.JSONField(default=dict)
    audit_count = models.BigIntegerField(default=0)
    audit_head = models.BinaryField(default=bytes)

    def __str__(self) -> str:
        return str(self.id)


class Count(models.Model):
    """How often things happened in a month: sealed numbers, and nothing of whose matter it was.

    ``month`` is its first day.
    """

    month = models.DateField(unique=True)
    revision = models.PositiveIntegerField(default=0)
    sealed = models.BinaryField(default=bytes)

    def __str__(self) -> str:
        return f"{self.month:%Y-%m}"
