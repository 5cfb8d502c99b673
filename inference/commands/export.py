"""Networks for other runtimes: `python -m inference export FOLDER` writes ONNX files and checks what they say."""

from __future__ import annotations

import argparse
import warnings
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import torch
from torch import Tensor, nn

from inference import files, windows
from inference.classify import Classifier

OPSET = 17
TOLERANCE = 1e-4  # of the largest output
ROWS = 3


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Where to."""
    parser.add_argument("folder", type=Path, metavar="FOLDER", help="made where it is missing")


def run(args: argparse.Namespace) -> int:
    """Write and check every network; status 1 when one says something else than before."""
    import onnxruntime  # noqa: F401  # missing, it is said before anything is written

    args.folder.mkdir(parents=True, exist_ok=True)
    same = True
    for name, network, example in _networks():
        path = args.folder / f"{name}.onnx"
        with files.stage(path) as temporary:
            write(network, example, temporary)
        difference = compare(network, example, path)
        same &= difference <= TOLERANCE
        print(f"{path.name}: {path.stat().st_size} bytes, outputs differ by {difference:.1e} of the largest")
    return 0 if same else 1


def _networks() -> Iterator[tuple[str, nn.Module, Tensor]]:
    classifier = Classifier.load()
    for number, member in enumerate(classifier.members):
        yield f"classifier-{number}", member, torch.randn(ROWS, windows.FRAMES, windows.CHANNELS)
    for number, summary in enumerate(classifier.summaries):
        yield f"classifier-summary-{number}", summary, torch.randn(ROWS, len(summary.ranges.middle))


def write(network: nn.Module, example: Tensor, path: Path) -> None:
    """ONNX with any number of rows."""
    with torch.inference_mode():
        count = len(_as_list(network(example)))
    names = [f"output_{i}" for i in range(count)]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # the exporter says that there is a newer one, which needs more packages
        torch.onnx.export(
            network.eval(),
            (example,),
            str(path),
            dynamo=False,
            opset_version=OPSET,
            input_names=["input"],
            output_names=names,
            dynamic_axes={name: {0: "rows"} for name in ["input", *names]},
        )


def compare(network: nn.Module, example: Tensor, path: Path) -> float:
    """Largest difference between the file's and the network's outputs, as a share of the largest output."""
    import onnxruntime

    session = onnxruntime.InferenceSession(str(path), providers=["CPUExecutionProvider"])
    rows = torch.cat([example, example[:1]])  # another number of rows than it was written with
    with torch.inference_mode():
        wanted = [one.numpy() for one in _as_list(network(rows))]
    told = session.run(None, {"input": rows.numpy()})
    worst = [np.abs(a - b).max() / max(float(np.abs(a).max()), 1e-9) for a, b in zip(wanted, told, strict=True)]
    return float(max(worst))


def _as_list(outputs: Tensor | tuple[Tensor, ...]) -> list[Tensor]:
    return list(outputs) if isinstance(outputs, tuple) else [outputs]
