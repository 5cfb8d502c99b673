"""What can go wrong in the diary, as codes. `diary.messages` holds the sentences."""

from __future__ import annotations

from enum import StrEnum
from typing import Any


class Code(StrEnum):
    """Reason for a refusal; the value is stored and sent, so it never changes."""

    # The film. The values up to `internal` are those that an analysis may end with, and `storage_full`.
    EMPTY_FILE = "empty_file"
    NOT_A_VIDEO = "not_a_video"
    NO_VIDEO_STREAM = "no_video_stream"
    UNSUPPORTED_CODEC = "unsupported_codec"
    TRUNCATED = "truncated"
    TOO_LARGE = "too_large"
    TOO_LONG = "too_long"
    NO_PERSON = "no_person"
    NOBODY_TAPPED = "nobody_tapped"
    NO_MOVEMENT = "no_movement"
    FILM_MISSING = "film_missing"
    TIMED_OUT = "timed_out"
    INTERNAL = "internal"

    # The upload.
    OVER_QUOTA = "over_quota"
    UPLOAD_BUSY = "upload_busy"
    UPLOAD_CHECKSUM_MISMATCH = "upload_checksum_mismatch"
    UPLOAD_CHECKSUM_UNSUPPORTED = "upload_checksum_unsupported"
    UPLOAD_EXPIRED = "upload_expired"
    UPLOAD_HEADER = "upload_header"
    UPLOAD_INCOMPLETE = "upload_incomplete"
    UPLOAD_OFFSET_MISMATCH = "upload_offset_mismatch"
    UPLOAD_STALLED = "upload_stalled"
    UPLOAD_TOO_MUCH = "upload_too_much"
    UPLOAD_VERSION = "upload_version"
    STORAGE_FULL = "storage_full"

    # The diary.
    ANALYSIS_ACTIVE = "analysis_active"
    ANALYSIS_ENDED = "analysis_ended"
    EXERCISE_EXISTS = "exercise_exists"
    EXERCISE_IN_USE = "exercise_in_use"
    EXERCISE_NOT_YOURS = "exercise_not_yours"
    NOTHING_PROPOSED = "nothing_proposed"
    DAY_OUT_OF_RANGE = "day_out_of_range"
    AFTER_THE_FILM = "after_the_film"
    INVALID_VALUE = "invalid_value"

    # The edge.
    INVALID_INPUT = "invalid_input"
    UNREADABLE_BODY = "unreadable_body"
    UNKNOWN_FIELD = "unknown_field"
    UNKNOWN_EXERCISE = "unknown_exercise"
    NOT_A_MONTH = "not_a_month"
    NOT_AUTHENTICATED = "not_authenticated"
    NOT_ALLOWED = "not_allowed"
    NOT_FOUND = "not_found"
    METHOD_NOT_ALLOWED = "method_not_allowed"
    NOT_ACCEPTABLE = "not_acceptable"
    UNSUPPORTED_MEDIA_TYPE = "unsupported_media_type"
    REQUEST_STALLED = "request_stalled"
    REQUEST_TOO_LARGE = "request_too_large"
    THROTTLED = "throttled"
    CONFLICT = "conflict"
    UNAVAILABLE = "unavailable"


class DiaryError(Exception):
    """A wish that cannot be fulfilled. `params` fill the gaps of the sentence (bytes, seconds, a field's name)."""

    def __init__(self, code: Code, **params: Any) -> None:
        super().__init__(code.value)
        self.code = code
        self.params = params
