"""One client's file, sealed, and the little about it that is not."""

import uuid

from django.db import models

from threatmodel.clinic.models.staff import Staff


class Matter(models.Model):
    """``sealed`` holds everything about the client. What stands beside it is what the clinic must find it by.

    Days are never more exact than a day. ``once`` is a hash of the last form that was saved, so that one sent twice is
    saved once.
    """

    class Review(models.TextChoices):
        NONE = "none"
        ASKED = "asked"
        REVIEWED = "reviewed"

    class Hold(models.TextChoices):
        """Why a matter is kept past its time. Fixed reasons, so that none tells of the client."""

        NONE = "none"
        CASE = "case"
        CLIENT = "client"
        LAWYER = "lawyer"
        OTHER = "other"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    alias_index = models.BinaryField(max_length=16, db_index=True)
    wrapped_key = models.BinaryField()
    generation = models.BigIntegerField(db_index=True)
    sealed = models.BinaryField()
    schema = models.PositiveSmallIntegerField()
    revision = models.PositiveIntegerField(default=1)
    once = models.BinaryField(max_length=32, default=bytes)
    used_on = models.DateField()
    keep_until = models.DateField(db_index=True)
    follow_up = models.DateField(null=True, db_index=True)
    review = models.CharField(max_length=8, choices=Review.choices, default=Review.NONE, db_index=True)
    hold = models.CharField(max_length=8, choices=Hold.choices, default=Hold.NONE)
    assigned = models.ManyToManyField(Staff, related_name="matters")

    def __str__(self) -> str:
        return self.short

    @property
    def short(self) -> str:
        """What a matter is called where its alias must not stand."""
        return self.id.hex[:8]


class UsedCode(models.Model):
    """A hand-off code that was opened here, as a keyed hash, until the day on which the code itself ends."""

    mark = models.BinaryField(max_length=16, primary_key=True)
    until = models.DateField(db_index=True)

    def __str__(self) -> str:
        return str(self.until)
