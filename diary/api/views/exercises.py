"""Exercises: the catalogue and the person's own."""

from __future__ import annotations

from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema, extend_schema_view
from rest_framework import status
from rest_framework.generics import ListAPIView
from rest_framework.request import Request
from rest_framework.response import Response

from diary import access
from diary.api.filters import ExerciseFilter
from diary.api.pagination import ByName
from diary.api.schema import problems
from diary.api.serializers.exercises import DayFiguresSerializer, ExerciseSerializer
from diary.api.views.base import PersonView
from diary.models import Exercise
from diary.selectors.listing import list_exercises
from diary.selectors.progress import list_figures
from diary.services import exercises


@extend_schema_view(
    get=extend_schema(summary="List exercises", responses={200: ExerciseSerializer(many=True), **problems(400)})
)
class ExerciseList(PersonView, ListAPIView[Exercise]):
    """The catalogue and the person's own."""

    queryset = Exercise.objects.none()  # names the model; get_queryset() is what counts
    serializer_class = ExerciseSerializer
    filterset_class = ExerciseFilter
    pagination_class = ByName

    def get_queryset(self) -> QuerySet[Exercise]:
        """What the person may use."""
        return list_exercises(self.person)

    @extend_schema(
        summary="Add an exercise of one's own",
        request=ExerciseSerializer,
        responses={201: ExerciseSerializer, **problems(400, 409)},
    )
    def post(self, request: Request) -> Response:
        """One name is enough."""
        exercise = exercises.create_exercise(user=self.person, **self.read(ExerciseSerializer))
        return Response(self.show(ExerciseSerializer, exercise), status=status.HTTP_201_CREATED)


class ExerciseDetail(PersonView):
    """One exercise, by slug or id."""

    serializer_class = ExerciseSerializer

    @extend_schema(summary="Show an exercise", responses={200: ExerciseSerializer, **problems(404)})
    def get(self, request: Request, slug: str) -> Response:
        """Names in both languages."""
        return Response(self.show(ExerciseSerializer, access.get_exercise(self.person, slug)))

    @extend_schema(
        summary="Change an exercise of one's own",
        request=ExerciseSerializer,
        responses={200: ExerciseSerializer, **problems(400, 403, 404, 409)},
    )
    def patch(self, request: Request, slug: str) -> Response:
        """The slug stays."""
        exercise = access.get_exercise(self.person, slug)
        values = self.read(ExerciseSerializer, exercise, partial=True)
        return Response(self.show(ExerciseSerializer, exercises.update_exercise(exercise=exercise, **values)))

    @extend_schema(summary="Delete an exercise of one's own", responses={204: None, **problems(403, 404, 409)})
    def delete(self, request: Request, slug: str) -> Response:
        """Only one that no set uses."""
        exercises.delete_exercise(exercise=access.get_exercise(self.person, slug))
        return Response(status=status.HTTP_204_NO_CONTENT)


class ExerciseProgress(PersonView):
    """How the person gets on with an exercise."""

    serializer_class = DayFiguresSerializer
    pagination_class = None

    @extend_schema(
        summary="Show progress by day",
        operation_id="exercises_progress",
        responses={200: DayFiguresSerializer(many=True), **problems(404)},
    )
    def get(self, request: Request, slug: str) -> Response:
        """One entry for each day with the exercise, the oldest first; not in pages."""
        figures = list_figures(self.person, access.get_exercise(self.person, slug))
        return Response([self.show(DayFiguresSerializer, day) for day in figures])
