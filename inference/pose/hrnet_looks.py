"""HRNet at regions of a frame: points, whether anybody is there, and where to look next."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from inference import skeleton, weights
from inference.pose import crop, heatmap_model
from inference.pose.crop import View
from inference.pose.heatmap_model import HeatmapModel, Recipe
from inference.pose.presence import presence_of
from inference.pose.region import Region
from inference.skeleton import INDEX

GROWTH = 1.25  # of the box around the points, as in training
SURE = 0.2  # confidence from which a point takes part in the next region
LEAST_SURE = 4
LEAST_TORSO = 0.12  # of the region: a torso seen end on does not say which way is up

COCO_POINTS = 17
PUBLISHED = {"hrnet-w32-coco": Recipe(keypoints=COCO_POINTS, sigma_cells=2.0, softmax=False)}


@dataclass(frozen=True)
class HrnetLook:
    """One region after a look."""

    points: NDArray[np.float32]  # (24, 3) px of the frame
    presence: float
    next_region: Region

    def keypoints(self) -> NDArray[np.float32]:
        """(24, 3) px of the frame."""
        return self.points


class HrnetLooks:
    """The network of Sun et al. 2019, with our own weights or published ones. Not safe to share between threads."""

    def __init__(self, name: str = "hrnet") -> None:
        with weights.open_checked(name) as path:
            self.version = weights.hash_file(path)[:8]
            recipe, network = (
                (PUBLISHED[name], heatmap_model.load_published(path, PUBLISHED[name]))
                if name in PUBLISHED
                else heatmap_model.load(path)
            )
        self.model = HeatmapModel(recipe, network, bf16=heatmap_model.has_bf16())

    def look(self, jobs: Sequence[tuple[NDArray[np.uint8], Region]]) -> list[HrnetLook]:
        """All pictures in one batch."""
        shape = self.shape
        views = [(image, View(r.x, r.y, r.side * shape, r.rotation)) for image, r in jobs]
        found = self._locate(views)
        return [
            HrnetLook(points, presence_of(points), next_region(points, region, shape))
            for points, (_image, region) in zip(found, jobs, strict=True)
        ]

    def to_frame(self, found: NDArray[np.float32], maps: list[NDArray[np.float64]]) -> NDArray[np.float32]:
        """Points (N, K, 3) of crops to (N, 24, 3) of the frames they were cut from."""
        if self.model.recipe.keypoints == COCO_POINTS:
            found = skeleton.from_coco17(found)
        for points, matrix in zip(found, maps, strict=True):
            points[:, :2] = crop.move_back(points[:, :2], matrix)
        return found

    @property
    def shape(self) -> float:
        """Width by height of the crops it looks at."""
        width, height = self.model.recipe.size_px
        return (width - 1) / (height - 1)

    def _locate(self, views: list[tuple[NDArray[np.uint8], View]]) -> NDArray[np.float32]:
        size_px = self.model.recipe.size_px
        maps = [view.matrix(size_px) for _image, view in views]
        crops = np.stack([crop.cut(image, m, size_px) for (image, _view), m in zip(views, maps, strict=True)])
        return self.to_frame(self.model.locate(crops), maps)


def next_region(points: NDArray[np.float32], before: Region, shape: float) -> Region:
    """The region around the sure points of (24, 3), turned with the torso; ``shape`` is width by height of a crop."""
    sure = points[points[:, 2] >= SURE, :2]
    if len(sure) < LEAST_SURE:
        return before
    turn = _torso_turn(points, before)
    cos, sin = np.cos(turn), np.sin(turn)
    upright = sure @ np.array([[cos, -sin], [sin, cos]])  # columns: across and along the body
    low, high = upright.min(axis=0), upright.max(axis=0)
    across, along = (low + high) / 2
    width, height = (high - low) * GROWTH
    x, y = across * cos - along * sin, across * sin + along * cos
    return Region(float(x), float(y), float(max(height, width / shape)), turn)


def _torso_turn(points: NDArray[np.float32], before: Region) -> float:
    """Clockwise turn of the body from upright, radians; as before where the torso does not say."""
    neck, waist = points[INDEX["neck"]], points[INDEX["waist"]]
    up = neck[:2] - waist[:2]
    if min(neck[2], waist[2]) < SURE or np.hypot(*up) < LEAST_TORSO * before.side:
        return before.rotation
    return float(np.arctan2(up[0], -up[1]))
