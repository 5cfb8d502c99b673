"""Shards of labelled people: a tar of pictures beside a file with one JSON object a line."""

from __future__ import annotations

import json
import tarfile
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

LEAST_POINTS = 4


@dataclass(frozen=True)
class Person:
    """One picture of a person, still compressed."""

    picture: bytes  # JPEG
    keypoints: NDArray[np.float32]  # (24, 3) x px, y px, weight 0..1; 0 = unknown or outside the picture

    def image(self) -> NDArray[np.uint8]:
        """(H, W, 3) RGB."""
        bgr = np.asarray(cv2.imdecode(np.frombuffer(self.picture, np.uint8), cv2.IMREAD_COLOR), np.uint8)
        return np.ascontiguousarray(bgr[..., ::-1])


def read(shards: Iterable[Path]) -> list[Person]:
    """Everybody with at least four known points; about 8 KB of memory each."""
    return [one for shard in shards for one in _read_shard(shard)]


def _read_shard(shard: Path) -> list[Person]:
    with tarfile.open(shard.with_suffix(".tar")) as tar:
        pictures = {m.name: file.read() for m in tar if m.isfile() and (file := tar.extractfile(m)) is not None}
    labels = [json.loads(line) for line in shard.read_text(encoding="utf-8").splitlines()]
    people = [Person(pictures[label["file"]], _keep_inside(label)) for label in labels]
    return [one for one in people if (one.keypoints[:, 2] > 0).sum() >= LEAST_POINTS]


def _keep_inside(label: dict[str, object]) -> NDArray[np.float32]:
    """A teacher also places points of a body that the frame cuts off; they teach nothing."""
    keypoints = np.array(label["keypoints"], np.float32)
    size = np.array([label["w"], label["h"]], np.float32)
    outside = (keypoints[:, :2] < 0).any(axis=1) | (keypoints[:, :2] > size - 1).any(axis=1)
    keypoints[outside, 2] = 0
    return keypoints
