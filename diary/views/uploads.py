"""Films come in: by the script that resumes, by a plain form, or from the sample."""

from __future__ import annotations

import shutil
import tempfile
from pathlib import Path

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.contrib.staticfiles import finders
from django.core.files.uploadedfile import UploadedFile
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from accounts.models import User
from diary.errors import Code, DiaryError
from diary.forms.clips import PlainUploadForm
from diary.messages import describe
from diary.models import Clip
from diary.selectors.analyses import latest_analysis
from diary.services import clips
from diary.views.responses import add_refusal, posted, render_form
from workers import queue

SAMPLE = "sample/squats.mp4"


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def show_upload(request: HttpRequest) -> HttpResponse:
    """Choose or film clips."""
    form = PlainUploadForm(posted(request), request.FILES if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        try:
            film: UploadedFile = form.cleaned_data["clip"]
            clips.check_size(user=request.user, size_bytes=film.size or 0)
            return take_in(request, keep_upload(film), film.name or "")
        except DiaryError as error:
            add_refusal(form, error)
    context = {
        "max_bytes": settings.MAX_CLIP_BYTES,
        "expires_s": settings.UPLOAD_EXPIRES_S,
        "too_large": describe(Code.TOO_LARGE, limit_bytes=settings.MAX_CLIP_BYTES),
        "empty_file": describe(Code.EMPTY_FILE),
        "internal": describe(Code.INTERNAL),
    }
    return render_form(request, "diary/upload.html", context, form)


@login_required
@require_POST
def try_sample(request: HttpRequest) -> HttpResponse:
    """Put the sample clip through the same door as any other."""
    source = finders.find(SAMPLE)
    if not source:
        raise Http404
    with Path(source).open("rb") as stream, _open_copy() as target:
        shutil.copyfileobj(stream, target)
    try:
        return take_in(request, Path(target.name), "squats.mp4")
    except DiaryError as error:
        messages.error(request, str(describe(error.code, **error.params)))
        return redirect("home")


def take_in(request: HttpRequest, path: Path, name: str) -> HttpResponse:
    """Keep a film, wake a worker, show the clip."""
    clip, created = keep_film(request.user, path, name)
    if not created:
        messages.info(request, _("You have this clip already: here it is."))
    return redirect("clip", clip.pk)


def keep_film(user: User, path: Path, name: str) -> tuple[Clip, bool]:
    """The same service as for resumed uploads; the copy never outlives a refusal."""
    try:
        clip, created = clips.create_clip(user=user, path=path, original_name=name)
    except DiaryError:
        path.unlink(missing_ok=True)
        raise
    if created and (analysis := latest_analysis(clip)) is not None:
        queue.wake(analysis.pk)
    return clip, created


def keep_upload(film: UploadedFile) -> Path:
    """A file of our own with the bytes of an upload, for the service to take over."""
    with _open_copy() as target:
        for piece in film.chunks():
            target.write(piece)
    return Path(target.name)


def _open_copy() -> tempfile._TemporaryFileWrapper[bytes]:
    Path(settings.UPLOAD_ROOT).mkdir(parents=True, exist_ok=True)
    return tempfile.NamedTemporaryFile(dir=settings.UPLOAD_ROOT, suffix=".form", delete=False)
