"""One pass over a clip: small upright RGB frames with their true times, decoded by a child while the caller works.

The times come from ffmpeg's ``showinfo`` filter, which writes one line a frame to standard error before the frame
leaves on standard output: exact for variable frame rates, and nothing has to be muxed.
"""

from __future__ import annotations

import re
from collections import deque
from collections.abc import Generator
from pathlib import Path

import numpy as np

from inference.errors import Code, InferenceError
from inference.types import Frame, VideoInfo
from inference.video import arguments
from inference.video.child import Allowance, Child, open_scratch, start
from inference.video.limits import DEFAULT, Limits

DENSE_HZ, LONG_HZ, FLOOR_HZ = 15.0, 12.0, 10.0  # rope jumps come at up to 3 a second
DENSE_UP_TO_S, LONG_UP_TO_S = 60.0, 180.0
MICROSECONDS = 1_000_000
MAX_GAP_S = 10.0
SHOWN = re.compile(r"^\[Parsed_showinfo_\d+ @ [^\]]+\] n: *\d+ pts: *(\S+)")
NO_DECODER = "not found for input stream"  # an ffmpeg built without it


def choose_rate(info: VideoInfo) -> float:
    """Frames a second that counting needs: a whole division of the clip's own rate, so that they are evenly spaced."""
    wanted = DENSE_HZ if info.duration_s <= DENSE_UP_TO_S else LONG_HZ if info.duration_s <= LONG_UP_TO_S else FLOOR_HZ
    if info.fps <= wanted:
        return wanted
    return info.fps / round(info.fps / wanted)


def read_frames(
    path: Path, info: VideoInfo, *, rate_hz: float, max_side_px: int, limits: Limits = DEFAULT
) -> Generator[Frame, None, None]:
    """Frames in order of time, which starts at 0 with the first picture."""
    width, height = arguments.fit(info, max_side_px=max_side_px)
    command = _decode_command(info, rate_hz, (width, height))
    allowance = Allowance(limits.decode_wall_s, limits.stall_s, limits.memory_bytes)
    stamps = _Stamps(1 / min(rate_hz, max(info.fps, 1.0)))
    most = int(info.duration_s * rate_hz * 2) + 100  # a stream that never ends must not be followed for ever
    with (
        open_scratch(path, limits.scratch_root) as scratch,
        start(command, scratch, allowance, stamps.read_line) as child,
    ):
        count = 0
        while count < most and (image := _read_image(child, width, height)) is not None:
            yield Frame(stamps.next_s(child), image)
            count += 1
        if count < most:
            child.finish()
    if count == 0:
        raise InferenceError(stamps.explain_nothing(), " / ".join(stamps.log))


def _decode_command(info: VideoInfo, rate_hz: float, size_px: tuple[int, int]) -> list[str]:
    stream = (
        arguments.open_clip(noautorotate=None, **arguments.spare_work(info))
        .filter("setpts", "PTS-STARTPTS")
        .filter("select", _every(rate_hz, info.fps))
    )
    stream = arguments.resize_and_orient(stream, info, size_px)
    stream = stream.filter("settb", "AVTB").filter("showinfo", checksum=0)
    output = stream.output("pipe:", format="rawvideo", pix_fmt="rgb24", fps_mode="passthrough")
    return arguments.compile_command(output, loglevel="info")


def _every(rate_hz: float, fps: float) -> str:
    """The first picture of each cell of time; a cell, not a distance, so that the mean rate holds for any clip."""
    margin = min(0.25, 0.5 * rate_hz / max(fps, 1.0))  # keeps rounding from moving a picture to the next cell
    cell, last = (f"floor({t}*{rate_hz:.6f}+{margin:.4f})" for t in ("t", "prev_selected_t"))
    return f"isnan(prev_selected_t)+not(eq({cell},{last}))"


def _read_image(child: Child, width: int, height: int) -> np.ndarray[tuple[int, int, int], np.dtype[np.uint8]] | None:
    image = np.empty((height, width, 3), np.uint8)
    return image if child.read_into(image.reshape(-1).data) == image.size else None


class _Stamps:
    """Times of the frames from the log of the child, made to rise: a step back or a leap counts as one usual step."""

    def __init__(self, usual_s: float) -> None:
        self.log: deque[str] = deque(maxlen=5)
        self._usual_s = usual_s
        self._raw_s: deque[float] = deque()
        self._last_raw_s: float | None = None
        self._now_s = 0.0
        self._lacks_decoder = False

    def read_line(self, line: str) -> None:
        """Take one line of the child's log."""
        if match := SHOWN.match(line):
            self._raw_s.append(_microseconds(match[1]) / MICROSECONDS)
        elif not line.startswith("[Parsed_showinfo"):
            self.log.append(line)
            self._lacks_decoder |= NO_DECODER in line

    def next_s(self, child: Child) -> float:
        """Time of the frame that was read last."""
        while not self._raw_s and child.wait():
            pass
        raw_s = self._raw_s.popleft() if self._raw_s else float("nan")
        if self._last_raw_s is not None:
            step_s = raw_s - self._last_raw_s
            self._now_s += step_s if 0 < step_s <= MAX_GAP_S else self._usual_s
        self._last_raw_s = raw_s
        return self._now_s

    def explain_nothing(self) -> Code:
        """Why not one frame came out."""
        return Code.UNSUPPORTED_CODEC if self._lacks_decoder else Code.TRUNCATED


def _microseconds(text: str) -> float:
    return float(text) if text.lstrip("-").isdigit() else float("nan")
