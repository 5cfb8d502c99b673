"""Write the keypoints of a clip to an .npz file."""

from __future__ import annotations

import argparse
from pathlib import Path

from inference import pipeline
from inference.types import AnalysisOptions


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The clip, and where the keypoints go."""
    parser.add_argument("clip", type=Path)
    parser.add_argument("--out", type=Path, required=True, metavar="FILE.npz")
    parser.add_argument("--estimator", help="name of a pose estimator (default: the product's)")


def run(args: argparse.Namespace) -> int:
    """``keypoints`` (T, 24, 3) float32, ``times_s`` (T,), ``size`` (width, height)."""
    _, track = pipeline.track_pose(args.clip, AnalysisOptions(estimator=args.estimator))
    pipeline.save_keypoints(track, args.out)
    print(f"{args.out}: {len(track.times_s)} frames, person found in {int(track.found.sum())}")
    return 0
