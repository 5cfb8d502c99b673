"""Render the sample clip: `python -m inference.train.sample --out frontend/static/sample/squats.mp4`."""

from __future__ import annotations

import argparse
import subprocess
from pathlib import Path
from typing import IO, cast

from PIL import Image
from tqdm import tqdm

from inference.train.sample import film, motion


def encode(take: film.Take, out: Path) -> None:
    """Write the frames as H.264 that every phone plays, with the index in front."""
    width, height = take.size
    source = ["-f", "rawvideo", "-pix_fmt", "rgb24", "-s", f"{width}x{height}", "-r", str(take.fps), "-i", "pipe:0"]
    target = [
        "-c:v",
        "libx264",
        "-preset",
        "slow",
        "-crf",
        "27",
        "-g",
        "48",
        "-pix_fmt",
        "yuv420p",
        "-movflags",
        "+faststart",
    ]
    command = ["ffmpeg", "-v", "error", "-y", *source, *target, "-map_metadata", "-1", str(out)]
    count = round(motion.duration_s(motion.plan_set(take.seed)) * take.fps)
    with subprocess.Popen(command, stdin=subprocess.PIPE) as child:
        for picture in tqdm(film.shoot(take), total=count, unit="frame"):
            cast(IO[bytes], child.stdin).write(picture.tobytes())
    if child.returncode:
        raise SystemExit(f"ffmpeg ended with status {child.returncode}")


def main() -> None:
    """Render a clip, or single frames of it to look at."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--out", type=Path, required=True, help="an .mp4, or a .png with --frame")
    parser.add_argument("--frame", type=int, help="only this frame, as a picture")
    parser.add_argument("--azimuth", type=float, default=film.Take.azimuth_deg, help="degrees from the front")
    arguments = parser.parse_args()
    take = film.Take(azimuth_deg=arguments.azimuth)
    if arguments.frame is None:
        encode(take, arguments.out)
        return
    for i, picture in enumerate(film.shoot(take)):
        if i == arguments.frame:
            Image.fromarray(picture).save(arguments.out)
            return


if __name__ == "__main__":
    main()
