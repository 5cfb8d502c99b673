"""Untrusted clips in, upright frames with true times and clean media out. Only ffmpeg, in a jail, ever opens a clip."""

from inference.video.arguments import fit
from inference.video.decode import choose_rate, read_frames
from inference.video.limits import DEFAULT, Limits
from inference.video.media import RENDITION, write_rendition, write_still
from inference.video.probe import probe

__all__ = [
    "DEFAULT",
    "RENDITION",
    "Limits",
    "choose_rate",
    "fit",
    "probe",
    "read_frames",
    "write_rendition",
    "write_still",
]
