"""``python -m inference COMMAND …``: finds the command's module, imports only that one and runs it."""

from __future__ import annotations

import argparse
import importlib
import io
import json
import os
import sys
from typing import NamedTuple, Protocol, cast

from inference import sentences
from inference.errors import InferenceError
from inference.weights import WeightError

EXIT_NOT_SET_UP = 1  # weights or packages are missing, or a file can't be written
EXIT_BAD_INPUT = 2
EXIT_INTERRUPTED = 130  # as shells have it


class Command(NamedTuple):
    """Where a command lives. The module has ``add_arguments(parser)`` and ``run(args) -> int``."""

    module: str
    summary: str


class CommandModule(Protocol):
    """What a command's module offers."""

    def add_arguments(self, parser: argparse.ArgumentParser) -> None:
        """Declare the command's arguments."""

    def run(self, args: argparse.Namespace) -> int:
        """Do it and return the exit status."""


COMMANDS: dict[tuple[str, ...], Command] = {
    ("analyse",): Command("inference.commands.analyse", "exercise, sets and repetitions of one clip"),
    ("keypoints",): Command("inference.commands.keypoints", "write the 24 keypoints of every sampled frame"),
    ("weights",): Command("inference.commands.weights", "fetch and verify the model files"),
    ("export",): Command("inference.commands.export", "write the networks as ONNX or TorchScript files"),
    ("evaluate",): Command("inference.evaluate", "score a list of labelled clips"),
    ("evaluate-pose",): Command("inference.evaluate_pose", "score a pose estimator on labelled pictures"),
    ("synth",): Command("inference.train.synthetic.command", "show synthetic motion of an exercise"),
    ("train", "classifier"): Command("inference.train.classifier", "train the exercise classifier"),
    ("train", "compare"): Command("inference.train.compare", "train networks of other designs on the same folds"),
    ("train", "motion-figures"): Command(
        "inference.train.motion_figures", "measure the classifier's design on public motion sets"
    ),
    ("train", "person"): Command("inference.train.person.command", "train the person detector"),
    ("train", "plots"): Command("inference.train.plots", "table and pictures of held-out predictions"),
    ("train", "pose"): Command("inference.train.pose.command", "train the pose network"),
    ("train", "pose-films"): Command("inference.train.pose.films", "label frames of films for the pose network"),
    ("train", "pose-presence"): Command(
        "inference.train.pose.presence", "fit how the pose network says that somebody is there"
    ),
    ("train", "reps"): Command("inference.train.reps", "fit the repetition counter"),
    ("train", "sets"): Command("inference.train.sets", "train the network that finds sets in long films"),
}


def main(argv: list[str] | None = None) -> int:
    """Run one command; bad input ends with status 2 and its code as JSON on stdout, all else with a sentence."""
    argv = sys.argv[1:] if argv is None else argv
    path = _find_command(argv)
    if path is None:
        return _print_usage(argv)
    try:
        status = _run(path, argv[len(path) :])
        print(end="", flush=True)  # here, where a full disk or a reader that has gone can still be told
        return status
    except InferenceError as error:
        print(json.dumps({"error": {"code": error.code.value}}))
        return _give_up(sentences.explain(error), EXIT_BAD_INPUT)
    except WeightError as error:
        return _give_up(str(error), EXIT_NOT_SET_UP)
    except (OSError, ModuleNotFoundError) as error:
        return _give_up(sentences.explain_system(error), EXIT_NOT_SET_UP)
    except KeyboardInterrupt:
        return _give_up("Stopped.", EXIT_INTERRUPTED)


def _run(path: tuple[str, ...], argv: list[str]) -> int:
    command = COMMANDS[path]
    module = cast(CommandModule, importlib.import_module(command.module))
    parser = argparse.ArgumentParser(prog=f"python -m inference {' '.join(path)}", description=command.summary)
    module.add_arguments(parser)
    return module.run(parser.parse_args(argv))


def _give_up(sentence: str, status: int) -> int:
    print(sentence, file=sys.stderr)
    return status


def _find_command(argv: list[str]) -> tuple[str, ...] | None:
    return next((path for path in COMMANDS if tuple(argv[: len(path)]) == path), None)


def _print_usage(argv: list[str]) -> int:
    words = [word for word in argv if word not in {"-h", "--help"}]
    asked_for_help = len(words) < len(argv) and (not words or words == ["train"])
    stream = sys.stdout if asked_for_help else sys.stderr
    if words not in ([], ["train"]):
        print(f"There is no command `{' '.join(words[:2])}`.\n", file=stream)
    print("usage: python -m inference COMMAND …\n", file=stream)
    width = max(len(" ".join(path)) for path in COMMANDS)
    for path, command in COMMANDS.items():
        print(f"  {' '.join(path):<{width}}  {command.summary}", file=stream)
    return 0 if asked_for_help else EXIT_BAD_INPUT


def _start() -> int:
    """As a program: an odd letter in a file's name doesn't stop it, nor does a reader that has gone."""
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(errors="backslashreplace")
    status = main()
    try:
        print(end="", flush=True)
    except OSError:  # said already; Python would say it again on its way out
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    return status


if __name__ == "__main__":
    sys.exit(_start())
