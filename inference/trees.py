"""Ensembles of decision trees as plain arrays: learned with scikit-learn in training, run here with numpy alone."""

from __future__ import annotations

import zipfile
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from inference import files


@dataclass(frozen=True)
class Forest:
    """Nodes of all trees in one table; a node whose left child is itself is a leaf."""

    roots: NDArray[np.int32]  # (trees,)
    feature: NDArray[np.int16]  # (nodes,)
    threshold: NDArray[np.float32]  # (nodes,)
    left: NDArray[np.int32]  # (nodes,)
    right: NDArray[np.int32]  # (nodes,)
    value: NDArray[np.float16]  # (nodes, outputs)
    depth: int

    def predict(self, features: NDArray[np.float32]) -> NDArray[np.float32]:
        """(N, F) to the mean of the leaves' values, (N, outputs)."""
        flat, row = np.ravel(features), (np.arange(len(features)) * features.shape[1])[:, None]
        node = np.broadcast_to(self.roots, (len(features), len(self.roots)))
        for _ in range(self.depth):  # flat tables: half the time of two indices
            goes_left = flat.take(row + self.feature.take(node)) <= self.threshold.take(node)
            node = self._children.take(2 * node + goes_left)
        return np.asarray(self.value[node].astype(np.float32).mean(axis=1))

    @cached_property
    def _children(self) -> NDArray[np.int64]:
        """(2 * nodes,) right and left child of each node."""
        return np.stack([self.right, self.left], axis=1).ravel().astype(np.int64)

    def save(self, path: Path) -> None:
        """Write an .npz file; children as steps and nothing at inner nodes, which halves it.

        LZMA makes it a fifth smaller than numpy's own compression; numpy reads it all the same.
        """
        own = np.arange(len(self.left), dtype=np.int32)
        arrays: dict[str, NDArray[Any]] = {
            "roots": self.roots,
            "feature": self.feature,
            "threshold": self.threshold,
            "left": self.left - own,
            "right": self.right - own,
            "value": np.where((self.left == own)[:, None], self.value, 0).astype(np.float16),
            "depth": np.array(self.depth),
        }
        with files.stage(path) as temporary, zipfile.ZipFile(temporary, "w", zipfile.ZIP_LZMA) as file:
            for name, array in arrays.items():  # ZipInfo's own date: the same forest gives the same bytes
                with file.open(_member(f"{name}.npy"), "w") as stream:
                    np.lib.format.write_array(stream, array, allow_pickle=False)

    @classmethod
    def load(cls, path: Path) -> Forest:
        """Read an .npz file that ``save`` wrote."""
        with np.load(path, allow_pickle=False) as file:
            arrays = {name: file[name] for name in ("roots", "feature", "threshold", "left", "right", "value")}
            depth = int(file["depth"])
        own = np.arange(len(arrays["left"]), dtype=np.int32)
        arrays |= {name: arrays[name] + own for name in ("left", "right")}
        return cls(**arrays, depth=depth)

    @classmethod
    def from_sklearn(cls, model: Any) -> Forest:
        """Take over a fitted forest; values are class probabilities in the order of ``model.classes_``."""
        tables: list[Any] = []
        offset = 0
        for tree in (estimator.tree_ for estimator in model.estimators_):
            own = np.arange(tree.node_count)
            leaf = tree.children_left < 0
            value: Any = tree.value[:, 0] / np.maximum(tree.value[:, 0].sum(axis=1, keepdims=True), 1e-9)
            children = (
                np.where(leaf, own, tree.children_left) + offset,
                np.where(leaf, own, tree.children_right) + offset,
            )
            tables.append((np.maximum(tree.feature, 0), tree.threshold, *children, value, offset))
            offset += tree.node_count
        feature, threshold, left, right, values, roots = zip(*tables, strict=True)
        return cls(
            roots=np.array(roots, np.int32),
            feature=np.concatenate(feature).astype(np.int16),
            threshold=np.concatenate(threshold).astype(np.float32),
            left=np.concatenate(left).astype(np.int32),
            right=np.concatenate(right).astype(np.int32),
            value=np.concatenate(values).astype(np.float16),
            depth=max(estimator.tree_.max_depth for estimator in model.estimators_) + 1,
        )


def _member(name: str) -> zipfile.ZipInfo:
    info = zipfile.ZipInfo(name)
    info.compress_type = zipfile.ZIP_LZMA
    return info
