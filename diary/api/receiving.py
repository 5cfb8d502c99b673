"""From the wire to the disk: the body of an upload, written while it arrives, kept when the line breaks."""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections.abc import AsyncIterator

from asgiref.sync import sync_to_async

from diary.api.connections import borrow_connection, return_connection
from diary.api.streaming import DisconnectedError, LiveBody, ReadBody
from diary.api.tus_protocol import Checksum
from diary.errors import Code, DiaryError
from diary.models import Upload
from diary.services import uploads
from diary.services.upload_files import PartFile

SAVE_EVERY_S = 1.0  # what a killed process loses at most
LOOK_EVERY_S = 0.5
YIELD_AFTER_S = 2.0  # silence after which a second connection of the same client may take over
GIVE_UP_AFTER_S = 30.0  # silence after which nobody is expected any more


async def receive_body(body: LiveBody | ReadBody, upload: Upload, part: PartFile, checksum: Checksum | None) -> None:
    """Append a body to an upload. With a checksum all of it counts or nothing, otherwise whatever arrives."""
    start = part.offset
    if isinstance(body, LiveBody):
        await return_connection()
    try:
        await _write_body(body, upload, part, checksum)
    except BaseException:  # also when the server is told to stop
        if checksum is not None:
            part.roll_back(start)
        await asyncio.shield(_save(body, upload, part))
        raise
    await _save(body, upload, part)


async def _write_body(body: LiveBody | ReadBody, upload: Upload, part: PartFile, checksum: Checksum | None) -> None:
    digest = checksum.start() if checksum else None
    saved_at = time.monotonic()
    async for data in _arriving(body, part):
        await asyncio.to_thread(uploads.append_chunk, upload=upload, part=part, data=data)
        if digest is not None:
            await asyncio.to_thread(digest.update, data)
        elif time.monotonic() - saved_at > SAVE_EVERY_S:
            await _save(body, upload, part)
            saved_at = time.monotonic()
    if checksum is not None and digest is not None and digest.digest() != checksum.digest:
        raise DiaryError(Code.UPLOAD_CHECKSUM_MISMATCH)


async def _arriving(body: LiveBody | ReadBody, part: PartFile) -> AsyncIterator[bytes]:
    """The pieces as they come; ends with an error when the other side is silent for too long."""
    heard_at = time.monotonic()
    while True:
        try:
            data = await body.read(LOOK_EVERY_S)
        except TimeoutError:
            silence_s = time.monotonic() - heard_at
            if silence_s > GIVE_UP_AFTER_S or (silence_s > YIELD_AFTER_S and part.is_wanted()):
                raise DiaryError(Code.UPLOAD_STALLED) from None
            continue
        except DisconnectedError:
            raise DiaryError(Code.UPLOAD_STALLED) from None
        if not data:
            return
        heard_at = time.monotonic()
        yield data


@sync_to_async
def _save(body: LiveBody | ReadBody, upload: Upload, part: PartFile) -> None:
    with borrow_connection() if isinstance(body, LiveBody) else contextlib.nullcontext():
        uploads.save_offset(upload=upload, part=part)
