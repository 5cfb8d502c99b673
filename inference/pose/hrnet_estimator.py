"""HRNet as eyes: our own 24-keypoint network looks at boxes; where to look first, the person detector says."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from inference import skeleton, weights
from inference.pose import crop, decode, heatmap_model
from inference.pose.crop import View
from inference.pose.follow import Wanted, follow
from inference.pose.heatmap_model import HeatmapModel, Recipe
from inference.pose.people import PeopleFinder
from inference.pose.presence import presence_of
from inference.pose.query import describe_query
from inference.pose.region import Region
from inference.pose.steady import steady
from inference.skeleton import INDEX
from inference.types import Frame, PoseTrack

GROWTH = 1.25  # of the box around the points, as in training
SURE = 0.2  # confidence from which a point takes part in the next region
LEAST_SURE = 4
LEAST_TORSO = 0.12  # of the region: a torso seen end on does not say which way is up
CLOSER = 0.85  # of a given box: a second, closer look shows the body larger and fewer of its neighbours

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


class HrnetPose:
    """Estimator of Sun et al. 2019, with our own weights or published ones. Not safe to share between threads."""

    at_once = 4

    def __init__(
        self,
        name: str,
        *,
        person_hint: tuple[float, float, float] | None = None,
        query_image: NDArray[np.uint8] | None = None,
    ) -> None:
        self.name = name
        path = weights.resolve(name)
        self.version = weights.hash_file(path)[:8]
        recipe, network = (
            (PUBLISHED[name], heatmap_model.load_published(path, PUBLISHED[name]))
            if name in PUBLISHED
            else heatmap_model.load(path)
        )
        self._model = HeatmapModel(recipe, network, bf16=heatmap_model.has_bf16())
        self._people = PeopleFinder()
        self._wanted = Wanted(person_hint, None if query_image is None else describe_query(self, query_image))

    def estimate(self, frames: Iterable[Frame], size_px: tuple[int, int]) -> PoseTrack:
        """Follow everybody, choose the one who trains, make their points steady."""
        return steady(follow(self, frames, size_px, self._wanted))

    def estimate_crop(self, image: NDArray[np.uint8], box: NDArray[np.float32]) -> NDArray[np.float32]:
        """Keypoints (24, 3) of the person in a box (x0, y0, x1, y1 px): mean of two looks and their mirror images."""
        size_px = self._model.recipe.size_px
        view = crop.fit_box(box, size_px)
        whole, closer = (one.matrix(size_px) for one in (view, replace(view, width=view.width * CLOSER)))
        crops = np.stack([crop.cut(image, matrix, size_px) for matrix in (whole, closer)])
        heatmaps = self._model.predict(crops, flip=True)
        both = [heatmaps[0], decode.resample(heatmaps[1], crop.chain(closer, whole), size_px)]
        mean: NDArray[np.float32] = np.mean(both, axis=0, dtype=np.float32, keepdims=True)
        return np.asarray(self._to_frame(self._model.read(mean), [whole])[0])

    def find_people(self, image: NDArray[np.uint8], *, thorough: bool) -> list[Region]:
        """People in a frame, surest first."""
        if not thorough:
            return self._people.find(image)
        return self._people.find_hidden(image, lambda *job: self.look([job])[0].presence)

    def find_bodies(self, image: NDArray[np.uint8]) -> list[Region]:
        """Everybody in a frame, surest first, also those who stand side by side or hide their face."""
        return self._people.find_bodies(image, lambda *job: self.look([job])[0].presence)

    def look(self, jobs: Sequence[tuple[NDArray[np.uint8], Region]]) -> list[HrnetLook]:
        """All pictures in one batch."""
        shape = self._shape()
        views = [(image, View(r.x, r.y, r.side * shape, r.rotation)) for image, r in jobs]
        found = self._locate(views)
        return [
            HrnetLook(points, presence_of(points), next_region(points, region, shape))
            for points, (_image, region) in zip(found, jobs, strict=True)
        ]

    def _shape(self) -> float:
        width, height = self._model.recipe.size_px
        return (width - 1) / (height - 1)

    def _locate(self, views: list[tuple[NDArray[np.uint8], View]]) -> NDArray[np.float32]:
        size_px = self._model.recipe.size_px
        maps = [view.matrix(size_px) for _image, view in views]
        crops = np.stack([crop.cut(image, m, size_px) for (image, _view), m in zip(views, maps, strict=True)])
        return self._to_frame(self._model.locate(crops), maps)

    def _to_frame(self, found: NDArray[np.float32], maps: list[NDArray[np.float64]]) -> NDArray[np.float32]:
        """Points (N, K, 3) of crops to (N, 24, 3) of the frames they were cut from."""
        if self._model.recipe.keypoints == COCO_POINTS:
            found = skeleton.from_coco17(found)
        for points, matrix in zip(found, maps, strict=True):
            points[:, :2] = crop.move_back(points[:, :2], matrix)
        return found


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
