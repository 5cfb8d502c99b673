"""What all serializers of the API share."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

from django.db import models
from django.db.models.fields.files import FieldFile
from rest_framework import serializers
from rest_framework.reverse import reverse

from diary.errors import Code, DiaryError
from diary.messages import describe
from diary.services.workouts import check_day


def refusal(field: str, code: Code = Code.INVALID_VALUE) -> serializers.ValidationError:
    """That a value cannot be used, in the language of the request."""
    return serializers.ValidationError(str(describe(code, field=field)), code=code.value)


class MomentField(serializers.DateTimeField):
    """A moment, sent in UTC; taken without an offset it is meant in the person's time zone."""

    def to_representation(self, value: Any) -> str | None:
        """ISO 8601 with Z, whatever the time zone of the page."""
        return value.astimezone(UTC).isoformat().replace("+00:00", "Z") if isinstance(value, datetime) else None


class DayField(serializers.DateField):
    """A day of the diary."""

    def to_internal_value(self, value: Any) -> date:
        """A day that the calendar shows."""
        day = super().to_internal_value(value)
        try:
            check_day(user=self.context["request"].user, date=day)
        except DiaryError as error:
            raise serializers.ValidationError(str(describe(error.code, **error.params)), code=error.code) from error
        return day


class RowSerializer(serializers.ModelSerializer[Any]):
    """A row as JSON."""

    serializer_field_mapping = {
        **serializers.ModelSerializer.serializer_field_mapping,
        models.DateTimeField: MomentField,
    }

    def link(self, name: str, **ids: Any) -> str:
        """An absolute address."""
        return reverse(name, kwargs=ids, request=self.context.get("request"))

    def link_file(self, file: FieldFile, name: str, **ids: Any) -> str | None:
        """The address of a file; None while there is no file."""
        return self.link(name, **ids) if file else None
