"""Addresses of the REST API and of media files."""

from __future__ import annotations

from datetime import date

from django.urls import include, path, re_path, register_converter
from django.views.decorators.gzip import gzip_page

from accounts.api import DeletionView, ExamplesView, MeView, PortraitView, TokenDetail, TokenList
from diary.api import events, media
from diary.api.views import analyses, clips, days, documentation, exercises, sets, uploads


class DateConverter:
    """A day as YYYY-MM-DD; anything that is no day is no address."""

    regex = r"[0-9]{4}-[0-9]{2}-[0-9]{2}"

    def to_python(self, value: str) -> date:
        """The day."""
        return date.fromisoformat(value)

    def to_url(self, value: date | str) -> str:
        """Its text."""
        return str(value)


register_converter(DateConverter, "day")
ANYTHING = r"^[\s\S]*\Z"

v1 = [
    path("clips/", clips.ClipList.as_view(), name="clips"),
    path("clips/<uuid:id>/", clips.ClipDetail.as_view(), name="clip"),
    path("clips/<uuid:id>/analyses/", clips.ClipAnalyses.as_view(), name="clip-analyses"),
    path("clips/<uuid:id>/keypoints/", gzip_page(clips.ClipKeypoints.as_view()), name="clip-keypoints"),
    path("analyses/", analyses.AnalysisList.as_view(), name="analyses"),
    path("analyses/<uuid:id>/", analyses.AnalysisDetail.as_view(), name="analysis"),
    path("analyses/<uuid:id>/events", events.serve_events, name="analysis-events"),
    path("analyses/<uuid:id>/events/", events.serve_events),
    path("sets/", sets.SetList.as_view(), name="sets"),
    path("sets/<uuid:id>/", sets.SetDetail.as_view(), name="set"),
    path("sets/<uuid:id>/proposal/", sets.SetProposal.as_view(), name="set-proposal"),
    path("sets/<uuid:id>/earlier/", sets.SetEarlier.as_view(), name="set-earlier"),
    path("workouts/", days.WorkoutList.as_view(), name="workouts"),
    path("workouts/<uuid:id>/", days.WorkoutDetail.as_view(), name="workout"),
    path("days/<day:day>/", days.DayDetail.as_view(), name="day"),
    path("calendar/", days.CalendarView.as_view(), name="calendar"),
    path("exercises/", exercises.ExerciseList.as_view(), name="exercises"),
    path("exercises/<str:slug>/", exercises.ExerciseDetail.as_view(), name="exercise"),
    path("exercises/<str:slug>/progress/", exercises.ExerciseProgress.as_view(), name="exercise-progress"),
    path("uploads/", uploads.serve_uploads, name="uploads"),
    path("uploads", uploads.serve_uploads),
    path("uploads/<uuid:id>/", uploads.serve_upload, name="upload"),
    path("uploads/<uuid:id>", uploads.serve_upload),
    path("me/", MeView.as_view(), name="me"),
    path("me/portrait/", PortraitView.as_view(), name="portrait"),
    path("me/examples/", ExamplesView.as_view(), name="examples"),
    path("me/deletion/", DeletionView.as_view(), name="deletion"),
    path("tokens/", TokenList.as_view(), name="tokens"),
    path("tokens/<uuid:id>/", TokenDetail.as_view(), name="token"),
    path("problems/<slug:code>/", documentation.ProblemType.as_view(), name="problem"),
]

api = [
    path("v1/", include(v1)),
    path("schema/", documentation.SchemaView.as_view(), name="schema"),
    path("docs/", documentation.DocumentationView.as_view(), name="docs"),
    re_path(ANYTHING, documentation.refuse_unknown),
]

media_files = [
    path("clips/<uuid:id>/rendition", media.serve, {"find": media.find_rendition}, name="media-clip-rendition"),
    path("clips/<uuid:id>/poster", media.serve, {"find": media.find_poster}, name="media-clip-poster"),
    path("sets/<uuid:id>/thumbnail", media.serve, {"find": media.find_thumbnail}, name="media-set-thumbnail"),
    re_path(ANYTHING, documentation.refuse_unknown),
]

urlpatterns = [
    path("api/", include((api, "api"))),
    path("media/", include(media_files)),
]
