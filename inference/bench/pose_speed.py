"""How fast the pose network looks at crops: `python -m inference.bench.pose_speed`.

One run on this machine: single precision as written, channels last, bfloat16, and exported to ONNX Runtime and (where
it is installed) OpenVINO. Beside the time stands how far points move against single precision (99th percentile).
"""

from __future__ import annotations

import argparse
import json
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from inference import weights
from inference.commands import export
from inference.pose import crop, heatmap_model
from inference.pose.heatmap_model import HeatmapModel, Recipe
from inference.train.clips import DATA
from inference.train.pose import augment, shards

Network = Callable[[Tensor], Tensor]


def main() -> int:
    """Measure and print one JSON object."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--batch", type=int, default=4)
    parser.add_argument("--rounds", type=int, default=15)
    parser.add_argument("--full", action="store_true", help="the full W32 at 256 x 192, untrained, instead of ours")
    args = parser.parse_args()
    torch.set_num_threads(args.threads)
    recipe, network = _full() if args.full else heatmap_model.load(weights.resolve("hrnet"))
    crops = _read_crops(recipe, args.batch)
    with tempfile.TemporaryDirectory() as folder:
        ways = dict(_ways(network, recipe, args, Path(folder)))
        print(json.dumps(_measure(ways, recipe, crops, args.rounds), indent=2))
    return 0


def _full() -> tuple[Recipe, nn.Module]:
    recipe = Recipe()
    return recipe, recipe.build().eval()


def _read_crops(recipe: Recipe, batch: int) -> NDArray[np.uint8]:
    people = shards.read([DATA / "pose24" / "val-coco.jsonl"])[: 16 * batch]
    return np.stack([augment.plain(one, recipe.size_px)[0] for one in people]).reshape(-1, batch, *_shape(recipe))


def _shape(recipe: Recipe) -> tuple[int, int, int]:
    return recipe.size_px[1], recipe.size_px[0], 3


def _ways(network: nn.Module, recipe: Recipe, args: argparse.Namespace, folder: Path) -> Iterator[tuple[str, Network]]:
    plain = recipe.build().eval()
    plain.load_state_dict(network.state_dict())
    yield "fp32 eager", lambda images: plain(images.contiguous())
    last = network.to(memory_format=torch.channels_last)  # type: ignore[call-overload]
    yield "fp32 channels last", last
    yield "bf16 channels last", _autocast(last)
    path = folder / "pose.onnx"
    export.write_onnx(plain, crop.to_tensor(np.zeros((args.batch, *_shape(recipe)), np.uint8)).contiguous(), path)
    yield "ONNX Runtime", _onnx(path, args.threads)
    with suppress(ImportError):
        for precision in ("f32", "bf16"):
            yield f"OpenVINO {precision}", _openvino(path, precision, args.threads)


def _autocast(network: nn.Module) -> Network:
    def run(images: Tensor) -> Tensor:
        with torch.autocast("cpu", torch.bfloat16):
            return network(images).float()  # type: ignore[no-any-return]

    return run


def _onnx(path: Path, threads: int) -> Network:
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = threads
    session = onnxruntime.InferenceSession(str(path), options, providers=["CPUExecutionProvider"])
    return lambda images: torch.from_numpy(session.run(None, {"input": images.contiguous().numpy()})[0])


def _openvino(path: Path, precision: str, threads: int) -> Network:
    import openvino

    hints = {"INFERENCE_PRECISION_HINT": precision, "INFERENCE_NUM_THREADS": threads, "NUM_STREAMS": 1}
    request = openvino.Core().compile_model(str(path), "CPU", hints).create_infer_request()
    return lambda images: torch.from_numpy(next(iter(request.infer({0: images.contiguous().numpy()}).values())))


def _measure(ways: dict[str, Network], recipe: Recipe, crops: NDArray[np.uint8], rounds: int) -> dict[str, Any]:
    """Rounds over all ways in turn, so that a busy moment of the machine hits every one."""
    spent: dict[str, list[float]] = {name: [] for name in ways}
    batch = crop.to_tensor(crops[0])
    with torch.inference_mode():
        for number in range(rounds + 1):
            for name, network in ways.items():
                began_s = time.perf_counter()
                network(batch)
                if number:  # the first round warms up
                    spent[name].append(1000 * (time.perf_counter() - began_s) / len(batch))
    points = {name: np.concatenate([HeatmapModel(recipe, n).locate(c) for c in crops]) for name, n in ways.items()}
    plain = points["fp32 eager"]
    usual = {name: statistics.median(ms) for name, ms in spent.items()}
    return {
        "size_px": recipe.size_px,
        "batch": len(batch),
        "threads": torch.get_num_threads(),
        "ways": {
            name: {
                "ms_per_crop": round(usual[name], 2),
                "times_fp32_eager": round(usual["fp32 eager"] / usual[name], 2),
                "shift_px_p99": _shift(plain, points[name]),
            }
            for name in ways
        },
    }


def _shift(a: NDArray[np.float32], b: NDArray[np.float32]) -> float | None:
    """99th percentile of the distances, in pixels of the crop, of points that are sure; None where none is."""
    sure = a[..., 2] > 0.3
    apart = np.linalg.norm(a[..., :2] - b[..., :2], axis=-1)[sure]
    return round(float(np.percentile(apart, 99)), 3) if len(apart) else None


if __name__ == "__main__":
    sys.exit(main())
