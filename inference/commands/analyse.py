"""Analyse one clip and print the result."""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path

from inference import files, pipeline, pose, sentences
from inference.errors import InferenceError
from inference.report import as_json
from inference.types import AnalysisOptions, AnalysisResult, Stage

EXIT_WITHOUT_RENDITION = 3  # all else is there, and printed


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The clip and what to write."""
    parser.add_argument("clip", type=Path, metavar="CLIP", help="a film of up to ten minutes")
    parser.add_argument("--json", action="store_true", help="one JSON object on stdout")
    parser.add_argument("--estimator", choices=pose.NAMES, help=f"who looks (default: {pose.DEFAULT})")
    parser.add_argument(
        "--out-dir", type=Path, metavar="FOLDER", help="also write keypoints, pictures and the rendition here"
    )


def run(args: argparse.Namespace) -> int:
    """Analyse; with ``--out-dir`` the files of the diary are written too. What is known is printed in any case."""
    if args.out_dir:
        files.require_folder_place(args.out_dir)
    options = AnalysisOptions(estimator=args.estimator, out_dir=args.out_dir)
    result = pipeline.analyse(args.clip, options, _show_progress)
    failure = ""
    if args.out_dir:
        try:
            result = pipeline.finish_media(args.clip, result, args.out_dir, _show_progress)
        except InferenceError as error:
            failure = sentences.explain(error)
        except OSError as error:
            failure = sentences.explain_system(error)
    _print(result, as_object=args.json)
    if failure:
        print(f"The rendition could not be made, all else was. {failure}", file=sys.stderr)
        return EXIT_WITHOUT_RENDITION
    return 0


def _print(result: AnalysisResult, *, as_object: bool) -> None:
    if as_object:
        print(json.dumps(as_json(result)))
        return
    for number, found in enumerate(result.recognition.sets, start=1):
        print(f"set {number}: {found.exercise} × {found.rep_count.count}  {found.start_s:.1f}–{found.end_s:.1f} s")


def _show_progress(stage: Stage, share: float) -> None:
    if sys.stderr.isatty():
        print(f"\r{stage.value:<10} {share:4.0%}", end="\n" if share >= 1 else "", file=sys.stderr, flush=True)
