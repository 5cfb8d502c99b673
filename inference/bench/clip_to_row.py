"""Seconds from a clip to its row, by stage, beside the plain chain in the same run.

``python -m inference.bench.clip_to_row [CLIP] [--seconds 15 30]``. The clip is repeated and enlarged to 1080p at 30
frames a second and a phone's bit rate (17 Mbit/s, no B-frames). The plain chain opens it with ``cv2.VideoCapture``,
shows every full-size frame to the same pose network one at a time, and names and counts with the same models. Both are
measured warm: loading models once is given apart.
"""

from __future__ import annotations

import argparse
import itertools
import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, TypeVar

import cv2
import numpy as np

from inference import pipeline, pose, video
from inference.pose.blazepose import BlazePose
from inference.recogniser import ProductRecogniser
from inference.types import AnalysisOptions, Frame, PoseTrack
from inference.video.child import find_program

SAMPLE = Path(__file__).resolve().parents[2] / "frontend" / "static" / "sample" / "squats.mp4"
PHONE = ("-c:v", "libx264", "-preset", "veryfast", "-bf", "0", "-g", "30", "-b:v", "17M", "-pix_fmt", "yuv420p", "-an")
PICTURE = "fps=30,scale={0}:force_original_aspect_ratio=decrease,pad={0}:-1:-1,noise=alls=6:allf=t"


T = TypeVar("T")


def main() -> int:
    """Measure and print one JSON object."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("clip", type=Path, nargs="?", default=SAMPLE)
    parser.add_argument("--seconds", type=int, nargs="+", default=[15, 30])
    parser.add_argument("--without-plain", action="store_true", help="skip the slow chain")
    args = parser.parse_args()
    loaded_s, (estimator, recogniser) = _time(lambda: (pose.load(), ProductRecogniser.load()))
    report: dict[str, Any] = {
        "cores": len(os.sched_getaffinity(0)),
        "load_average": os.getloadavg()[0],
        "load_models_s": round(loaded_s, 2),
    }
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        for seconds in args.seconds:
            clip = make_phone_clip(args.clip, seconds, folder)
            measure_product(clip, estimator, recogniser, folder)  # warms up
            report[f"{seconds} s, product"] = measure_product(clip, estimator, recogniser, folder)
            if not args.without_plain:
                report[f"{seconds} s, plain chain"] = measure_plain(clip, BlazePose(at_once=1), recogniser)
    print(json.dumps(report, indent=2))
    return 0


def make_phone_clip(source: Path, seconds: int, folder: Path) -> Path:
    """1080p as a phone films it, standing when the source stands."""
    info = video.probe(source)
    size = "1920:1080" if info.width_px > info.height_px else "1080:1920"
    out = folder / f"{seconds}.mp4"
    command = [find_program("ffmpeg"), "-v", "error", "-nostdin", "-y", "-stream_loop", "-1", "-i", str(source), "-t",
               str(seconds), "-vf", PICTURE.format(size), *PHONE, str(out)]  # fmt: skip
    subprocess.run(command, check=True)
    return out


def measure_product(
    clip: Path, estimator: pose.PoseEstimator, recogniser: ProductRecogniser, folder: Path
) -> dict[str, float]:
    """Until the row can be written, its thumbnail included; then the rendition, which nobody waits for."""
    options = AnalysisOptions(out_dir=folder / "out")
    cpu_s = _cpu_s()
    result = pipeline.analyse(clip, options, lambda stage, share: None, estimator=estimator, recogniser=recogniser)
    spent_s = {**result.timings_s, "cpu": _cpu_s() - cpu_s}
    result = pipeline.finish_media(clip, result, folder / "out", lambda stage, share: None)
    return _rounded({**spent_s, "rendition": result.timings_s["rendition"], "frames": len(result.track.times_s)})


def measure_plain(clip: Path, estimator: pose.PoseEstimator, recogniser: ProductRecogniser) -> dict[str, float]:
    """What one writes first: every frame, full size, one after the other."""
    began_s, cpu_s = time.perf_counter(), _cpu_s()
    spent_s = {"decode": 0.0}
    track_s, track = _time(lambda: _track_every_frame(clip, estimator, spent_s))
    spent_s["pose"] = track_s - spent_s["decode"]
    spent_s["exercise and reps"], _ = _time(lambda: recogniser.recognise(track, lambda seconds: None))
    return _rounded(
        {**spent_s, "total": time.perf_counter() - began_s, "cpu": _cpu_s() - cpu_s, "frames": len(track.times_s)}
    )


def _track_every_frame(clip: Path, estimator: pose.PoseEstimator, spent_s: dict[str, float]) -> PoseTrack:
    capture = cv2.VideoCapture(str(clip))  # our own clip; an upload is never opened like this
    frames = _every_frame(capture, spent_s)
    first = next(frames)
    height, width = first.image.shape[:2]
    return estimator.estimate(itertools.chain([first], frames), (width, height))


def _every_frame(capture: cv2.VideoCapture, spent_s: dict[str, float]) -> Iterator[Frame]:
    rate_hz = capture.get(cv2.CAP_PROP_FPS)
    for number in itertools.count():
        seconds, (is_there, image) = _time(capture.read)
        spent_s["decode"] += seconds
        if not is_there:
            return
        yield Frame(number / rate_hz, np.ascontiguousarray(image[..., ::-1]))


def _time(work: Callable[[], T]) -> tuple[float, T]:
    began_s = time.perf_counter()
    made = work()
    return time.perf_counter() - began_s, made


def _cpu_s() -> float:
    """Processor seconds of this process and its children."""
    used = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(one.ru_utime + one.ru_stime for one in used)


def _rounded(values: dict[str, float]) -> dict[str, float]:
    return {name: round(value, 2) for name, value in values.items()}


if __name__ == "__main__":
    sys.exit(main())
