"""Films come in: by the script that resumes, by a plain form, or from the sample."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.contrib.auth.views import redirect_to_login
from django.contrib.staticfiles import finders
from django.core.files.base import File
from django.core.files.uploadedfile import UploadedFile
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from diary.api.body_limit import SIGNED_OUT
from diary.api.problem import status_of
from diary.api.waking import wake_for
from diary.errors import Code, DiaryError
from diary.forms.clips import PlainUploadForm
from diary.messages import describe
from diary.services import clips
from diary.views.responses import add_refusal, posted, render_form

SAMPLE = "sample/squats.mp4"


@require_http_methods(["GET", "HEAD", "POST"])
def show_upload(request: HttpRequest) -> HttpResponse:
    """Choose or film clips."""
    if not request.user.is_authenticated:
        return send_to_sign_in(request)
    form, full = PlainUploadForm(posted(request), request.FILES if request.method == "POST" else None), False
    if request.method == "POST" and form.is_valid():
        try:
            film: UploadedFile = form.cleaned_data["clip"]
            clips.check_upload(user=request.user, size_bytes=film.size or 0)
            return take_in(request, film)
        except DiaryError as error:
            add_refusal(form, error)
            full = error.code == Code.STORAGE_FULL
    context = {
        "max_bytes": settings.MAX_CLIP_BYTES,
        "expires_s": settings.UPLOAD_EXPIRES_S,
        "too_large": describe(Code.TOO_LARGE, limit_bytes=settings.MAX_CLIP_BYTES),
        "empty_file": describe(Code.EMPTY_FILE),
        "internal": describe(Code.INTERNAL),
    }
    page = render_form(request, "diary/upload.html", context, form)
    if full:
        page.status_code = status_of(Code.STORAGE_FULL)  # nothing that was typed is wrong
    return page


def send_to_sign_in(request: HttpRequest) -> HttpResponse:
    """Whose session has ended while they filmed has to choose the clip again."""
    if request.method == "POST" or SIGNED_OUT in request.GET:
        messages.warning(
            request, _("You are not signed in any more, so the clip was not taken. Sign in and choose it again.")
        )
    return redirect_to_login(request.path)


@login_required
@require_POST
def try_sample(request: HttpRequest) -> HttpResponse:
    """Put the sample clip through the same door as any other."""
    source = finders.find(SAMPLE)
    if not source:
        raise Http404
    try:
        with Path(source).open("rb") as stream:
            return take_in(request, File(stream, name=Path(SAMPLE).name))
    except DiaryError as error:
        messages.error(request, str(describe(error.code, **error.params)))
        return redirect("home")


def take_in(request: HttpRequest, film: File[Any]) -> HttpResponse:
    """Keep a film, wake a worker, show the clip."""
    clip, created = clips.take_film(user=request.user, film=film)
    if created:
        wake_for(clip)
    else:
        messages.info(request, _("You have this clip already: here it is."))
    return redirect("clip", clip.pk)
