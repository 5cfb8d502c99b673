"""What a shell is told when a command can't do its work. The diary has sentences of its own, in two languages."""

from __future__ import annotations

from urllib.error import URLError

from inference.errors import Code, InferenceError, UnreadableListError

SENTENCES = {
    Code.EMPTY_FILE: "The file is empty.",
    Code.NOT_A_VIDEO: "This is not a film that can be read.",
    Code.NO_VIDEO_STREAM: "The file has no moving picture.",
    Code.UNSUPPORTED_CODEC: "This kind of film is not read.",
    Code.TRUNCATED: "The film is damaged or cut off.",
    Code.TOO_LARGE: "The film is too large.",
    Code.TOO_LONG: "The film is too long.",
    Code.NO_PERSON: "Nobody is seen for long enough.",
    Code.NOBODY_TAPPED: "Nobody is seen at that place.",
    Code.NO_MOVEMENT: "Somebody is seen, but nothing is done.",
    Code.TIMED_OUT: "Reading the film took too long.",
    Code.INTERNAL: "Something is missing or broken on this machine.",
}


def explain(error: InferenceError) -> str:
    """One sentence, and what is known beside it."""
    if isinstance(error, UnreadableListError):
        return error.detail
    sentence = SENTENCES[error.code]
    return f"{sentence} ({error.detail})" if error.detail else sentence


def explain_system(error: OSError | ModuleNotFoundError) -> str:
    """Which package is missing; or which file it was, and what the system says of it."""
    if isinstance(error, ModuleNotFoundError):
        return f"This command needs the package {error.name}. Type: make setup-dev"  # what only training needs
    if isinstance(error, URLError):  # before its parent, which has no words for it
        return f"The download failed: {error.reason}"
    reason = error.strerror or str(error)
    return f"{error.filename}: {reason}" if error.filename else reason
