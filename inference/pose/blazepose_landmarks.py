"""BlazePose's landmark network: a region of the frame in, 33 body points and the next region out.

Bazarevsky et al. 2020, arXiv:2006.10204; refinement by heatmap as in MediaPipe's published graph (Apache-2.0).
"""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from ai_edge_litert.interpreter import Interpreter
from numpy.typing import NDArray

from inference import skeleton, weights
from inference.pose.blazepose_detector import region_from_points
from inference.pose.region import Region

INPUT_PX = 256
POINTS, AUXILIARY = 33, (33, 34)  # the two further points say where to look next
REFINE_REACH, REFINE_MIN = 3, 0.5  # half the window in heatmap cells; least peak that may move a point


@dataclass(frozen=True)
class Landmarks:
    """One person in one frame."""

    presence: float  # probability that the region shows a person
    points: NDArray[np.float32]  # (33, 3) x px, y px, confidence
    next_region: Region
    world: NDArray[np.float32]  # (33, 3) metres from the middle of the hips: right and down in the picture, and away

    def keypoints(self) -> NDArray[np.float32]:
        """(24, 3) in the project's layout."""
        return skeleton.from_blazepose33(self.points)


class BlazePoseLandmarks:
    """Finds the points of one person inside a region. Not safe to share between threads."""

    def __init__(self, name: str = "blazepose-full", threads: int = 1) -> None:
        with weights.open_checked(name) as path:
            self._network = Interpreter(str(path), num_threads=threads)
            self._network.allocate_tensors()
            self._input = self._network.get_input_details()[0]["index"]
            shapes = {tuple(int(n) for n in o["shape"]): o["index"] for o in self._network.get_output_details()}
            self._points, self._flag, self._heat = shapes[1, 195], shapes[1, 1], shapes[1, 64, 64, 39]
            self._world = shapes[1, 117]

    def locate(self, image: NDArray[np.uint8], region: Region) -> Landmarks:
        """Points of the person in a region of an RGB picture (H, W, 3)."""
        matrix = region.matrix(INPUT_PX)
        crop = cv2.warpAffine(image, matrix, (INPUT_PX, INPUT_PX), flags=cv2.INTER_LINEAR)
        self._network.set_tensor(self._input, crop[None].astype(np.float32) / 255.0)
        self._network.invoke()
        raw = self._network.get_tensor(self._points)[0].reshape(39, 5).astype(np.float64)
        place = _refine(raw[:, :2] / INPUT_PX, self._network.get_tensor(self._heat)[0]) * INPUT_PX
        in_frame = place @ np.linalg.inv(matrix[:, :2]).T - np.linalg.inv(matrix[:, :2]) @ matrix[:, 2]
        confidence = _sigmoid(raw[:, 3]) * _sigmoid(raw[:, 4])
        points = np.column_stack([in_frame, confidence])[:POINTS].astype(np.float32)
        region_next = region_from_points(*in_frame[list(AUXILIARY)])
        presence = float(self._network.get_tensor(self._flag)[0, 0])
        return Landmarks(presence, points, region_next, self._read_world(region.rotation))

    def _read_world(self, rotation: float) -> NDArray[np.float32]:
        """Points in metres along the axes of the picture instead of those of the region."""
        world: NDArray[np.float32] = self._network.get_tensor(self._world)[0].reshape(39, 3)[:POINTS].copy()
        cos, sin = np.cos(rotation), np.sin(rotation)
        world[:, :2] @= np.array([[cos, sin], [-sin, cos]], np.float32)
        return world


def _sigmoid(x: NDArray[np.float64]) -> NDArray[np.float64]:
    return 1 / (1 + np.exp(-np.clip(x, -60, 60)))


def _refine(place: NDArray[np.float64], heat: NDArray[np.float32]) -> NDArray[np.float64]:
    """Move points (39, 2; shares of the crop) to the centre of mass of their heatmap (64, 64, 39) nearby."""
    size = heat.shape[0]
    out = place.copy()
    for i, (x, y) in enumerate((place * size).astype(int)):
        if not (0 <= x < size and 0 <= y < size):
            continue
        top, left = max(y - REFINE_REACH, 0), max(x - REFINE_REACH, 0)
        window = _sigmoid(heat[top : y + REFINE_REACH + 1, left : x + REFINE_REACH + 1, i].astype(np.float64))
        if window.max() >= REFINE_MIN:
            rows, columns = np.mgrid[0 : window.shape[0], 0 : window.shape[1]]
            total = window.sum()
            out[i] = ((columns + left) * window).sum() / total / size, ((rows + top) * window).sum() / total / size
    return out
