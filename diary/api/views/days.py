"""Training days: as a list, by date, and as a calendar page."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any
from uuid import UUID

from django.db.models import QuerySet
from django.utils import timezone
from drf_spectacular.utils import OpenApiParameter, extend_schema, extend_schema_view
from rest_framework import status
from rest_framework.exceptions import ValidationError
from rest_framework.generics import ListAPIView
from rest_framework.request import Request
from rest_framework.response import Response

from diary import access
from diary.api.filters import WorkoutFilter
from diary.api.pagination import LatestDayFirst
from diary.api.schema import problems
from diary.api.serializers.base import refusal
from diary.api.serializers.clips import ClipSerializer
from diary.api.serializers.days import CalendarSerializer, DaySerializer, NewWorkoutSerializer, WorkoutSerializer
from diary.api.views.base import PersonView
from diary.errors import Code
from diary.models import Workout
from diary.selectors.calendar import DaySummary, read_days
from diary.selectors.listing import list_clips, list_workouts
from diary.services import sets, workouts

EARLIEST, LATEST = 1900, 9998  # years of the calendar


@extend_schema_view(
    get=extend_schema(
        summary="List training days, latest first", responses={200: WorkoutSerializer(many=True), **problems(400)}
    )
)
class WorkoutList(PersonView, ListAPIView[Workout]):
    """Days with training, with their sets."""

    queryset = Workout.objects.none()  # names the model; get_queryset() is what counts
    serializer_class = WorkoutSerializer
    filterset_class = WorkoutFilter
    pagination_class = LatestDayFirst

    def get_queryset(self) -> QuerySet[Workout]:
        """The person's."""
        return list_workouts(self.person)

    @extend_schema(
        summary="Write the note of a day",
        request=NewWorkoutSerializer,
        responses={201: WorkoutSerializer, **problems(400)},
    )
    def post(self, request: Request) -> Response:
        """The day is added when it is not there."""
        values = self.read(NewWorkoutSerializer)
        workout = workouts.note_day(user=self.person, date=values["date"], note=values["note"])
        body = self.show(WorkoutSerializer, list_workouts(self.person).get(pk=workout.pk))
        return Response(body, status=status.HTTP_201_CREATED)


class WorkoutDetail(PersonView):
    """One training day."""

    serializer_class = WorkoutSerializer

    def answer(self, id: UUID) -> Response:
        """The day as it stands now, with its sets in order."""
        return Response(self.show(WorkoutSerializer, list_workouts(self.person).get(pk=id)))

    @extend_schema(summary="Show a training day", responses={200: WorkoutSerializer, **problems(404)})
    def get(self, request: Request, id: UUID) -> Response:
        """With its sets in order."""
        access.get_workout(self.person, id)
        return self.answer(id)

    @extend_schema(
        summary="Change the note of a day",
        request=WorkoutSerializer,
        responses={200: WorkoutSerializer, 204: None, **problems(400, 404)},
    )
    def patch(self, request: Request, id: UUID) -> Response:
        """A day without note and sets goes: 204."""
        workout = access.get_workout(self.person, id)
        values = self.read(WorkoutSerializer, workout, partial=True)
        if "note" in values:
            workouts.write_note(workout=workout, note=values["note"])
        if workout.pk is None:
            return Response(status=status.HTTP_204_NO_CONTENT)
        return self.answer(id)

    @extend_schema(summary="Delete a day with its sets", responses={204: None, **problems(404)})
    def delete(self, request: Request, id: UUID) -> Response:
        """Its clips stay; a later analysis does not bring the sets back, but adds an empty set to a clip without."""
        sets.delete_workout(workout=access.get_workout(self.person, id))
        return Response(status=status.HTTP_204_NO_CONTENT)


class DayDetail(PersonView):
    """One day of the calendar."""

    serializer_class = DaySerializer

    @extend_schema(summary="Show a day", responses={200: DaySerializer, **problems(404)})
    def get(self, request: Request, day: date) -> Response:
        """Its workout and the clips that were filmed then; a day without training is empty, not missing."""
        workout = list_workouts(self.person).filter(date=day).first()
        clips = list_clips(self.person).filter(day=day)
        return Response(
            {
                "date": day.isoformat(),
                "workout": self.show(WorkoutSerializer, workout) if workout is not None else None,
                "clips": [self.show(ClipSerializer, clip) for clip in clips],
            }
        )


class CalendarView(PersonView):
    """A month of the calendar."""

    serializer_class = CalendarSerializer

    @extend_schema(
        summary="Show a month",
        parameters=[OpenApiParameter("month", str, description="YYYY-MM; the present month when left out.")],
        responses={200: CalendarSerializer, **problems(400)},
    )
    def get(self, request: Request) -> Response:
        """Days on which something is, a set or a clip."""
        first = self.first_day(request.query_params.get("month"))
        last = (first + timedelta(days=31)).replace(day=1) - timedelta(days=1)
        days = [self.describe(day) for day in read_days(self.person, first, last).values()]
        return Response({"month": first.isoformat()[:7], "days": days})

    def first_day(self, month: str | None) -> date:
        """Where the month begins."""
        if not month:
            return timezone.now().astimezone(self.person.tz).date().replace(day=1)
        try:
            first = date.fromisoformat(f"{month}-01")
        except ValueError:
            first = date.max
        if not EARLIEST <= first.year <= LATEST:
            raise ValidationError({"month": refusal("month", Code.NOT_A_MONTH).detail})
        return first

    def describe(self, day: DaySummary) -> dict[str, Any]:
        """A day as JSON."""
        picture = day.thumbnail_set
        return {
            "date": day.date.isoformat(),
            "sets": day.sets,
            "unnamed": day.unnamed,
            "reps": day.reps,
            "exercises": [exercise.slug for exercise in day.exercises],
            "clips": day.clips,
            "running": day.running,
            "thumbnail": self.link("media-set-thumbnail", id=picture) if picture else None,
        }
