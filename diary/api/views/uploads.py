"""The tus 1.0.0 server: uploads that go on after a dead spot, a closed tab or a restart of the server."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Callable
from functools import wraps
from typing import Any
from uuid import UUID

from asgiref.sync import sync_to_async
from django.conf import settings
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from rest_framework.exceptions import MethodNotAllowed, UnsupportedMediaType

from accounts.models import User
from diary import access
from diary.api import problem, tus_protocol
from diary.api.authentication import authenticate, check_upload_rate
from diary.api.receiving import receive_body
from diary.api.serializers.uploads import UploadSerializer
from diary.api.streaming import body_of
from diary.api.waking import wake_for
from diary.errors import Code, DiaryError
from diary.models import Clip, Upload
from diary.services import uploads
from diary.services.upload_files import PartFile

View = Callable[..., Any]
VERSIONED = {"POST", "HEAD", "PATCH", "DELETE"}
CLIP_HEADER = "Deukgeun-Clip"


def speak_tus(view: View) -> View:
    """Check the version, let browsers that cannot send PATCH say so in a header, answer errors as problems."""

    @csrf_exempt  # authenticate() asks sessions for the token
    @never_cache
    @wraps(view)
    async def answer(request: HttpRequest, **ids: UUID) -> HttpResponse:
        method = wanted_method(request)
        try:
            if method in VERSIONED and request.headers.get("Tus-Resumable") != tus_protocol.VERSION:
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


def wanted_method(request: HttpRequest) -> str:
    """The method, or what a POST says instead; a GET may not, as sessions are not asked for the token with one."""
    method = str(request.method).upper()
    return request.headers.get("X-HTTP-Method-Override", method).upper() if method == "POST" else method


@speak_tus
async def serve_uploads(request: HttpRequest, method: str) -> HttpResponse:
    """The place where uploads begin."""
    if method == "OPTIONS":
        return show_abilities()
    if method != "POST":
        raise MethodNotAllowed(method)
    upload = await sync_to_async(announce_upload)(request)
    try:
        clip = await take_first_bytes(request, upload)
    except BaseException:  # clients read Location of a 201 only: nobody could go on with what stayed, or end it
        await asyncio.shield(sync_to_async(uploads.terminate_upload)(upload=upload))
        raise
    headers = {"Location": request.build_absolute_uri(address_of(upload)), **describe_position(upload, clip)}
    return HttpResponse(status=201, headers=headers)


@speak_tus
async def serve_upload(request: HttpRequest, method: str, id: UUID) -> HttpResponse:
    """One upload."""
    if method == "OPTIONS":
        return show_abilities()
    if method == "PATCH":
        return await continue_upload(request, id)
    answers = {"HEAD": show_offset, "GET": show_upload, "DELETE": end_upload}
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


def announce_upload(request: HttpRequest) -> Upload:
    """Make the row."""
    user = authenticate(request)
    check_upload_rate(request)
    length = tus_protocol.parse_number("Upload-Length", request.headers.get("Upload-Length"))
    metadata = tus_protocol.parse_metadata(request.headers.get("Upload-Metadata", ""))
    check_capture(metadata, user)
    if not has_bytes(request) and int(request.headers.get("Content-Length") or 0) > 0:
        raise UnsupportedMediaType(request.content_type)
    return uploads.create_upload(user=user, length=length, filename=metadata.get("filename", ""), metadata=metadata)


def check_capture(metadata: dict[str, str], user: User) -> None:
    """Say it now when the moment cannot be read: the film would lie on the wrong day."""
    text = metadata.get("captured_at", "")
    if text and uploads.parse_capture(text=text, user=user) is None:
        raise DiaryError(Code.UPLOAD_HEADER, header="Upload-Metadata (captured_at)")


def has_bytes(request: HttpRequest) -> bool:
    """Whether the first bytes of the film come along with its announcement."""
    return request.content_type == tus_protocol.CONTENT_TYPE


async def take_first_bytes(request: HttpRequest, upload: Upload) -> Clip | None:
    """What an announcement carries; a film that fits into it becomes a clip at once."""
    if has_bytes(request):
        part = await sync_to_async(uploads.open_upload)(upload=upload, offset=0)
        await receive(request, upload, part)
    return await sync_to_async(finish_if_complete)(upload)


async def continue_upload(request: HttpRequest, id: UUID) -> HttpResponse:
    """Take further bytes; the last one makes the clip."""
    upload, part = await sync_to_async(open_for_writing)(request, id)
    await receive(request, upload, part)
    clip = await sync_to_async(finish_if_complete)(upload)
    return HttpResponse(status=204, headers=describe_position(upload, clip))


def open_for_writing(request: HttpRequest, id: UUID) -> tuple[Upload, PartFile]:
    """Who, which, and from where on."""
    upload = find_upload(request, id)
    if request.content_type != tus_protocol.CONTENT_TYPE:
        raise UnsupportedMediaType(request.content_type)
    offset = tus_protocol.parse_number("Upload-Offset", request.headers.get("Upload-Offset"))
    return upload, uploads.open_upload(upload=upload, offset=offset)


async def receive(request: HttpRequest, upload: Upload, part: PartFile) -> None:
    """Write the body and let go of the file, whatever happens."""
    with contextlib.closing(part):
        checksum = tus_protocol.parse_checksum(request.headers.get("Upload-Checksum"))
        await receive_body(body_of(request), upload, part, checksum)


def finish_if_complete(upload: Upload) -> Clip | None:
    """The clip of a complete upload; a worker is woken when the clip is new."""
    if uploads.current_offset(upload=upload) != upload.length:
        return None
    finished = uploads.finish_upload(upload=upload)
    if finished is None:
        return None
    if finished.created:
        wake_for(finished.clip)
    return finished.clip


def show_offset(request: HttpRequest, id: UUID) -> HttpResponse:
    """How far the upload has come. One that was complete when the server died becomes a clip here."""
    upload = find_upload(request, id)
    clip = finish_if_complete(upload)
    headers = {
        "Upload-Length": str(upload.length),
        "Upload-Metadata": tus_protocol.format_metadata(upload.metadata),
        **describe_position(upload, clip),
    }
    return HttpResponse(headers={name: value for name, value in headers.items() if value})


def show_upload(request: HttpRequest, id: UUID) -> HttpResponse:
    """The same as JSON, for people who debug an app."""
    upload = find_upload(request, id)
    finish_if_complete(upload)
    return JsonResponse(UploadSerializer(upload, context={"request": request}).data)


def end_upload(request: HttpRequest, id: UUID) -> HttpResponse:
    """Forget the upload."""
    uploads.terminate_upload(upload=find_upload(request, id, expired_too=True))
    return HttpResponse(status=204)


def find_upload(request: HttpRequest, id: UUID, *, expired_too: bool = False) -> Upload:
    """The person's upload, unless its time is over."""
    upload = access.get_upload(authenticate(request), id)
    if upload.expires_at <= timezone.now() and not upload.sha256 and not expired_too:
        raise DiaryError(Code.UPLOAD_EXPIRED)
    return upload


def address_of(upload: Upload) -> str:
    """Where an upload is continued."""
    return reverse("api:upload", kwargs={"id": upload.pk})


def describe_position(upload: Upload, clip: Clip | None) -> dict[str, str]:
    """Headers that tell how far it has come and what became of it."""
    headers = {
        "Upload-Offset": str(uploads.current_offset(upload=upload)),
        "Upload-Expires": tus_protocol.format_expires(upload.expires_at),
    }
    return headers if clip is None else {**headers, CLIP_HEADER: str(clip.pk)}
