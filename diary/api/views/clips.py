"""Clips, and the runs over a clip."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.core.files.uploadedfile import UploadedFile
from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema, extend_schema_view
from rest_framework import status
from rest_framework.generics import ListAPIView
from rest_framework.parsers import MultiPartParser
from rest_framework.request import Request
from rest_framework.response import Response

from diary import access
from diary.api.body_limit import FORM_BYTES
from diary.api.filters import ClipFilter
from diary.api.keypoints import read_keypoints
from diary.api.pagination import LatestRunFirst
from diary.api.schema import problems
from diary.api.serializers.analyses import AnalysisRequestSerializer, AnalysisSerializer, options_of
from diary.api.serializers.clips import ClipDeletionSerializer, ClipMoveSerializer, ClipSerializer, ClipUploadSerializer
from diary.api.serializers.keypoints import KeypointsSerializer
from diary.api.views.base import PersonView
from diary.api.waking import wake_for
from diary.models import Analysis, Clip
from diary.selectors.listing import list_clips
from diary.services import clips
from workers import queue


@extend_schema_view(
    get=extend_schema(summary="List clips, newest first", responses={200: ClipSerializer(many=True), **problems(400)})
)
class ClipList(PersonView, ListAPIView[Clip]):
    """Films of the person."""

    queryset = Clip.objects.none()  # names the model; get_queryset() is what counts
    serializer_class = ClipSerializer
    filterset_class = ClipFilter
    parser_classes = [MultiPartParser]

    def get_queryset(self) -> QuerySet[Clip]:
        """The person's, with what a page shows."""
        return list_clips(self.person)

    @extend_schema(
        summary="Upload a small clip",
        description="The answer comes before the analysis: follow `analysis.events`, or poll `Location`. The same bytes"
        " again give the clip that is there, with 200.",
        request={"multipart/form-data": ClipUploadSerializer},
        responses={202: ClipSerializer, 200: ClipSerializer, **problems(400, 413, 415)},
    )
    def post(self, request: Request) -> Response:
        """Keep a film and queue its analysis."""
        least_bytes = max(1, int(request.headers.get("Content-Length") or 1) - FORM_BYTES)
        clips.check_upload(user=self.person, size_bytes=least_bytes, slack_bytes=FORM_BYTES)
        values = self.read(ClipUploadSerializer)
        film: UploadedFile = values["file"]
        clips.check_upload(user=self.person, size_bytes=film.size or 0)
        clip, created = clips.take_film(user=self.person, film=film, captured_at=values.get("captured_at"))
        if created:
            wake_for(clip)
        return self.answer(clip, status.HTTP_202_ACCEPTED if created else status.HTTP_200_OK)

    def answer(self, clip: Clip, number: int) -> Response:
        """The clip, and where its analysis can be followed."""
        body = self.show(ClipSerializer, list_clips(self.person).get(pk=clip.pk))
        location = body["analysis"]["url"] if body["analysis"] else ""
        return Response(body, status=number, headers={"Location": location} if location else {})


class ClipDetail(PersonView):
    """One clip."""

    serializer_class = ClipSerializer

    @extend_schema(summary="Show a clip with its sets", responses={200: ClipSerializer, **problems(404)})
    def get(self, request: Request, id: UUID) -> Response:
        """The clip as it stands."""
        return Response(self.describe(id))

    @extend_schema(
        summary="Say on which day it was filmed",
        request=ClipMoveSerializer,
        responses={200: ClipSerializer, **problems(400, 404)},
    )
    def patch(self, request: Request, id: UUID) -> Response:
        """Move the clip and its sets to another day."""
        clip = access.get_clip(self.person, id)
        clips.move_clip(clip=clip, date=self.read(ClipMoveSerializer)["date"])
        return Response(self.describe(id))

    @extend_schema(
        summary="Delete a clip and all its files",
        parameters=[ClipDeletionSerializer],
        responses={204: None, **problems(400, 404)},
    )
    def delete(self, request: Request, id: UUID) -> Response:
        """Delete film, rendition, pictures, keypoints, and what was learnt from them."""
        clip = access.get_clip(self.person, id)
        wanted = ClipDeletionSerializer(data=request.query_params)
        wanted.is_valid(raise_exception=True)
        clips.delete_clip(clip=clip, **wanted.validated_data)
        return Response(status=status.HTTP_204_NO_CONTENT)

    def describe(self, id: UUID) -> dict[str, Any]:
        """The clip with its sets and its newest run."""
        clip = access.get_clip(self.person, id)
        return self.show(ClipSerializer, list_clips(self.person).get(pk=clip.pk))


class ClipAnalyses(PersonView, ListAPIView[Analysis]):
    """Runs over a clip."""

    queryset = Analysis.objects.none()  # names the model; get_queryset() is what counts
    serializer_class = AnalysisSerializer
    pagination_class = LatestRunFirst
    filterset_class = None
    throttle_scope = "analyses"

    def get_queryset(self) -> QuerySet[Analysis]:
        """Of this clip."""
        return access.get_clip(self.person, self.kwargs["id"]).analyses.all()

    @extend_schema(
        summary="List the runs over a clip", responses={200: AnalysisSerializer(many=True), **problems(400, 404)}
    )
    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Newest first."""
        return super().get(request, *args, **kwargs)

    @extend_schema(
        summary="Analyse again",
        description="Values that a person decided stay; where the new run differs it proposes (`proposal` of a set)."
        " What it writes over otherwise stays in `earlier` of the set. Sets that were deleted do not come back; a clip"
        " that has none at the end gets an empty set, to be filled by hand.",
        request=AnalysisRequestSerializer,
        responses={202: AnalysisSerializer, **problems(400, 404, 409)},
    )
    def post(self, request: Request, id: UUID) -> Response:
        """Queue another run, for another person in the picture if asked."""
        clip = access.get_clip(self.person, id)
        analysis = clips.start_analysis(clip=clip, options=options_of(self.read(AnalysisRequestSerializer)))
        queue.wake(analysis.pk)
        body = self.show(AnalysisSerializer, analysis)
        return Response(body, status=status.HTTP_202_ACCEPTED, headers={"Location": body["url"]})


class ClipKeypoints(PersonView):
    """The body in each sampled frame."""

    serializer_class = KeypointsSerializer

    @extend_schema(summary="Keypoints of a clip", responses={200: KeypointsSerializer, **problems(404)})
    def get(self, request: Request, id: UUID) -> Response:
        """For the skeleton over the film; 404 until the analysis has found somebody."""
        clip = access.get_clip(self.person, id)
        return Response(read_keypoints(clip))
