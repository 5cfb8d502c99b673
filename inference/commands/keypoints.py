"""Write the keypoints of a clip to an .npz file."""

from __future__ import annotations

import argparse
from pathlib import Path

from inference import files, pipeline, pose
from inference.types import AnalysisOptions


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The clip, and where the keypoints go."""
    parser.add_argument("clip", type=Path, metavar="CLIP", help="a film of up to ten minutes")
    parser.add_argument("--out", type=Path, required=True, metavar="FILE.npz")
    parser.add_argument("--estimator", choices=pose.NAMES, help=f"who looks (default: {pose.DEFAULT})")


def run(args: argparse.Namespace) -> int:
    """``keypoints`` (T, 24, 3) float32, ``times_s`` (T,), ``size`` (width, height)."""
    files.require_file_place(args.out)
    _, track = pipeline.track_pose(args.clip, AnalysisOptions(estimator=args.estimator))
    pipeline.save_keypoints(track, args.out)
    print(f"{args.out}: {len(track.times_s)} frames, person found in {int(track.found.sum())}")
    return 0
