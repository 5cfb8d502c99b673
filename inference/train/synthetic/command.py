"""Look at synthetic motion: `python -m inference synth squat --gif squat.gif`."""

from __future__ import annotations

import argparse
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image

from inference import files, skeleton
from inference.train.synthetic.perform import RATE_HZ
from inference.train.synthetic.scene import EVERY, Synthetic, slugs, synthesise

TILE_PX, MARGIN = 220, 0.08
LEFT, RIGHT, MIDDLE = (230, 120, 40), (40, 120, 230), (90, 90, 90)
LEAST_SURE = 0.02
GIF_TICK_MS = 10  # a frame of a GIF is shown for whole hundredths of a second


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """What to show and where."""
    parser.add_argument("names", nargs="+", metavar="NAME", choices=slugs(), help="slugs of the catalogue")
    parser.add_argument("--gif", type=Path, metavar="FILE.gif", help="a moving picture of some views side by side")
    parser.add_argument(
        "--sheet", type=Path, metavar="FILE.png", help="a still: a row for each view, moments side by side"
    )
    parser.add_argument("--count", type=_from_one, default=4, help="views of each exercise")
    parser.add_argument("--moments", type=_from_one, default=6)
    parser.add_argument("--seed", type=_from_zero, default=0)


def _from_one(text: str) -> int:
    return _whole_number(text, 1)


def _from_zero(text: str) -> int:
    return _whole_number(text, 0)


def _whole_number(text: str, least: int) -> int:
    if not text.isdecimal() or int(text) < least:
        raise argparse.ArgumentTypeError(f"a whole number from {least} on, not {text!r}")
    return int(text)


def run(args: argparse.Namespace) -> int:
    """Draw and write what was asked for."""
    for path in filter(None, (args.gif, args.sheet)):
        files.require_file_place(path)
    rng = np.random.default_rng(args.seed)
    clips = [synthesise(name, rng) for name in args.names for _ in range(args.count)]
    if args.gif:
        write_gif(clips, args.gif)
    if args.sheet:
        with files.write_whole(args.sheet) as file:
            Image.fromarray(draw_sheet(clips, args.moments)).save(file, "PNG")
    for clip in clips:
        print(f"{clip.exercise}: {clip.track.times_s[-1]:.1f} s, {len(clip.reps)} repetitions, from the {clip.view}")
    return 0


def write_gif(clips: list[Synthetic], path: Path) -> None:
    """All clips side by side, over and over until the longest ends."""
    longest = max(len(clip.track.times_s) for clip in clips)
    drawn = [[draw_frame(clip, i) for i in range(len(clip.track.times_s))] for clip in clips]
    frames = [Image.fromarray(np.concatenate([d[i % len(d)] for d in drawn], axis=1)) for i in range(longest)]
    durations = tell_durations(longest)
    with files.write_whole(path) as file:
        frames[0].save(file, "GIF", save_all=True, append_images=frames[1:], duration=durations, loop=0)


def tell_durations(count: int) -> list[int]:
    """How long each frame is shown in ms: a fifteenth of a second is no whole tick, so some get one more."""
    ends = np.rint(np.arange(count + 1) * EVERY / RATE_HZ * 1000 / GIF_TICK_MS) * GIF_TICK_MS
    return [int(duration) for duration in np.diff(ends)]


def draw_sheet(clips: list[Synthetic], moments: int) -> NDArray[np.uint8]:
    """Rows of moments between the start of the first repetition and its end, or of the whole clip."""
    rows = []
    for clip in clips:
        start_s, _, end_s = clip.reps[0] if clip.reps else (0.0, 0.0, float(clip.track.times_s[-1]))
        wanted = np.linspace(start_s, end_s, moments)
        numbers = [int(np.abs(clip.track.times_s - at).argmin()) for at in wanted]
        rows.append(np.concatenate([draw_frame(clip, i) for i in numbers], axis=1))
    return np.concatenate(rows, axis=0)


def draw_frame(clip: Synthetic, number: int) -> NDArray[np.uint8]:
    """The stick figure (220, 220, 3) in a square that holds the whole motion; the left side orange, the right blue."""
    known = clip.track.keypoints[clip.track.found]
    low, high = known[..., :2].reshape(-1, 2).min(axis=0), known[..., :2].reshape(-1, 2).max(axis=0)
    scale = TILE_PX * (1 - 2 * MARGIN) / max(float((high - low).max()), 1.0)
    points = _scaled(clip.track.keypoints[number], (low + high) / 2, scale)
    picture = np.full((TILE_PX, TILE_PX, 3), 250, np.uint8)
    for a, b in skeleton.EDGES:
        if min(points[a, 2], points[b, 2]) > LEAST_SURE:
            ends = [tuple(int(v) for v in points[i, :2]) for i in (a, b)]
            cv2.line(picture, ends[0], ends[1], _colour(a, b), 2, cv2.LINE_AA)
    cv2.putText(picture, clip.exercise, (4, 12), cv2.FONT_HERSHEY_SIMPLEX, 0.4, MIDDLE, 1, cv2.LINE_AA)
    return picture


def _scaled(keypoints: NDArray[np.float32], middle: NDArray[np.float32], scale: float) -> NDArray[np.float32]:
    out = keypoints.copy()
    out[:, :2] = (out[:, :2] - middle) * scale + TILE_PX / 2
    return out


def _colour(a: int, b: int) -> tuple[int, int, int]:
    names = skeleton.NAMES[a] + skeleton.NAMES[b]
    if "left" in names and "right" not in names:
        return LEFT
    return RIGHT if "right" in names and "left" not in names else MIDDLE
