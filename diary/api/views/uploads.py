"""The tus 1.0.0 server: uploads that go on after a dead spot, a closed tab or a restart of the server."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any
from uuid import UUID

from asgiref.sync import sync_to_async
from django.conf import settings
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from rest_framework.exceptions import MethodNotAllowed

from accounts.models import User
from diary import access
from diary.api import problem, tus_protocol
from diary.api.authentication import authenticate
from diary.api.receiving import Received, receive_body
from diary.api.serializers.uploads import UploadSerializer
from diary.api.streaming import body_of
from diary.errors import Code, DiaryError
from diary.models import Upload
from diary.services import uploads
from workers import queue

View = Callable[..., Any]
RESOURCE_METHODS = {"HEAD", "GET", "PATCH", "DELETE", "OPTIONS"}


def speak_tus(view: View) -> View:
    """Check the version, let browsers that cannot send PATCH say so in a header, answer errors as problems."""

    @csrf_exempt  # authenticate() asks sessions for the token
    @never_cache
    @wraps(view)
    async def answer(request: HttpRequest, **ids: UUID) -> HttpResponse:
        method = request.headers.get("X-HTTP-Method-Override", request.method).upper()
        try:
            if method not in {"OPTIONS", "GET"} and request.headers.get("Tus-Resumable") != tus_protocol.VERSION:
                raise DiaryError(Code.UPLOAD_VERSION)
            response = await view(request, method, **ids)
        except Exception as error:
            response = await sync_to_async(problem.respond_to)(error, request)
            if response is None:
                raise
        response.headers.setdefault("Tus-Resumable", tus_protocol.VERSION)
        response.headers.setdefault("Tus-Version", tus_protocol.VERSION)
        if response.status_code in {413, 200, 204}:
            response.headers.setdefault("Tus-Max-Size", str(settings.MAX_CLIP_BYTES))
        return response

    return answer


@speak_tus
async def serve_uploads(request: HttpRequest, method: str) -> HttpResponse:
    """The place where uploads begin."""
    if method == "OPTIONS":
        return show_abilities()
    if method != "POST":
        raise MethodNotAllowed(method)
    return await create_upload(request)


@speak_tus
async def serve_upload(request: HttpRequest, method: str, id: UUID) -> HttpResponse:
    """One upload."""
    if method == "OPTIONS":
        return show_abilities()
    if method == "PATCH":
        return await continue_upload(request, id)
    answers = {"HEAD": show_offset, "GET": show_upload, "DELETE": terminate_upload}
    if method not in answers:
        raise MethodNotAllowed(method)
    return await sync_to_async(answers[method])(request, id)


def show_abilities() -> HttpResponse:
    """What this server can do."""
    headers = {
        "Tus-Extension": tus_protocol.EXTENSIONS,
        "Tus-Checksum-Algorithm": ",".join(tus_protocol.ALGORITHMS),
        "Tus-Max-Size": str(settings.MAX_CLIP_BYTES),
    }
    return HttpResponse(status=204, headers=headers)
