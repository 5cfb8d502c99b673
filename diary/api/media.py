"""Files of clips, for their owner only, with byte ranges for players."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Iterator
from pathlib import PurePosixPath
from typing import Any
from uuid import UUID

from django.conf import settings
from django.core.files.base import File
from django.core.handlers.asgi import ASGIRequest
from django.db.models.fields.files import FieldFile
from django.http import (
    Http404,
    HttpRequest,
    HttpResponse,
    HttpResponseBase,
    HttpResponseRedirect,
    StreamingHttpResponse,
)
from django.utils.cache import patch_vary_headers
from django.utils.http import quote_etag
from rest_framework.exceptions import MethodNotAllowed

from accounts.models import User
from diary import access
from diary.api import problem
from diary.api.authentication import authenticate
from diary.api.ranges import ByteRange, UnsatisfiableError, parse_range

CHUNK_BYTES = 256 * 1024
CACHE = "private, no-cache"  # what the next analysis makes has the same address; asked with its ETag it costs a 304
Finder = Callable[[User, UUID], tuple[FieldFile, str]]


def find_rendition(user: User, id: UUID) -> tuple[FieldFile, str]:
    """The film for the player. The original is never served: it may tell where it was taken, and by what."""
    return access.get_clip(user, id).rendition, "video/mp4"


def find_poster(user: User, id: UUID) -> tuple[FieldFile, str]:
    """A still of a clip."""
    return access.get_clip(user, id).poster, "image/jpeg"


def find_thumbnail(user: User, id: UUID) -> tuple[FieldFile, str]:
    """A still of a set."""
    return access.get_set(user, id).thumbnail, "image/jpeg"


def serve(request: HttpRequest, id: UUID, find: Finder) -> HttpResponseBase:
    """A file of the person who asks; for everybody else it is not there."""
    try:
        if request.method not in {"GET", "HEAD"}:
            raise MethodNotAllowed(request.method or "")
        file, content_type = find(authenticate(request), id)
        response = send_file(request, file, content_type)
    except Exception as error:
        refusal = problem.respond_to(error, request)
        if refusal is None:
            raise
        response = refusal
    patch_vary_headers(response, ["Cookie", "Authorization", "X-Session-Token"])
    return response


def send_file(request: HttpRequest, file: FieldFile, content_type: str) -> HttpResponseBase:
    """From this disk, through nginx, or from the place where the storage keeps it."""
    if not file or not file.name:
        raise Http404
    if settings.S3_BUCKET:
        return HttpResponseRedirect(file.storage.url(file.name))  # signed, for a short time
    if not file.storage.exists(file.name):
        raise Http404
    response = (
        send_by_nginx(file)
        if settings.MEDIA_ACCEL_PREFIX
        else send_range(request, file, request.headers.get("Range", ""))
    )
    response.headers["Content-Type"] = content_type
    response.headers["Cache-Control"] = CACHE
    response.headers["X-Content-Type-Options"] = "nosniff"
    response.headers["Content-Disposition"] = f'inline; filename="{PurePosixPath(file.name).name}"'
    return response


def send_by_nginx(file: FieldFile) -> HttpResponse:
    """Let nginx send the file; it knows ranges."""
    return HttpResponse(headers={"X-Accel-Redirect": f"{settings.MEDIA_ACCEL_PREFIX.rstrip('/')}/{file.name}"})


def send_range(request: HttpRequest, file: FieldFile, wanted: str) -> HttpResponseBase:
    """All of a file or the part that was asked for."""
    etag = quote_etag(f"{file.name}-{file.size}")  # each run writes files of other names
    if request.headers.get("If-None-Match") == etag:
        return HttpResponse(status=304, headers={"ETag": etag})
    if request.headers.get("If-Range", etag) != etag:
        wanted = ""
    try:
        part = parse_range(wanted, file.size)
    except UnsatisfiableError:
        return HttpResponse(status=416, headers={"Content-Range": f"bytes */{file.size}"})
    body = part or ByteRange(0, file.size - 1)
    headers = {"Accept-Ranges": "bytes", "ETag": etag, "Content-Length": str(body.length)}
    if part is not None:
        headers["Content-Range"] = f"bytes {part.first}-{part.last}/{file.size}"
    if request.method == "HEAD":
        return HttpResponse(headers=headers)
    return StreamingHttpResponse(read_part(request, file, body), status=206 if part else 200, headers=headers)


def read_part(request: HttpRequest, file: FieldFile, part: ByteRange) -> Iterator[bytes] | AsyncIterator[bytes]:
    """Pieces of a file; an ASGI server would read all of a plain iterator into memory first."""
    stream = file.storage.open(file.name, "rb")
    stream.seek(part.first)
    pieces = iterate(stream, part.length)
    return iterate_in_thread(pieces) if isinstance(request, ASGIRequest) else pieces


def iterate(stream: File[Any], length: int) -> Iterator[bytes]:
    """So many bytes, piece by piece."""
    with stream:
        while length > 0 and (piece := stream.read(min(CHUNK_BYTES, length))):
            length -= len(piece)
            yield piece


async def iterate_in_thread(pieces: Iterator[bytes]) -> AsyncIterator[bytes]:
    """The same without holding up other requests."""
    while (piece := await asyncio.to_thread(next, pieces, None)) is not None:
        yield piece
