"""Networks for other runtimes: `python -m inference export FOLDER` writes and checks ONNX or TorchScript."""

from __future__ import annotations

import argparse
import warnings
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NamedTuple

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from inference import files, windows
from inference.recogniser import load_classifier

OPSET = 17
TOLERANCE = 1e-4  # of the largest output
ROWS = 3

Answers = list[NDArray[np.float32]]


class Format(NamedTuple):
    """A kind of file."""

    ending: str
    write: Callable[[nn.Module, Tensor, Path], None]
    run: Callable[[Path, Tensor], Answers]


class DifferentError(Exception):
    """An exported file does not say what the network says."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Where to, and as what."""
    parser.add_argument("--format", choices=FORMATS, default="onnx", help="(default: onnx)")
    parser.add_argument("folder", type=Path, metavar="FOLDER", help="made where it is missing")


def run(args: argparse.Namespace) -> int:
    """Write and check every network; status 1 when one says something else than before."""
    kind = FORMATS[args.format]
    if kind is FORMATS["onnx"]:
        import onnxruntime  # noqa: F401  # missing, it is said before anything is written

    args.folder.mkdir(parents=True, exist_ok=True)
    same = True
    for name, network, example in _networks():
        path = args.folder / f"{name}{kind.ending}"
        try:
            difference = export(network, example, path, kind)
        except DifferentError as error:
            same = False
            print(f"{path.name}: not written, {error}")
        else:
            print(f"{path.name}: {path.stat().st_size} bytes, {_say(difference)}")
    return 0 if same else 1


def export(network: nn.Module, example: Tensor, path: Path, kind: Format) -> float:
    """Write a file that takes its place only if it says what the network says; gives the difference of both."""
    with files.stage(path) as temporary:
        kind.write(network, example, temporary)
        difference = compare(network, example, temporary, kind)
        if not difference <= TOLERANCE:
            raise DifferentError(_say(difference))
    return difference


def _say(difference: float) -> str:
    return f"outputs differ by {difference:.1e} of the largest"


def _networks() -> Iterator[tuple[str, nn.Module, Tensor]]:
    classifier = load_classifier()
    for number, member in enumerate(classifier.members):
        yield f"classifier-{number}", member, torch.randn(ROWS, windows.FRAMES, windows.CHANNELS)
    for number, summary in enumerate(classifier.summaries):
        yield f"classifier-summary-{number}", summary, torch.randn(ROWS, len(summary.ranges.middle))


def write_onnx(network: nn.Module, example: Tensor, path: Path) -> None:
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


def run_onnx(path: Path, rows: Tensor) -> Answers:
    """What an ONNX file says."""
    import onnxruntime

    session = onnxruntime.InferenceSession(str(path), providers=["CPUExecutionProvider"])
    return list(session.run(None, {"input": rows.numpy()}))


def write_torchscript(network: nn.Module, example: Tensor, path: Path) -> None:
    """A traced network, which torch runs without this package, with any number of rows."""
    with torch.no_grad(), warnings.catch_warnings():
        warnings.simplefilter("ignore")  # torch says that there is a newer way, whose files not every runtime reads
        traced = torch.jit.trace(network.eval(), example, check_trace=False)  # type: ignore[no-untyped-call]
    traced.save(str(path))


def run_torchscript(path: Path, rows: Tensor) -> Answers:
    """What a TorchScript file says."""
    with torch.inference_mode(), warnings.catch_warnings():
        warnings.simplefilter("ignore")
        network = torch.jit.load(str(path))  # type: ignore[no-untyped-call]
        return [one.numpy() for one in _as_list(network(rows))]


FORMATS = {
    "onnx": Format(".onnx", write_onnx, run_onnx),
    "torchscript": Format(".pt", write_torchscript, run_torchscript),
}


def compare(network: nn.Module, example: Tensor, path: Path, kind: Format) -> float:
    """Largest difference between the file's and the network's outputs, as a share of the largest output."""
    rows = torch.cat([example, example[:1]])  # another number of rows than it was written with
    with torch.inference_mode():
        wanted = [one.numpy() for one in _as_list(network(rows))]
    told = kind.run(path, rows)
    worst = [np.abs(a - b).max() / max(float(np.abs(a).max()), 1e-9) for a, b in zip(wanted, told, strict=True)]
    return float(max(worst))


def _as_list(outputs: Tensor | tuple[Tensor, ...]) -> list[Tensor]:
    return list(outputs) if isinstance(outputs, tuple) else [outputs]
