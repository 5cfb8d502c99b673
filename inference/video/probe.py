"""What a file is, from what ffprobe finds inside it. Its name says nothing."""

from __future__ import annotations

import json
import math
import stat
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from inference.errors import Code, InferenceError
from inference.types import VideoInfo
from inference.video import packets, signature
from inference.video.arguments import CODECS, HDR_TRANSFERS, probe_command
from inference.video.child import Allowance, open_scratch, run
from inference.video.limits import DEFAULT, MIB, Limits
from inference.video.orientation import read_orientation

ENTRIES = (
    "format=format_name,duration,start_time:format_tags=creation_time,com.apple.quicktime.creationdate,major_brand"
    ":stream=index,codec_type,codec_name,codec_tag_string,width,height,pix_fmt,avg_frame_rate,r_frame_rate,duration"
    ",nb_frames,sample_aspect_ratio,color_transfer,start_time:stream_disposition=attached_pic"
    ":stream_tags=creation_time:stream_side_data=side_data_type,displaymatrix"
)
CODEC_REFUSED = ") not on whitelist"  # a refused container reads "Format not on whitelist"
MAX_ASPECT = 8.0  # a pixel wider than this is a broken header
SQUARE_WITHIN = 0.02  # rounding by encoders, not meant
EARLIEST_CAPTURE = datetime(2000, 1, 1, tzinfo=UTC)  # 1904 and 1970 are clocks never set


def probe(path: Path, limits: Limits = DEFAULT) -> VideoInfo:
    """Facts about a clip, or an InferenceError with the reason why it is none."""
    size_bytes = _check_file(path, limits)
    with open_scratch(path, limits.scratch_root) as scratch:
        found = _read_headers(scratch, path, limits)
        stream = _choose_stream(found)
        _check_stream(stream, limits)
        stated_s = _stated_duration_s(found, stream)
        _check_duration(stated_s, limits)
        timeline = packets.read_timeline(scratch, limits)
    duration_s = packets.judge_duration_s(timeline, stated_s)
    _check_duration(duration_s, limits)
    return _describe(found, stream, duration_s, timeline, size_bytes)


def _check_file(path: Path, limits: Limits) -> int:
    try:
        status = path.stat()
    except OSError as error:
        raise InferenceError(Code.NOT_A_VIDEO, f"{path}: {error.strerror}") from error
    except ValueError as error:  # a name that no file can have
        raise InferenceError(Code.NOT_A_VIDEO, str(error)) from error
    if not stat.S_ISREG(status.st_mode):
        raise InferenceError(Code.NOT_A_VIDEO, "not a regular file")
    if status.st_size == 0:
        raise InferenceError(Code.EMPTY_FILE)
    if status.st_size > limits.max_bytes:
        raise InferenceError(Code.TOO_LARGE, f"{status.st_size} bytes")
    return status.st_size


def _read_headers(scratch: Path, path: Path, limits: Limits) -> dict[str, Any]:
    command = probe_command("-show_entries", ENTRIES, "-of", "json")
    allowance = Allowance(limits.probe_wall_s, limits.probe_wall_s, limits.memory_bytes)
    status, output, log = run(command, scratch, allowance, MIB)
    found: dict[str, Any] = json.loads(output.decode("utf-8", "replace") or "{}") if status == 0 else {}
    if not found.get("format"):
        refused = any(CODEC_REFUSED in line for line in log)
        code = Code.UNSUPPORTED_CODEC if refused else signature.explain_failure(path)
        raise InferenceError(code, " / ".join(log[-3:]))
    if signature.is_still_picture(path):
        raise InferenceError(Code.NOT_A_VIDEO, "a still picture")
    return found


def _choose_stream(found: dict[str, Any]) -> dict[str, Any]:
    for stream in found.get("streams", []):
        if stream.get("codec_type") == "video" and not stream.get("disposition", {}).get("attached_pic"):
            return dict(stream)
    raise InferenceError(Code.NO_VIDEO_STREAM)


def _check_stream(stream: dict[str, Any], limits: Limits) -> None:
    codec, width, height = stream.get("codec_name"), stream.get("width", 0), stream.get("height", 0)
    if codec not in CODECS or stream.get("codec_tag_string") == "encv":  # encrypted
        raise InferenceError(Code.UNSUPPORTED_CODEC, str(codec))
    if width < 1 or height < 1:
        raise InferenceError(Code.TRUNCATED, "no picture size")
    if width * height > limits.max_frame_px:
        raise InferenceError(Code.TOO_LARGE, f"{width}×{height}")


def _stated_duration_s(found: dict[str, Any], stream: dict[str, Any]) -> float:
    for holder in (stream, found["format"]):
        value = _as_float(holder.get("duration"))
        if value > 0:
            return value
    return 0.0


def _check_duration(duration_s: float, limits: Limits) -> None:
    if duration_s > limits.max_duration_s:
        raise InferenceError(Code.TOO_LONG, f"{duration_s:.0f} s")


def _describe(
    found: dict[str, Any], stream: dict[str, Any], duration_s: float, timeline: packets.Timeline, size_bytes: int
) -> VideoInfo:
    rotation_deg, is_mirrored = read_orientation(stream.get("side_data_list", []))
    width, height = _square_size(stream)
    return VideoInfo(
        duration_s=duration_s,
        width_px=height if rotation_deg in {90, 270} else width,
        height_px=width if rotation_deg in {90, 270} else height,
        rotation_deg=rotation_deg,
        fps=timeline.count / duration_s,
        codec=stream["codec_name"],
        pixel_format=stream.get("pix_fmt", "unknown"),
        container=found["format"]["format_name"].split(",")[0],
        is_hdr=stream.get("color_transfer") in HDR_TRANSFERS,
        has_audio=any(other.get("codec_type") == "audio" for other in found["streams"]),
        captured_at=_captured_at(found, stream),
        size_bytes=size_bytes,
        is_mirrored=is_mirrored,
        transfer=stream.get("color_transfer", ""),
    )


def _square_size(stream: dict[str, Any]) -> tuple[int, int]:
    """Stored size with its pixels made square, by widening or narrowing."""
    across, _, down = str(stream.get("sample_aspect_ratio", "1:1")).partition(":")
    aspect = _as_float(across) / (_as_float(down) or 1.0)
    if not 1 / MAX_ASPECT <= aspect <= MAX_ASPECT or abs(aspect - 1) < SQUARE_WITHIN:
        aspect = 1.0
    return max(1, round(stream["width"] * aspect)), stream["height"]


def _captured_at(found: dict[str, Any], stream: dict[str, Any]) -> datetime | None:
    """Apple's own tag knows the local offset; ``creation_time`` is UTC."""
    tags = found["format"].get("tags", {})
    stated = (
        tags.get("com.apple.quicktime.creationdate"),
        tags.get("creation_time"),
        stream.get("tags", {}).get("creation_time"),
    )
    return next((moment for text in stated if text and (moment := _plausible_moment(text))), None)


def _plausible_moment(text: str) -> datetime | None:
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return None
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=UTC)
    latest = datetime.now(UTC) + timedelta(days=1)
    return moment if EARLIEST_CAPTURE <= moment <= latest else None


def _as_float(text: object) -> float:
    try:
        value = float(str(text))
    except ValueError:
        return 0.0
    return value if math.isfinite(value) else 0.0
