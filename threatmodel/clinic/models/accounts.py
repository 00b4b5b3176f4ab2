"""What accounts need beside a name and a password. Nothing here opens anything for somebody who reads the database.

Codes and sessions are stored as hashes only. Times are kept no longer than they are needed.
"""

import uuid

from django.db import models

from threatmodel.clinic.models.staff import Role, Staff


class Session(models.Model):
    """One browser that is signed in, or about to be. ``data`` is sealed with the key that only its cookie holds."""

    mark = models.BinaryField(max_length=32, primary_key=True)
    staff = models.UUIDField(null=True, db_index=True)
    began_on = models.DateField(db_index=True)
    data = models.TextField()

    def __str__(self) -> str:
        return f"{self.began_on}"


class Invitation(models.Model):
    """A code that was given to somebody, as a keyed hash. With ``staff`` it sets that person's password anew."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    mark = models.BinaryField(max_length=32, unique=True)
    name = models.CharField(max_length=60)
    role = models.CharField(max_length=12, choices=Role.choices)
    staff = models.ForeignKey(Staff, null=True, on_delete=models.CASCADE)
    ends_at = models.DateTimeField(db_index=True)
    used = models.BooleanField(default=False)

    def __str__(self) -> str:
        return self.name


class RecoveryCode(models.Model):
    """One code that stands in for a second factor, once, as a keyed hash. It is deleted when it is used."""

    staff = models.ForeignKey(Staff, on_delete=models.CASCADE)
    mark = models.BinaryField(max_length=32)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["staff", "mark"], name="one_recovery_code_each")]

    def __str__(self) -> str:
        return str(self.pk)


class TotpStep(models.Model):
    """The last time step whose code somebody used. It only goes up, so that no code works twice."""

    staff = models.OneToOneField(Staff, primary_key=True, on_delete=models.CASCADE)
    last = models.BigIntegerField()

    def __str__(self) -> str:
        return str(self.last)


class Throttle(models.Model):
    """How often something was tried lately, and from when it may be tried again. ``mark`` is a keyed hash of who."""

    mark = models.BinaryField(max_length=32, primary_key=True)
    count = models.PositiveIntegerField()
    free_at = models.DateTimeField(db_index=True)

    def __str__(self) -> str:
        return str(self.count)
