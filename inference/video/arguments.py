"""Arguments of ffmpeg and ffprobe: what may be opened, and how a picture is made upright, small and SDR."""

from __future__ import annotations

import functools
import subprocess
from typing import Any

import ffmpeg

from inference.types import VideoInfo
from inference.video.child import CLIP_NAME, find_program

PROTOCOLS = "file,pipe"
CONTAINERS = ("mov", "mp4", "m4a", "3gp", "3g2", "mj2", "matroska", "webm", "avi")
CODECS = frozenset({"h264", "hevc", "vp8", "vp9", "av1", "mpeg4", "mjpeg"})  # as ffprobe names streams
DECODERS = (*sorted(CODECS), "libvpx", "libvpx-vp9", "libdav1d", "libaom-av1")
# ffprobe gives up when it may not open the decoder of any stream, so it needs those of the sound and captions beside.
BYSTANDERS = (
    "aac", "aac_latm", "mp3", "mp3float", "mp2", "mp2float", "opus", "libopus", "vorbis", "ac3", "eac3", "alac", "flac",
    "amrnb", "amrwb", "libopencore_amrnb", "libopencore_amrwb", "pcm_s16le", "pcm_s16be", "pcm_s24le", "pcm_s24be",
    "pcm_f32le", "pcm_u8", "pcm_mulaw", "pcm_alaw", "adpcm_ima_qt", "adpcm_ima_wav", "adpcm_ms", "mov_text", "subrip",
    "webvtt", "ass",
)  # fmt: skip
HDR_TRANSFERS = {"smpte2084": "smpte2084", "arib-std-b67": "arib-std-b67"}

# No "image" muxers, lists or network: those demuxers and protocols are simply not on the lists.
INPUT: dict[str, Any] = {
    "protocol_whitelist": PROTOCOLS,
    "format_whitelist": ",".join(CONTAINERS),
}
CAMERA_BITS_PER_PIXEL = 0.12  # 1080p at 30 frames a second: 7.5 Mbit/s
SOURCE = f"file:{CLIP_NAME}"
FIRST_PICTURES = "V:0"  # the first video stream that is no cover picture


def probe_command(*arguments: str) -> list[str]:
    """An ffprobe command on the clip in the scratch directory."""
    options = {**INPUT, "codec_whitelist": ",".join((*DECODERS, *BYSTANDERS))}
    allow = [part for name, value in options.items() for part in (f"-{name}", value)]
    return [find_program("ffprobe"), "-hide_banner", "-v", "error", *allow, *arguments, SOURCE]


def open_clip(**options: Any) -> Any:
    """An ffmpeg-python input on the clip. ``noautorotate=None`` leaves its turning to ``orient``."""
    allowed = {**INPUT, "codec_whitelist": ",".join(DECODERS)}
    return ffmpeg.input(SOURCE, **allowed, threads=2, **options)[FIRST_PICTURES]


def spare_work(info: VideoInfo) -> dict[str, str]:
    """Decoder options for frames that are shrunk anyway: at a camera's bit rate the deblocking filter hardly shows."""
    bits_per_pixel = 8 * info.size_bytes / (info.duration_s * info.fps * info.width_px * info.height_px)
    return {"skip_loop_filter": "all"} if bits_per_pixel > CAMERA_BITS_PER_PIXEL else {}


def compile_command(stream: Any, *, loglevel: str) -> list[str]:
    """The argument list for a finished ffmpeg-python stream."""
    quiet = stream.global_args("-nostdin", "-hide_banner", "-nostats", "-loglevel", loglevel, "-filter_threads", "1")
    return list(ffmpeg.compile(quiet, cmd=find_program("ffmpeg"), overwrite_output=True))


def resize(stream: Any, info: VideoInfo, size_px: tuple[int, int]) -> Any:
    """Scale to (width, height) and make it SDR."""
    width, height = size_px
    return map_tones(stream.filter("scale", width, height, flags="bilinear").filter("setsar", 1), info)


def resize_and_orient(stream: Any, info: VideoInfo, size_px: tuple[int, int]) -> Any:
    """To the upright (width, height): scaled before it is turned, because turning a large picture is slow."""
    stored_px = size_px[::-1] if info.rotation_deg in {90, 270} else size_px
    return orient(resize(stream, info, stored_px), info)


def orient(stream: Any, info: VideoInfo) -> Any:
    """Turn clockwise by the clip's rotation, then mirror when the clip says so."""
    if info.rotation_deg == 90:
        stream = stream.filter("transpose", "clock")
    elif info.rotation_deg == 270:
        stream = stream.filter("transpose", "cclock")
    elif info.rotation_deg == 180:
        stream = stream.filter("hflip").filter("vflip")
    return stream.filter("hflip") if info.is_mirrored else stream


def map_tones(stream: Any, info: VideoInfo) -> Any:
    """HDR (PQ or HLG) to SDR; without zscale in ffmpeg the picture stays flat, which pose estimation bears."""
    if not info.is_hdr or not has_zscale():
        return stream
    transfer = HDR_TRANSFERS[info.transfer]
    linear = stream.filter("zscale", tin=transfer, min="2020_ncl", pin="2020", rin="limited", t="linear", npl=203)
    mapped = linear.filter("format", "gbrpf32le").filter("zscale", p="709").filter("tonemap", "hable", desat=0)
    return mapped.filter("zscale", t="709", m="709", r="limited").filter("format", "yuv420p")


@functools.cache
def has_zscale() -> bool:
    """Whether this ffmpeg was built with zimg."""
    command = [find_program("ffmpeg"), "-hide_banner", "-filters"]
    listing = subprocess.run(command, check=False, capture_output=True, timeout=30)
    return b" zscale " in listing.stdout and b" tonemap " in listing.stdout


def fit(info: VideoInfo, *, max_side_px: int, even: bool = False) -> tuple[int, int]:
    """Upright (width, height) with the longer side at most ``max_side_px``; never enlarged."""
    return shrink(info, min(1.0, max_side_px / max(info.width_px, info.height_px)), even=even)


def shrink(info: VideoInfo, factor: float, *, even: bool) -> tuple[int, int]:
    """Upright (width, height) times ``factor``, in whole or in even pixels."""
    step = 2 if even else 1
    width, height = (max(step, round(side * factor / step) * step) for side in (info.width_px, info.height_px))
    return width, height
