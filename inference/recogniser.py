"""The classifier and the counter that the product ships, as the pipeline wants them."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from inference import reps, weights
from inference.classify import Classifier
from inference.examples import Examples
from inference.recognise import named_stretch, recognise
from inference.threads import one_thread
from inference.types import Classification, PoseTrack, Recognition, Segment


@dataclass(frozen=True)
class ProductRecogniser:
    """Names with the classifier and what the user taught, counts with the counter."""

    classifier: Classifier
    examples: Examples | None = None

    @classmethod
    def load(cls, examples: Path | None = None) -> ProductRecogniser:
        """The shipped weights, and a user's own examples if there are any."""
        known = Examples.load(examples) if examples and examples.exists() else None
        return cls(load_classifier(), known)

    @property
    def models(self) -> dict[str, str]:
        """Part of the work → name@version."""
        return describe_models()

    def recognise(self, track: PoseTrack, on_named: Callable[[float], None]) -> Recognition:
        """Recognise one track; tells the seconds each naming took."""
        return recognise(track, examples=self.examples, classifier=_Timed(self.classifier, on_named))

    @one_thread()
    def look_again(self, track: PoseTrack, segment: Segment) -> NDArray[np.float32]:
        """Embedding (D,) of a set that an earlier classifier found; all zeros where too little of it is seen."""
        return self.classifier.predict(named_stretch(track, segment)).embedding


def load_classifier() -> Classifier:
    """The shipped classifier; a file that is none is said in one sentence."""
    with weights.open_checked("classifier"):
        return Classifier.load()


def describe_models() -> dict[str, str]:
    """Part of the work → name@version; new weights are a new version by themselves."""
    return {
        "classifier": f"lstm-statistics@{_version_of('classifier')}",
        "counter": f"reps-{reps.VERSION}@{_version_of('counter', 'counter-ranking', 'counter-phase')}",
        "sets": f"sessions@{_version_of('sets')}",
    }


def _version_of(*names: str) -> str:
    return "".join(_hash(weights.resolve(name))[:6] for name in names)


@cache
def _hash(path: Path) -> str:
    return weights.hash_file(path)


@dataclass(frozen=True)
class _Timed:
    classifier: Classifier
    tell: Callable[[float], None]

    def predict(self, track: PoseTrack, repeated: float | None = None) -> Classification:
        """Name a track and tell how long it took."""
        began_s = time.perf_counter()
        found = self.classifier.predict(track, repeated)
        self.tell(time.perf_counter() - began_s)
        return found

    def score_families(self, track: PoseTrack, spans: list[tuple[float, float]]) -> NDArray[np.float64]:
        """Name each span by itself and tell how long it took."""
        began_s = time.perf_counter()
        scores = self.classifier.score_families(track, spans)
        self.tell(time.perf_counter() - began_s)
        return scores
