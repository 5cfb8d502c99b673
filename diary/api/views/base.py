"""What the views of the API share."""

from __future__ import annotations

from typing import Any, TypeVar

from django.db.models import Model
from rest_framework.generics import GenericAPIView
from rest_framework.reverse import reverse
from rest_framework.serializers import BaseSerializer

from accounts.models import User

Row = TypeVar("Row", bound=Model)


class PersonView(GenericAPIView[Any]):
    """A view for a person who is signed in."""

    @property
    def person(self) -> User:
        """Who asks."""
        return self.request.user

    def read(self, serializer_class: type[BaseSerializer[Any]], instance: Any = None, **options: Any) -> dict[str, Any]:
        """What was sent, checked; wrong input ends the request with a problem."""
        serializer = serializer_class(
            instance, data=self.request.data, context=self.get_serializer_context(), **options
        )
        serializer.is_valid(raise_exception=True)
        return serializer.validated_data

    def show(self, serializer_class: type[BaseSerializer[Any]], row: Any) -> dict[str, Any]:
        """A row as JSON."""
        return serializer_class(row, context=self.get_serializer_context()).data

    def link(self, name: str, **ids: Any) -> str:
        """An absolute address."""
        return reverse(name, kwargs=ids, request=self.request)
