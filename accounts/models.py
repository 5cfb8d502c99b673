"""People and the tokens of their devices."""

from __future__ import annotations

import hashlib
import uuid
import zoneinfo
from datetime import tzinfo
from typing import ClassVar

from django.conf import settings
from django.contrib.auth.hashers import check_password, make_password
from django.contrib.auth.models import AbstractBaseUser, PermissionsMixin
from django.core.exceptions import ValidationError
from django.db import models, transaction
from django.db.models.functions import Lower
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.managers import UserManager


def validate_time_zone(value: str) -> None:
    """Refuse a name that the time zone database does not know."""
    if value not in zoneinfo.available_timezones():
        raise ValidationError(_("Choose a time zone such as Asia/Seoul."), code="time_zone")


def default_time_zone() -> str:
    """The site's time zone, for people who have not chosen theirs."""
    return settings.TIME_ZONE


def default_language() -> str:
    """The site's language, for people who have not chosen theirs."""
    return settings.LANGUAGE_CODE


def portrait_path(user: User, _filename: str) -> str:
    """The picture by which a person is found among others in a clip."""
    return f"people/{user.pk}/portrait-{uuid.uuid4().hex[:8]}.jpg"


def mark_password(password_hash: str) -> str:
    """What tells the hash of one password from that of the next, and nothing else about it."""
    return hashlib.sha256(password_hash.encode()).hexdigest()


class User(AbstractBaseUser, PermissionsMixin):
    """A person with a diary."""

    class Language(models.TextChoices):
        """Languages of the site."""

        EN = "en", _("English")
        KO = "ko", _("Korean")

    class WeightUnit(models.TextChoices):
        """How weights are shown; they are stored in kilograms."""

        KG = "kg", _("kilograms")
        LB = "lb", _("pounds")

    email = models.EmailField(_("e-mail address"), unique=True)
    language = models.CharField(_("language"), max_length=2, choices=Language, default=default_language)
    time_zone = models.CharField(
        _("time zone"), max_length=64, default=default_time_zone, validators=[validate_time_zone]
    )
    weight_unit = models.CharField(_("weight unit"), max_length=2, choices=WeightUnit, default=WeightUnit.KG)
    quota_bytes = models.BigIntegerField(_("quota in bytes"), null=True, blank=True)
    portrait = models.FileField(_("picture of you"), upload_to=portrait_path, blank=True)
    portrait_shows_person = models.BooleanField(null=True, editable=False)  # null: no worker has looked at it yet
    is_active = models.BooleanField(_("active"), default=True)
    is_staff = models.BooleanField(_("may use the admin"), default=False)
    date_joined = models.DateTimeField(_("joined"), default=timezone.now)
    served_at = models.DateTimeField(null=True, editable=False)  # when a run of theirs last began: people take turns

    objects = UserManager()

    EMAIL_FIELD = "email"
    USERNAME_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = []

    class Meta:
        constraints = [
            models.UniqueConstraint(Lower("email"), name="user_email_unique"),
            models.CheckConstraint(condition=models.Q(weight_unit__in=["kg", "lb"]), name="user_weight_unit_known"),
            models.CheckConstraint(
                condition=models.Q(quota_bytes__isnull=True) | models.Q(quota_bytes__gte=0), name="user_quota_positive"
            ),
        ]

    def __str__(self) -> str:
        return self.email

    @property
    def password_mark(self) -> str:
        """Another one with every new password, however it is set; tokens of devices bear the one they came with."""
        return mark_password(self.password)

    def check_password(self, raw_password: str) -> bool:
        """Django's, but that a newer hash of the same password leaves devices signed in."""
        return check_password(raw_password, self.password, self._hash_anew)

    def _hash_anew(self, raw_password: str) -> None:
        """Nothing where somebody was faster, who may have set another password."""
        before, newer = self.password, make_password(raw_password)
        with transaction.atomic():
            if User.objects.filter(pk=self.pk, password=before).update(password=newer):
                self.tokens.filter(password_mark=mark_password(before)).update(password_mark=mark_password(newer))
                self.password = newer

    @property
    def tz(self) -> tzinfo:
        """The person's time zone; UTC when the database of zones has dropped it since."""
        try:
            return zoneinfo.ZoneInfo(self.time_zone)
        except zoneinfo.ZoneInfoNotFoundError:
            return zoneinfo.ZoneInfo("UTC")

    @property
    def storage_quota_bytes(self) -> int:
        """How much the person may store."""
        return settings.USER_QUOTA_BYTES if self.quota_bytes is None else self.quota_bytes


class DeviceToken(models.Model):
    """Lets an app in; only the hash is kept, so the token is shown once."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="tokens")
    name = models.CharField(_("name"), max_length=80)
    token_hash = models.CharField(max_length=64, unique=True)  # sha256, hex
    password_mark = models.CharField(max_length=64)  # of the person when it was made: a new password ends the token
    prefix = models.CharField(max_length=12)  # what the list shows, so that a person knows which is which
    created_at = models.DateTimeField(auto_now_add=True)
    last_used_at = models.DateTimeField(null=True, blank=True)
    revoked_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["-created_at"]

    def __str__(self) -> str:
        return f"{self.name} ({self.prefix}…)"

    @property
    def lets_in(self) -> bool:
        """Whether the token still opens the door."""
        return self.revoked_at is None and self.password_mark == self.user.password_mark and self.user.is_active
