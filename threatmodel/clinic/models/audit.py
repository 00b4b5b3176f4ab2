"""What staff did: one line an act, chained by keyed hashes, and never changed."""

from django.db import models


class AuditEntry(models.Model):
    """``act`` and ``detail`` are words from fixed lists; ``link`` is a keyed hash over this entry and the one before.

    ``actor``, ``about`` (the colleague it was done to) and ``matter`` are ids only, so that an entry outlives all of
    them and names none.
    """

    number = models.BigIntegerField(primary_key=True)
    at = models.DateTimeField()
    actor = models.UUIDField(null=True, db_index=True)
    act = models.CharField(max_length=24)
    detail = models.CharField(max_length=24, default="")
    about = models.UUIDField(null=True)
    matter = models.UUIDField(null=True, db_index=True)
    revision = models.PositiveIntegerField(default=0)
    link = models.BinaryField(max_length=32)

    class Meta:
        verbose_name_plural = "audit entries"

    def __str__(self) -> str:
        return f"{self.number} {self.act}"
