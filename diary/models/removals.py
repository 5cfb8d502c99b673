"""Folders of the storage that are to go."""

from __future__ import annotations

from django.db import models


class Removal(models.Model):
    """A folder whose files nobody needs, or will not need unless a row for them comes before `due_at`.

    Files are deleted because a row says so, never because a row is missing: a database that is new, older or another
    one has no row for most films.
    """

    folder = models.CharField(max_length=255, unique=True)
    due_at = models.DateTimeField()

    class Meta:
        ordering = ["due_at"]

    def __str__(self) -> str:
        return self.folder
