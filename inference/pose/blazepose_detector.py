"""BlazePose's person detector: a picture in, people out, each as a place to look at with a rotation.

Bazarevsky et al. 2020, "BlazePose: On-device Real-time Body Pose tracking", arXiv:2006.10204. Numbers of the anchors
and of the region follow MediaPipe's published graph (pose_detection and pose_detection_to_roi, Apache-2.0).
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

import cv2
import numpy as np
from ai_edge_litert.interpreter import Interpreter
from numpy.typing import NDArray

from inference import weights
from inference.pose.region import Region

INPUT_PX = 224
ANCHOR_GRIDS = ((28, 2), (14, 2), (7, 6))  # cells along a side, anchors in each
MIN_SCORE = 0.5
SAME_PERSON_IOU = 0.3
REGION_GROWTH = 1.25


@dataclass(frozen=True)
class Detection:
    """A person: how sure, the face box that the network was trained on, and the region of the whole body."""

    score: float
    box: NDArray[np.float64]  # (4,) x0, y0, x1, y1 px
    region: Region


def region_from_points(centre: NDArray[np.float64], rim: NDArray[np.float64]) -> Region:
    """The square around the circle with this centre (mid hip) and a point of its rim above the head."""
    dx, dy = rim - centre
    side = 2 * float(np.hypot(dx, dy)) * REGION_GROWTH
    return Region(float(centre[0]), float(centre[1]), side, float(np.arctan2(dx, -dy)))


@cache
def _anchors() -> NDArray[np.float64]:
    """(2254, 2) centres of the anchors as shares of the input."""
    centres = []
    for cells, each in ANCHOR_GRIDS:
        y, x = np.mgrid[0:cells, 0:cells]
        centres.append(np.repeat(np.stack([x, y], -1).reshape(-1, 2) + 0.5, each, axis=0) / cells)
    return np.concatenate(centres)


class BlazePoseDetector:
    """Finds people in single pictures. Not safe to share between threads."""

    def __init__(self, threads: int = 1) -> None:
        with weights.open_checked("blazepose-detector") as path:
            self._network = Interpreter(str(path), num_threads=threads)
            self._network.allocate_tensors()
        self._input = self._network.get_input_details()[0]["index"]
        self._outputs = {tuple(o["shape"])[-1]: o["index"] for o in self._network.get_output_details()}

    def detect(self, image: NDArray[np.uint8]) -> list[Detection]:
        """People in an RGB picture (H, W, 3), surest first."""
        height, width = image.shape[:2]
        side = max(height, width)
        scale = INPUT_PX / side
        shift = np.array([(side - width) / 2, (side - height) / 2])
        move = np.array([[scale, 0, shift[0] * scale], [0, scale, shift[1] * scale]])
        square = cv2.warpAffine(image, move, (INPUT_PX, INPUT_PX), flags=cv2.INTER_AREA)
        self._network.set_tensor(self._input, (square[None].astype(np.float32) / 127.5) - 1.0)
        self._network.invoke()
        raw = self._network.get_tensor(self._outputs[12])[0].astype(np.float64)
        scores = 1 / (1 + np.exp(-np.clip(self._network.get_tensor(self._outputs[1])[0, :, 0], -60, 60)))
        keep = scores >= MIN_SCORE
        if not keep.any():
            return []
        decoded = self._decode(raw[keep], _anchors()[keep]) * side - np.tile(shift, 4)
        return _merge(decoded, scores[keep])

    @staticmethod
    def _decode(raw: NDArray[np.float64], anchors: NDArray[np.float64]) -> NDArray[np.float64]:
        """(N, 12) network output to (N, 8): x0, y0, x1, y1, hip x, y, rim x, y as shares of the square."""
        centre = raw[:, 0:2] / INPUT_PX + anchors
        half = raw[:, 2:4] / INPUT_PX / 2
        points = raw[:, 4:8] / INPUT_PX + np.tile(anchors, 2)
        return np.concatenate([centre - half, centre + half, points], axis=1)


def _merge(rows: NDArray[np.float64], scores: NDArray[np.float64]) -> list[Detection]:
    """Non-maximum suppression that averages what it suppresses, weighted by score (BlazeFace's blending)."""
    found, order = [], list(np.argsort(-scores))
    while order:
        best = order[0]
        overlap = box_iou(rows[best, :4], rows[order, :4])
        group = [i for i, same in zip(order, overlap > SAME_PERSON_IOU, strict=True) if same or i == best]
        row = np.average(rows[group], axis=0, weights=scores[group])
        found.append(Detection(float(scores[best]), row[:4], region_from_points(row[4:6], row[6:8])))
        order = [i for i in order if i not in group]
    return found


def box_iou(box: NDArray[np.float64], boxes: NDArray[np.float64]) -> NDArray[np.float64]:
    """Overlap of one box (4,) with many (N, 4): intersection over union."""
    low, high = np.maximum(box[:2], boxes[:, :2]), np.minimum(box[2:], boxes[:, 2:])
    shared = np.prod(np.maximum(high - low, 0), axis=1)
    areas = np.prod(boxes[:, 2:] - boxes[:, :2], axis=1) + np.prod(box[2:] - box[:2])
    return np.asarray(shared / np.maximum(areas - shared, 1e-9))
