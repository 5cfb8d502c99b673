"""Milliseconds a clip for finding sets, naming and counting on one core, beside what one would write in an afternoon.

``python -m inference.bench.recognise_cost [KEYPOINTS.npz ...]``. The plain counter is the first principal component and
its peaks, run in the same process on the same track. Also both together while every core is busy with something else,
as they ship (on one thread) and with as many threads as torch and BLAS choose; and all of it for films whose keypoints
`python -m inference keypoints` wrote.
"""

from __future__ import annotations

import argparse
import json
import multiprocessing
import os
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import torch
from scipy.ndimage import gaussian_filter1d
from scipy.signal import find_peaks

from inference import pipeline, signals
from inference.classify import Classifier
from inference.evaluate import read_track
from inference.recognise import recognise
from inference.reps import count_reps
from inference.sets import cut, cut_sets
from inference.types import AnalysisOptions, PoseTrack, Segment

SAMPLE = Path(__file__).resolve().parents[2] / "frontend" / "static" / "sample" / "squats.mp4"
LENGTHS_S = (6.0, 12.0, 27.0)
ROUNDS, FEW_ROUNDS = 15, 3
AIM_MS = 50.0


def count_plainly(track: PoseTrack) -> int:
    """Peaks of the first principal component."""
    points = track.keypoints[..., :2].reshape(len(track.keypoints), -1).astype(np.float64)
    (first, _share), *_ = signals.principal(points, 1)
    smooth = gaussian_filter1d(first, 2.0)
    height = 0.45 * float(np.ptp(smooth))
    return max(len(find_peaks(sign * smooth, prominence=height)[0]) for sign in (1, -1))


def median_ms(work: Callable[[], object], rounds: int = ROUNDS) -> float:
    """Median of several rounds after one that warms up."""
    work()
    spent = []
    for _ in range(rounds):
        began_s = time.perf_counter()
        work()
        spent.append(time.perf_counter() - began_s)
    return round(1000 * float(np.median(spent)), 1)


def _keep_busy() -> None:
    while True:
        pass


@contextmanager
def busy_cores() -> Iterator[None]:
    """Every core has something else to do."""
    others = [multiprocessing.Process(target=_keep_busy, daemon=True) for _ in range(os.cpu_count() or 1)]
    for other in others:
        other.start()
    try:
        yield
    finally:
        for other in others:
            other.kill()


def measure_beside_others(track: PoseTrack) -> dict[str, float]:
    """One after the other, in one process."""
    freely = recognise.__wrapped__  # type: ignore[attr-defined]
    with busy_cores():
        return {"ships": median_ms(lambda: recognise(track)), "own threads": median_ms(lambda: freely(track))}


def measure_films(paths: Sequence[Path]) -> dict[str, float]:
    """Finding sets, naming and counting in films of strangers; those in which nobody is seen are left out."""
    tracks = [track for track in map(read_track, paths) if track.found.any()]
    spent = np.array([median_ms(lambda track=track: recognise(track), FEW_ROUNDS) for track in tracks])  # type: ignore[misc]
    length_s = np.mean([track.times_s[-1] - track.times_s[0] for track in tracks])
    found = {"films": len(tracks), "mean length, s": length_s, "mean": spent.mean(), "median": np.median(spent)}
    found |= {"ninth of ten": np.percentile(spent, 90), "share within 50": (spent <= AIM_MS).mean()}
    return {name: round(float(value), 2) for name, value in found.items()}


def main() -> None:
    """Print one JSON object: milliseconds by length of clip."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("keypoints", nargs="*", type=Path, metavar="KEYPOINTS.npz", help="films to measure too")
    films = parser.parse_args().keypoints
    _info, track = pipeline.track_pose(SAMPLE, AnalysisOptions())
    classifier = Classifier.load()
    figures = {"both, 12 s, busy cores": measure_beside_others(cut(track, Segment(0.0, 12.0)))}
    torch.set_num_threads(1)
    for length_s in LENGTHS_S:
        part = cut(track, Segment(0.0, length_s))
        figures[f"{length_s:.0f} s"] = {
            "name": median_ms(lambda part=part: classifier.predict(part)),  # type: ignore[misc]
            "find sets": median_ms(lambda part=part: cut_sets(part)),  # type: ignore[misc]
            "count": median_ms(lambda part=part: count_reps(part)),  # type: ignore[misc]
            "plain count": median_ms(lambda part=part: count_plainly(part)),  # type: ignore[misc]
        }
    if films:
        figures["films"] = measure_films(films)
    print(json.dumps(figures, indent=1))


if __name__ == "__main__":
    main()
