"""Finds everybody in a picture with a YOLO network: our own (``person``), or one of the published ones."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
import torch
from numpy.typing import NDArray
from safetensors import safe_open
from torch import Tensor, nn

from inference import weights
from inference.pose import darknet, yolo
from inference.pose.blazepose_detector import box_iou
from inference.pose.yolo import YoloConfig
from inference.tensors import save_tensors

STRIDE = 32  # of the coarsest head: sides of the input are multiples of it
GREY = 128
LEAST_SCORE = 0.3  # low: a look at the points of a box decides
SAME_PERSON_IOU = 0.5
PERSON = 0  # its number among COCO's classes


@dataclass(frozen=True)
class Recipe:
    """What a network was built as, and the longer side of the pictures that it sees."""

    network: YoloConfig
    side_px: int


PUBLISHED = {
    "yolov3": Recipe(YoloConfig(tiny=False, anchors=yolo.FULL_ANCHORS), 416),
    "yolov3-tiny": Recipe(YoloConfig(), 416),
}


@dataclass(frozen=True)
class FoundPerson:
    """A person in a picture."""

    score: float
    box: NDArray[np.float32]  # (4,) x0, y0, x1, y1 px


class PersonDetector:
    """Deterministic; safe to share between threads."""

    def __init__(self, recipe: Recipe, network: nn.Module) -> None:
        self.recipe = recipe
        self._network = network.eval().to(memory_format=torch.channels_last)  # type: ignore[call-overload]

    @classmethod
    def load(cls, name: str = "person") -> PersonDetector:
        """Our own network, or a published one that was fetched by hand; verified."""
        with weights.open_checked(name) as path:
            if name not in PUBLISHED:
                return cls(*load(path))
            recipe = PUBLISHED[name]
            network = yolo.build(recipe.network)
            darknet.read(path, network)
        return cls(recipe, network)

    @torch.inference_mode()
    def find(self, image: NDArray[np.uint8], least_score: float = LEAST_SCORE) -> list[FoundPerson]:
        """Everybody in an RGB picture (H, W, 3), surest first."""
        height, width = image.shape[:2]
        scale = self.recipe.side_px / max(height, width)
        inner = max(round(width * scale), 1), max(round(height * scale), 1)
        size_px = tuple(-(-side // STRIDE) * STRIDE for side in inner)
        canvas = np.full((size_px[1], size_px[0], 3), GREY, np.uint8)
        canvas[: inner[1], : inner[0]] = cv2.resize(image, inner, interpolation=cv2.INTER_AREA)
        heads = self._network(to_tensor(canvas[None]))
        rows = yolo.detections_of(heads, self.recipe.network, (size_px[0], size_px[1]), PERSON)[0].numpy()
        rows = rows[rows[:, 4] >= least_score]
        boxes = np.concatenate([rows[:, :2] - rows[:, 2:4] / 2, rows[:, :2] + rows[:, 2:4] / 2], axis=1)
        ratio = np.array([width / inner[0], height / inner[1]] * 2)
        return suppress(np.clip(boxes * ratio, 0, [width, height] * 2), rows[:, 4])


def to_tensor(images: NDArray[np.uint8]) -> Tensor:
    """(N, H, W, 3) bytes to (N, 3, H, W) of 0..1."""
    return torch.from_numpy(images).permute(0, 3, 1, 2).float().div(255).contiguous(memory_format=torch.channels_last)


def suppress(boxes: NDArray[np.float64], scores: NDArray[np.float32]) -> list[FoundPerson]:
    """Keep the surest of boxes (N, 4) that overlap much."""
    found, order = [], np.argsort(-scores)
    while len(order):
        best, rest = order[0], order[1:]
        found.append(FoundPerson(float(scores[best]), boxes[best].astype(np.float32)))
        order = rest[box_iou(boxes[best], boxes[rest]) <= SAME_PERSON_IOU]
    return found


def save(path: Path, recipe: Recipe, state: Mapping[str, Tensor]) -> None:
    """Half precision, with the recipe in the header."""
    halves = {k: (v.half() if v.is_floating_point() else v).contiguous() for k, v in state.items()}
    save_tensors(path, halves, recipe)


def load(path: Path) -> tuple[Recipe, nn.Module]:
    """The network in single precision."""
    with safe_open(path, framework="pt") as file:
        raw = json.loads(file.metadata()["recipe"])
        state = {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118 - not a dict
    anchors = tuple((float(w), float(h)) for w, h in raw["network"].pop("anchors"))
    recipe = Recipe(YoloConfig(**raw["network"], anchors=anchors), raw["side_px"])
    network = yolo.build(recipe.network)
    network.load_state_dict({k: v.float() if v.is_floating_point() else v for k, v in state.items()})
    return recipe, network
