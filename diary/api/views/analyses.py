"""Runs over clips."""

from __future__ import annotations

from uuid import UUID

from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema, extend_schema_view
from rest_framework.generics import ListAPIView
from rest_framework.request import Request
from rest_framework.response import Response

from diary import access
from diary.api.filters import AnalysisFilter
from diary.api.pagination import LatestRunFirst
from diary.api.schema import problems
from diary.api.serializers.analyses import AnalysisSerializer
from diary.api.views.base import PersonView
from diary.models import Analysis
from diary.selectors.analyses import list_analyses
from diary.services import analyses


@extend_schema_view(
    get=extend_schema(
        summary="List runs, newest first", responses={200: AnalysisSerializer(many=True), **problems(400)}
    )
)
class AnalysisList(PersonView, ListAPIView[Analysis]):
    """Runs over the person's clips."""

    queryset = Analysis.objects.none()  # names the model; get_queryset() is what counts
    serializer_class = AnalysisSerializer
    filterset_class = AnalysisFilter
    pagination_class = LatestRunFirst

    def get_queryset(self) -> QuerySet[Analysis]:
        """The person's."""
        return list_analyses(self.person)


class AnalysisDetail(PersonView):
    """One run: poll it, listen to its `events`, or cancel it."""

    serializer_class = AnalysisSerializer

    @extend_schema(summary="Show how far a run is", responses={200: AnalysisSerializer, **problems(404)})
    def get(self, request: Request, id: UUID) -> Response:
        """Status, stage and progress; the reason and the next step when it failed."""
        analysis = access.get_analysis(self.person, id)
        headers = {"Retry-After": "1"} if analysis.is_active else {}
        return Response(self.show(AnalysisSerializer, analysis), headers=headers)

    @extend_schema(
        summary="Cancel a run",
        description="A row stays in the diary that can be filled by hand.",
        responses={200: AnalysisSerializer, **problems(404, 409)},
    )
    def delete(self, request: Request, id: UUID) -> Response:
        """End it; the worker stops at its next sign of life."""
        analysis = analyses.cancel_analysis(analysis=access.get_analysis(self.person, id))
        return Response(self.show(AnalysisSerializer, analysis))
