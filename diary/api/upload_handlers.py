"""Files that come with a form, on their way to the disk."""

from __future__ import annotations

import contextlib
import io
from typing import Any

from django.core.files.uploadedfile import UploadedFile
from django.core.files.uploadhandler import TemporaryFileUploadHandler

from diary.errors import Code, DiaryError
from diary.services.upload_files import DISK_FULL


class LostStream(io.BytesIO):
    """Stands for bytes that found no room."""

    def read(self, size: int | None = -1, /) -> bytes:
        """Refuse."""
        raise DiaryError(Code.STORAGE_FULL)


class TidyUploadHandler(TemporaryFileUploadHandler):
    """Django's, except that on a full disk nothing stays, and that who reads the file hears why it is not there.

    An error here would reach whoever looks into the form first: the check of the CSRF token, which cannot answer it.
    """

    def new_file(self, *args: Any, **kwargs: Any) -> None:
        """Begin a file."""
        self.is_lost = False
        self.__dict__.pop("file", None)  # an earlier one of the same form is not ours any more
        try:
            super().new_file(*args, **kwargs)
        except OSError as error:
            self.give_up(error)

    def receive_data_chunk(self, raw_data: bytes, start: int) -> None:
        """Write, as long as there is room."""
        if self.is_lost:
            return
        try:
            super().receive_data_chunk(raw_data, start)
        except OSError as error:
            self.give_up(error)

    def file_complete(self, file_size: int) -> UploadedFile:
        """The file, or what refuses to be read in its place."""
        if not self.is_lost:
            try:
                return super().file_complete(file_size)
            except OSError as error:  # the last bytes waited in a buffer
                self.give_up(error)
        return UploadedFile(LostStream(), self.file_name, self.content_type, file_size, self.charset)

    def give_up(self, error: OSError) -> None:
        """Make room for others; any other error goes on."""
        with contextlib.suppress(OSError):  # closing writes the buffer again before it deletes
            self.upload_interrupted()
        if error.errno not in DISK_FULL:
            raise error
        self.is_lost = True
