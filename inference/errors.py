"""What can go wrong with a clip, as codes. Sentences for people live at the edge, never here."""

from __future__ import annotations

from enum import StrEnum


class Code(StrEnum):
    """Reason why a clip could not be analysed; the value is stored and sent, so it never changes."""

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
    TIMED_OUT = "timed_out"
    INTERNAL = "internal"


class InferenceError(Exception):
    """A clip that cannot be analysed. ``detail`` is for logs only and is never shown to a person."""

    def __init__(self, code: Code, detail: str = "") -> None:
        super().__init__(f"{code.value}: {detail}" if detail else code.value)
        self.code = code
        self.detail = detail


class UnreadableListError(InferenceError):
    """A list, shard or table that a command was given and that is not as it should be.

    ``detail`` is a sentence for whoever typed the command.
    """

    def __init__(self, detail: str) -> None:
        super().__init__(Code.NOT_A_VIDEO, detail)
