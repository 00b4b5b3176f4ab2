"""Who may sign in. No address, no telephone number, no time of a last sign-in."""

import unicodedata
import uuid
from typing import Any, ClassVar

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.db import models
from django.utils.crypto import salted_hmac


class Role(models.TextChoices):
    VOLUNTEER = "volunteer"
    LAWYER = "lawyer"
    SUPERVISOR = "supervisor"


def folded(name: str) -> str:
    """One spelling for names that look the same: two people cannot have them both, and either signs in."""
    return " ".join(unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", name).casefold()).split())


class StaffManager(BaseUserManager["Staff"]):
    def create(self, name: str, role: str, password: str | None = None) -> "Staff":  # type: ignore[override]
        """Add somebody. Without a password they cannot sign in."""
        staff = Staff(name=name, role=role)
        staff.set_password(password)
        staff.save(force_insert=True, using=self._db)
        return staff

    def get_by_natural_key(self, username: str | None) -> "Staff":
        """Find somebody by their name, however it is spelt. Raises ``Staff.DoesNotExist``."""
        return self.get(folded_name=folded(username or ""))


class Staff(AbstractBaseUser):
    """One of the clinic's people. ``factor_epoch`` goes up whenever every session of theirs must end."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    name = models.CharField(max_length=60, unique=True)
    folded_name = models.CharField(max_length=255, unique=True, editable=False)
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

    def save(self, **kwargs: Any) -> None:
        self.folded_name = folded(self.name)
        super().save(**kwargs)

    def _get_session_auth_hash(self, secret: str | None = None) -> str:
        """What a session must still agree with. It changes with the password, the role and ``factor_epoch``."""
        said = f"{self.password}\n{self.role}\n{self.factor_epoch}"
        return salted_hmac("threatmodel.clinic.staff", said, secret=secret, algorithm="sha256").hexdigest()
