"""The diary in the admin: to see what happens on a site, not to write diaries."""

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest

from diary.models import Analysis, Clip, Exercise, Upload, Workout, WorkoutSet
from diary.services import clips


@admin.register(Exercise)
class ExerciseAdmin(admin.ModelAdmin):  # type: ignore[type-arg]
    """The catalogue comes from its file; own exercises belong to people."""

    list_display = ("slug", "name_en", "name_ko", "family", "kind", "owner")
    list_filter = ("kind", "aihub")
    search_fields = ("slug", "name_en", "name_ko")
    raw_id_fields = ("owner",)


@admin.register(Analysis)
class AnalysisAdmin(admin.ModelAdmin):  # type: ignore[type-arg]
    """Runs: what waits, what failed and why."""

    list_display = ("id", "status", "stage", "progress", "attempt", "error_code", "queued_at", "finished_at", "worker")
    list_filter = ("status", "error_code")
    raw_id_fields = ("clip",)


@admin.register(Clip)
class ClipAdmin(admin.ModelAdmin):  # type: ignore[type-arg]
    """Clips by person; their files are not shown."""

    list_display = ("id", "user", "day", "size_bytes", "duration_s", "created_at")
    raw_id_fields = ("user",)
    exclude = ("original", "rendition", "poster", "keypoints")

    def delete_model(self, request: HttpRequest, obj: Clip) -> None:
        """With its files, which no row but this one leads to."""
        clips.delete_clip(clip=obj)

    def delete_queryset(self, request: HttpRequest, queryset: QuerySet[Clip]) -> None:
        """The same for those that were ticked in the list."""
        for clip in queryset:
            clips.delete_clip(clip=clip)


@admin.register(Workout)
class WorkoutAdmin(admin.ModelAdmin):  # type: ignore[type-arg]
    """Training days."""

    list_display = ("user", "date")
    raw_id_fields = ("user",)


@admin.register(WorkoutSet)
class WorkoutSetAdmin(admin.ModelAdmin):  # type: ignore[type-arg]
    """Sets with the sources of their values."""

    list_display = ("id", "workout", "exercise", "reps", "weight_kg", "clip", "updated_at")
    list_select_related = ("workout", "exercise", "clip")
    raw_id_fields = ("workout", "exercise", "clip", "analysis")
    exclude = ("thumbnail",)


@admin.register(Upload)
class UploadAdmin(admin.ModelAdmin):  # type: ignore[type-arg]
    """Uploads that are under way."""

    list_display = ("id", "user", "offset", "length", "expires_at")
    raw_id_fields = ("user", "clip")
