"""How well people are found: average precision, and the largest person of each picture, beside BlazePose's detector."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from inference.pose.blazepose_detector import BlazePoseDetector, box_iou
from inference.pose.person_detector import FoundPerson
from inference.train.person.pictures import Picture

MATCH_IOU = 0.5
LARGE = 0.3  # of the picture's height: the people that a diary is about
Find = Callable[[NDArray[np.uint8]], list[FoundPerson]]


@dataclass(frozen=True)
class PersonFigures:
    """Figures of a detector on pictures that it has not seen."""

    pictures: int
    people: int
    average_precision: float  # at IoU 0.5, everybody
    large_recall: float  # people at least LARGE high, at the usual threshold
    largest_found: float  # pictures in which something sits on the middle of the largest person
    false_alarms: float  # a picture without people


def measure(find: Find, pictures: list[Picture], usual_score: float) -> PersonFigures:
    """``find`` gives everything, also what is unlikely; ``usual_score`` is where the product draws the line."""
    hits: list[tuple[float, bool]] = []
    large: list[bool] = []
    largest: list[bool] = []
    alarms: list[int] = []
    people = 0
    for picture in pictures:
        image = picture.image()
        found, truth = find(image), picture.boxes * np.tile(image.shape[1::-1], 2)
        people += len(truth)
        matched = _match(found, truth)
        hits += [(one.score, number is not None) for one, number in zip(found, matched, strict=True)]
        likely = {n for one, n in zip(found, matched, strict=True) if one.score >= usual_score and n is not None}
        tall = (truth[:, 3] - truth[:, 1]) >= LARGE * image.shape[0]
        large += [i in likely for i in np.flatnonzero(tall).tolist()]
        sure = [one for one in found if one.score >= usual_score]
        if len(truth):
            middles = [(one.box[:2] + one.box[2:]) / 2 for one in sure]
            largest.append(covers_largest(middles, truth))
        else:
            alarms.append(len(sure))
    return PersonFigures(
        len(pictures), people, _average_precision(hits, people), _mean(large), _mean(largest), _mean(alarms)
    )


def blazepose_finds_largest(pictures: list[Picture]) -> tuple[float, float]:
    """Share of pictures in which BlazePose's detector puts somebody's hips on the largest person; false alarms."""
    detector = BlazePoseDetector()
    largest, alarms = [], []
    for picture in pictures:
        image = picture.image()
        found = detector.detect(image)
        truth = picture.boxes * np.tile(image.shape[1::-1], 2)
        if len(truth):
            largest.append(covers_largest([np.array([f.region.x, f.region.y]) for f in found], truth))
        else:
            alarms.append(len(found))
    return _mean(largest), _mean(alarms)


def covers_largest(middles: list[NDArray[np.float64]] | list[NDArray[np.float32]], truth: NDArray[np.float64]) -> bool:
    """Whether one of the points (2,) lies in the largest of the boxes (N, 4)."""
    x0, y0, x1, y1 = truth[np.prod(truth[:, 2:] - truth[:, :2], axis=1).argmax()]
    return any(x0 <= x <= x1 and y0 <= y <= y1 for x, y in middles)


def _match(found: list[FoundPerson], truth: NDArray[np.float64]) -> list[int | None]:
    """For each, surest first, the number of the box that it alone may claim."""
    free = set(range(len(truth)))
    claimed: list[int | None] = []
    for one in found:
        overlap = box_iou(one.box.astype(np.float64), truth) if len(truth) else np.zeros(0)
        best = max(free, key=lambda i: overlap[i], default=None)
        hit = best is not None and overlap[best] >= MATCH_IOU
        claimed.append(best if hit else None)
        if hit and best is not None:
            free.remove(best)
    return claimed


def _average_precision(hits: list[tuple[float, bool]], people: int) -> float:
    """Area under precision over recall, precision made monotonous (PASCAL VOC 2010 and later)."""
    right = np.array([hit for _, hit in sorted(hits, key=lambda h: -h[0])], bool)
    if not len(right) or not people:
        return 0.0
    precision = np.cumsum(right) / np.arange(1, len(right) + 1)
    recall = np.cumsum(right) / people
    monotonous = np.maximum.accumulate(precision[::-1])[::-1]
    return float(np.sum(np.diff(recall, prepend=0.0) * monotonous))


def _mean(values: list[bool] | list[int]) -> float:
    return float(np.mean(values)) if values else 0.0
