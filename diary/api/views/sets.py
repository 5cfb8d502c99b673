"""Sets: read, typed in, corrected."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema, extend_schema_view
from rest_framework import status
from rest_framework.generics import ListAPIView
from rest_framework.request import Request
from rest_framework.response import Response

from diary import access
from diary.api.filters import SetFilter
from diary.api.schema import problems
from diary.api.serializers.sets import AcceptSerializer, NewSetSerializer, SetCorrectionSerializer, SetSerializer
from diary.api.views.base import PersonView
from diary.models import WorkoutSet
from diary.selectors.listing import list_sets
from diary.services import sets


@extend_schema_view(
    get=extend_schema(summary="List sets, newest first", responses={200: SetSerializer(many=True), **problems(400)})
)
class SetList(PersonView, ListAPIView[WorkoutSet]):
    """Sets of the person."""

    queryset = WorkoutSet.objects.none()  # names the model; get_queryset() is what counts
    serializer_class = SetSerializer
    filterset_class = SetFilter

    def get_queryset(self) -> QuerySet[WorkoutSet]:
        """The person's."""
        return list_sets(self.person)

    @extend_schema(
        summary="Type a set in",
        description="Its values are locked against analyses. With an `id` that the client made, the request may be"
        " repeated when its answer was lost: where the set is there already it answers 200 with the set as it stands.",
        request=NewSetSerializer,
        responses={201: SetSerializer, 200: SetSerializer, **problems(400)},
    )
    def post(self, request: Request) -> Response:
        """Add a set by hand, once."""
        row, created = sets.add_set(user=self.person, **self.read(NewSetSerializer))
        body = self.show(SetSerializer, list_sets(self.person).get(pk=row.pk))
        number = status.HTTP_201_CREATED if created else status.HTTP_200_OK
        return Response(body, status=number, headers={"Location": self.link("api:set", id=row.pk)})


class SetView(PersonView):
    """Base of the addresses of one set."""

    serializer_class = SetSerializer

    def find(self, id: UUID) -> WorkoutSet:
        """The set, if it is the person's."""
        return access.get_set(self.person, id)

    def answer(self, id: UUID) -> Response:
        """The set as it stands now."""
        return Response(self.show(SetSerializer, self.find(id)))


class SetDetail(SetView):
    """One set."""

    @extend_schema(summary="Show a set", responses={200: SetSerializer, **problems(404)})
    def get(self, request: Request, id: UUID) -> Response:
        """With the source of each value."""
        return self.answer(id)

    @extend_schema(
        summary="Correct a set",
        description="Each value that is sent is locked: no analysis writes it again, later ones only propose.",
        request=SetCorrectionSerializer,
        responses={200: SetSerializer, **problems(400, 404)},
    )
    def patch(self, request: Request, id: UUID) -> Response:
        """Write and lock values."""
        row = self.find(id)
        values: dict[str, Any] = self.read(SetCorrectionSerializer, row, partial=True)
        day = values.pop("date", None)
        sets.correct_set(row=row, day=day, **values)
        return self.answer(id)

    @extend_schema(
        summary="Delete a set",
        description="Its clip stays; a later analysis does not bring the set back. To a clip without sets it adds an"
        " empty set, to be filled by hand.",
        responses={204: None, **problems(404)},
    )
    def delete(self, request: Request, id: UUID) -> Response:
        """Delete the row and its picture."""
        sets.delete_set(row=self.find(id))
        return Response(status=status.HTTP_204_NO_CONTENT)


class SetProposal(SetView):
    """What a newer analysis would write into locked values."""

    @extend_schema(
        summary="Accept what is proposed",
        request=AcceptSerializer,
        responses={200: SetSerializer, **problems(400, 404, 409)},
    )
    def post(self, request: Request, id: UUID) -> Response:
        """Take proposed values; they stay locked."""
        row = self.find(id)
        sets.accept_proposal(row=row, fields=self.read(AcceptSerializer).get("only"))
        return self.answer(id)

    @extend_schema(summary="Dismiss what is proposed", responses={200: SetSerializer, **problems(404)})
    def delete(self, request: Request, id: UUID) -> Response:
        """Keep one's own values."""
        sets.dismiss_proposal(row=self.find(id))
        return self.answer(id)


class SetEarlier(SetView):
    """What stood in a set before a newer analysis wrote over it."""

    @extend_schema(
        summary="Take earlier values back",
        request=AcceptSerializer,
        responses={200: SetSerializer, **problems(400, 404, 409)},
    )
    def post(self, request: Request, id: UUID) -> Response:
        """Write the earlier values again and lock them."""
        row = self.find(id)
        sets.take_back(row=row, fields=self.read(AcceptSerializer).get("only"))
        return self.answer(id)

    @extend_schema(summary="Forget earlier values", responses={200: SetSerializer, **problems(404)})
    def delete(self, request: Request, id: UUID) -> Response:
        """Keep what the newer analysis wrote."""
        sets.dismiss_earlier(row=self.find(id))
        return self.answer(id)
