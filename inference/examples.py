"""What a user taught: embeddings of sets that they named. Near ones win over the classifier; nothing is retrained."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from inference import files
from inference.types import Candidate, Classification

NEAR = 0.80  # cosine: nearer than this, two sets show the same movement by the same person
SURE = 0.97  # cosine at which an example is as good as certain


@dataclass(frozen=True)
class Examples:
    """Named embeddings of one user."""

    embeddings: NDArray[np.float32]  # (N, D) unit length
    exercises: tuple[str, ...]  # N names: slugs of the catalogue or the user's own

    @classmethod
    def load(cls, path: Path) -> Examples:
        """Read ``embeddings`` and ``exercises`` from an .npz file."""
        with np.load(path, allow_pickle=False) as file:
            return cls(file["embeddings"].astype(np.float32), tuple(str(name) for name in file["exercises"]))

    def save(self, path: Path) -> None:
        """Write what ``load`` reads."""
        with files.write_whole(path) as file:
            np.savez_compressed(file, embeddings=self.embeddings, exercises=np.array(self.exercises, dtype=np.str_))

    def add(self, embedding: NDArray[np.float32], exercise: str) -> Examples:
        """These and one more."""
        unit = embedding / max(float(np.linalg.norm(embedding)), 1e-9)
        stacked = np.concatenate([self.embeddings.reshape(-1, len(unit)), unit[None]]).astype(np.float32)
        return Examples(stacked, (*self.exercises, exercise))

    def without(self, exercise: str) -> Examples:
        """These but what was taught of one exercise."""
        kept = [i for i, name in enumerate(self.exercises) if name != exercise]
        return Examples(self.embeddings[kept], tuple(self.exercises[i] for i in kept))

    def overrule(self, found: Classification) -> Classification:
        """The classification with the nearest example's name first, when it is near enough."""
        if not self.exercises or self.embeddings.shape[1] != len(found.embedding):
            return found
        likeness = self.embeddings @ found.embedding
        best = int(likeness.argmax())
        if likeness[best] < NEAR:
            return found
        name = self.exercises[best]
        share = float(np.clip((likeness[best] - NEAR) / (SURE - NEAR), 0, 1))
        confidence = max(0.5 + 0.49 * share, next((c.confidence for c in found.candidates if c.exercise == name), 0.0))
        left = max(1.0 - confidence, 0.0)
        others = [c for c in found.candidates if c.exercise != name]
        total = max(sum(c.confidence for c in others), 1e-9)
        rest = tuple(Candidate(c.exercise, c.confidence / total * left) for c in others)
        return replace(found, candidates=(Candidate(name, confidence), *rest))
