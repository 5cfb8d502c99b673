"""What is served later: a small H.264 rendition and stills, made anew from pixels, so no metadata can come along."""

from __future__ import annotations

import shutil
from pathlib import Path

import numpy as np
from PIL import Image

from inference.errors import Code, InferenceError
from inference.types import VideoInfo
from inference.video import arguments
from inference.video.child import Allowance, open_scratch, run, start
from inference.video.limits import DEFAULT, Limits

SHORT_SIDE_PX = 720
LONG_SIDE_PX = 1600  # keeps panoramas and phones' 20:9 within what players like
MAX_FPS = 30.0
TIMES_ORIGINAL = 4.0  # in bytes a second; grain that AV1 tells in a few bytes would take a hundred times as many
LEAST_BITS_PER_S = 64_000
MOST_BITS_PER_S = 500_000_000  # far above what a rendition has; ffmpeg reads no number above 2**31
VBV_S = 2.0
KEYFRAME_S = 0.5  # a click on a rep lands within half a second without decoding far
JPEG_QUALITY = 85
RENDITION = "rendition.mp4"


def write_rendition(path: Path, info: VideoInfo, out: Path, limits: Limits = DEFAULT) -> None:
    """H.264 MP4 without sound or metadata, upright, at most 720p, playable before it is loaded whole.

    People's storage is measured by their films, so this is never many times as large as the film.
    """
    allowance = Allowance(limits.decode_wall_s, limits.decode_wall_s, limits.memory_bytes, limits.rendition_bytes)
    with open_scratch(path, limits.scratch_root) as scratch:
        status, _, log = run(_rendition_command(info, _most_bits_per_s(path, info)), scratch, allowance, 0)
        made = scratch / RENDITION
        if status != 0 or not made.exists() or made.stat().st_size == 0:
            raise InferenceError(Code.TRUNCATED, " / ".join(log[-3:]))
        shutil.copyfile(made, out)


def write_still(
    path: Path, info: VideoInfo, time_s: float, out: Path, max_side_px: int, *, limits: Limits = DEFAULT
) -> None:
    """The picture shown at ``time_s`` as a JPEG."""
    width, height = arguments.fit(info, max_side_px=max_side_px)
    stream = arguments.open_clip(noautorotate=None, ss=f"{max(0.0, min(time_s, info.duration_s - 2 / info.fps)):.3f}")
    output = arguments.resize_and_orient(stream, info, (width, height)).output(
        "pipe:", format="rawvideo", pix_fmt="rgb24", vframes=1
    )
    allowance = Allowance(limits.decode_wall_s, limits.stall_s, limits.memory_bytes)
    image = np.empty((height, width, 3), np.uint8)
    with (
        open_scratch(path, limits.scratch_root) as scratch,
        start(arguments.compile_command(output, loglevel="error"), scratch, allowance) as child,
    ):
        if child.read_into(image.reshape(-1).data) < image.size:
            raise InferenceError(Code.TRUNCATED, " / ".join(child.log))
    save_jpeg(image, out)


def save_jpeg(image: np.ndarray[tuple[int, ...], np.dtype[np.uint8]], out: Path) -> None:
    """Write pixels (H, W, 3); there is no EXIF to carry over."""
    Image.fromarray(image).save(out, "JPEG", quality=JPEG_QUALITY, optimize=True)


def _most_bits_per_s(path: Path, info: VideoInfo) -> int:
    wanted = int(8 * TIMES_ORIGINAL * path.stat().st_size / max(info.duration_s, 0.1))
    return min(max(LEAST_BITS_PER_S, wanted), MOST_BITS_PER_S)


def _rendition_command(info: VideoInfo, most_bits_per_s: int) -> list[str]:
    short, long = sorted((info.width_px, info.height_px))
    size_px = arguments.shrink(info, min(1.0, SHORT_SIDE_PX / short, LONG_SIDE_PX / long), even=True)
    # ffmpeg turns the picture itself here: told not to, it would hand the clip's turning flag on to the rendition.
    stream = arguments.open_clip().filter("setpts", "PTS-STARTPTS")
    if info.fps > MAX_FPS * 1.05:
        stream = stream.filter("fps", MAX_FPS)
    output = arguments.resize(stream, info, size_px).output(
        RENDITION,
        format="mp4",
        vcodec="libx264",
        preset="veryfast",
        crf=24,
        maxrate=most_bits_per_s,
        bufsize=int(VBV_S * most_bits_per_s),
        pix_fmt="yuv420p",
        threads=2,
        fps_mode="vfr",
        force_key_frames=f"expr:gte(t,n_forced*{KEYFRAME_S})",
        movflags="+faststart",
        map_metadata=-1,
        map_chapters=-1,
        an=None,
        sn=None,
        dn=None,
    )
    return arguments.compile_command(output.global_args("-fflags", "+bitexact"), loglevel="error")
