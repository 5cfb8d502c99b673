"""A heatmap network with what is needed to use it: the size it looks at and how its scores read.

The file is safetensors with the recipe in its header, so that weights and the shape they belong to can't part.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from safetensors import safe_open
from torch import Tensor

from inference.pose import crop, decode
from inference.pose.hrnet import HRNet, HrnetConfig
from inference.pose.hrnet import load_published as load_state
from inference.skeleton import MIRROR_ORDER
from inference.tensors import save_tensors


@dataclass(frozen=True)
class Recipe:
    """How a network was built and trained."""

    width: int = 32
    modules: tuple[int, int, int] = (1, 4, 3)
    blocks: int = 4
    keypoints: int = 24
    size_px: tuple[int, int] = (192, 256)  # (width, height) of the crops
    sigma_cells: float = 1.5  # of the Gaussians it was trained towards
    softmax: bool = True  # trained by cross-entropy over the cells; False = by squared error, as published ones are

    def build(self) -> HRNet:
        """An untrained network."""
        return HRNet(HrnetConfig(self.width, self.keypoints, self.modules, self.blocks))


class HeatmapModel:
    """Crops in, keypoints out."""

    def __init__(self, recipe: Recipe, network: Callable[[Tensor], Tensor], *, bf16: bool = False) -> None:
        self.recipe = recipe
        self.network = network
        self.bf16 = bf16

    def locate(self, crops: NDArray[np.uint8], *, flip: bool = False) -> NDArray[np.float32]:
        """Keypoints (N, K, 3) in pixels of crops (N, H, W, 3) RGB; with ``flip`` the mean with the mirror image.

        The third column is the height of the peak against that of the Gaussian trained towards, at most 1.
        """
        return self.read(self.predict(crops, flip=flip))

    def predict(self, crops: NDArray[np.uint8], *, flip: bool = False) -> NDArray[np.float32]:
        """Heatmaps (N, K, h, w) of crops (N, H, W, 3) RGB."""
        swap = list(MIRROR_ORDER[: self.recipe.keypoints]) if flip else None  # COCO's 17 are the first ones, in order
        scores = decode.predict_heatmaps(
            self.network, crop.to_tensor(crops), swap=swap, bf16=self.bf16, softmax=self.recipe.softmax
        )
        return np.asarray(scores.numpy(), np.float32)

    def read(self, heatmaps: NDArray[np.float32]) -> NDArray[np.float32]:
        """Keypoints (N, K, 3) of heatmaps (N, K, h, w), in pixels of the crop."""
        found = decode.decode(heatmaps, self.recipe.size_px)
        highest = 1 / (2 * np.pi * self.recipe.sigma_cells**2) if self.recipe.softmax else 1.0
        found[..., 2] = np.clip(found[..., 2] / highest, 0.0, 1.0)
        return found


def save(path: Path, recipe: Recipe, state: Mapping[str, Tensor]) -> None:
    """Half precision, but counters stay whole numbers."""
    halves = {k: (v.half() if v.is_floating_point() else v).cpu().contiguous() for k, v in state.items()}
    save_tensors(path, halves, recipe)


def load(path: Path) -> tuple[Recipe, HRNet]:
    """The network in single precision, ready to predict."""
    with safe_open(path, framework="pt") as file:
        raw = json.loads(file.metadata()["recipe"])
        state = {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118 - not a dict
    recipe = Recipe(**raw | {"modules": tuple(raw["modules"]), "size_px": tuple(raw["size_px"])})
    network = recipe.build()
    network.load_state_dict({k: v.float() if v.is_floating_point() else v for k, v in state.items()})
    return recipe, network.eval().to(memory_format=torch.channels_last)  # type: ignore[call-overload]


def load_published(path: Path, recipe: Recipe) -> HRNet:
    """A published checkpoint in a network of its recipe, ready to predict."""
    stored = torch.load(path, map_location="cpu", weights_only=True)
    network = recipe.build()
    load_state(network, stored.get("state_dict", stored))
    return network.eval().to(memory_format=torch.channels_last)  # type: ignore[call-overload,no-any-return]


def has_bf16() -> bool:
    """Whether the processor multiplies bfloat16 itself; where it does not, bfloat16 is slower than single precision."""
    capabilities = torch.cpu.get_capabilities()
    return bool(capabilities.get("avx512_bf16") or capabilities.get("amx_bf16"))
