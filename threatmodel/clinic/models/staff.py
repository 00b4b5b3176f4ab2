"""Who may sign in. No address, no telephone number, no time of a last sign-in."""

import uuid
from typing import ClassVar

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.db import models


class Role(models.TextChoices):
    VOLUNTEER = "volunteer"
    LAWYER = "lawyer"
    SUPERVISOR = "supervisor"


class StaffManager(BaseUserManager["Staff"]):
    def create(self, name: str, role: str, password: str | None = None) -> "Staff":  # type: ignore[override]
        """Add somebody. Without a password they cannot sign in."""
        staff = Staff(name=name, role=role)
        staff.set_password(password)
        staff.save(force_insert=True, using=self._db)
        return staff


class Staff(AbstractBaseUser):
    """One of the clinic's people. ``factor_epoch`` goes up when a factor changes, which ends every session."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    name = models.CharField(max_length=60, unique=True)
    role = models.CharField(max_length=12, choices=Role.choices, default=Role.VOLUNTEER)
    is_active = models.BooleanField(default=True)
    factor_epoch = models.PositiveIntegerField(default=0)
    last_login = None

    USERNAME_FIELD = "name"
    REQUIRED_FIELDS: ClassVar[list[str]] = []
    objects = StaffManager()

    class Meta:
        verbose_name_plural = "staff"

    def __str__(self) -> str:
        return self.name
