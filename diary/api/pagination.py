"""Lists in pages that stay right while rows are added: a cursor instead of a page number."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import ValidationError as ModelValidationError
from django.db.models import QuerySet
from rest_framework.exceptions import NotFound, ValidationError
from rest_framework.pagination import CursorPagination
from rest_framework.request import Request
from rest_framework.views import APIView


class NewestFirst(CursorPagination):
    """Newest rows first."""

    ordering = ("-created_at", "-id")
    page_size = 50
    max_page_size = 200
    page_size_query_param = "limit"

    def paginate_queryset(self, queryset: QuerySet[Any], request: Request, view: APIView | None = None) -> list[Any]:
        """One page; a cursor that we did not give is wrong input, not a missing page."""
        try:
            return super().paginate_queryset(queryset, request, view)
        except (NotFound, ModelValidationError, ValueError, OverflowError) as error:
            raise ValidationError({self.cursor_query_param: self.invalid_cursor_message}) from error


class LatestDayFirst(NewestFirst):
    """Latest training day first."""

    ordering = ("-date",)


class LatestRunFirst(NewestFirst):
    """Latest run first."""

    ordering = ("-queued_at", "-id")


class ByName(NewestFirst):
    """In the order of the English names; a page holds the whole catalogue."""

    ordering = ("name_en", "id")
    page_size = 200
    max_page_size = 500
