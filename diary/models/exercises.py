"""The catalogue of exercises and people's own."""

from __future__ import annotations

import uuid

from django.conf import settings
from django.db import models
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _


class Exercise(models.Model):
    """An exercise by a name that never changes (slug) and names that people read."""

    class Kind(models.TextChoices):
        """What is counted."""

        REPS = "reps", _("repetitions")
        HOLD = "hold", _("seconds held")
        NONE = "none", _("nothing")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    slug = models.CharField(max_length=64)
    name_en = models.CharField(_("English name"), max_length=120)
    name_ko = models.CharField(_("Korean name"), max_length=120)
    family = models.CharField(_("family"), max_length=64)  # moves that a skeleton can hardly tell apart
    kind = models.CharField(_("what is counted"), max_length=4, choices=Kind, default=Kind.REPS)
    aihub = models.BooleanField(_("one of AI Hub's 41"), default=False)
    owner = models.ForeignKey(  # null: of the catalogue
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, null=True, blank=True, related_name="exercises"
    )
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["name_en"]
        constraints = [
            models.UniqueConstraint(fields=["owner", "slug"], name="exercise_slug_unique_per_owner"),
            models.UniqueConstraint(
                fields=["slug"], condition=models.Q(owner__isnull=True), name="exercise_slug_unique_in_catalogue"
            ),
            models.CheckConstraint(condition=models.Q(kind__in=["reps", "hold", "none"]), name="exercise_kind_known"),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def name(self) -> str:
        """The name in the language of the page."""
        return self.name_ko if (get_language() or "").startswith("ko") else self.name_en

    @property
    def is_own(self) -> bool:
        """Whether a person added it for themselves."""
        return self.owner_id is not None
