"""Naming the exercise: windows of a clip and their mirror images vote through networks, and so do its statistics.

Some networks (an LSTM, two temporal convolutions) see how the movement unfolds; others see statistics of the whole clip
and err elsewhere, so the geometric mean of both is better than either (docs/trials.md).
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from safetensors import safe_open
from torch import Tensor, nn
from torch.nn import functional

from inference import catalogue, statistics, weights, windows
from inference.network import DESIGNS, Scorer, SummaryNetwork
from inference.types import Candidate, Classification, PoseTrack

LEAST_FRAMES = 4
CANDIDATES = 5
SUMMARY = "summary"  # how the tensors of networks on statistics begin in the weights file
FAMILY_WEIGHT = 0.3  # of the family scores in the sum of log probabilities
FLOOR = 1e-4  # neither may veto alone
OTHER_PRIOR = 5.0  # there are far more ways of not exercising than a training set shows
# Logarithm of how much likelier no exercise is than one, and what full belief that something is repeated adds to it: a
# logistic regression on held-out clips (docs/decisions/0013-nothing-repeated.md).
NOT_REPEATED, REPEATED = 2.5, -4.8
# Who films a set films one person, near and all the time: each sign of another film makes no exercise likelier.
SELDOM_SEEN, SMALL = 0.7, 0.25  # share of the frames; of their height or width
LEAP, LEAPS = 0.3, 0.05  # of their size from one frame to the next, as another shot or somebody else is; how often
DOUBT_TIMES = 5.0
BELIEVED = 0.5  # belief from which on somebody is seen to repeat something
ABSTAIN = 0.35  # when the likeliest family has less and nobody repeats anything, no name is better than none


@dataclass(frozen=True)
class Recipe:
    """What the weights file says about itself."""

    classes: tuple[str, ...]
    families: tuple[str, ...]
    hidden: int
    members: tuple[str, ...]  # design of each
    summaries: int  # number of networks that see statistics
    summary_hidden: int
    window_share: float  # of the networks that see windows in the geometric mean
    temperature: float
    prior: tuple[float, ...] = ()  # how often people film each class, softened; all alike when empty


def blend(
    windowed: NDArray[np.float64], summarised: NDArray[np.float64], share: float, temperature: float
) -> NDArray[np.float64]:
    """Geometric mean of two probability tables (…, C), sharpened or softened by a temperature."""
    mixed = share * np.log(windowed + FLOOR) + (1 - share) * np.log(summarised + FLOOR)
    mixed = mixed / temperature
    powers = np.exp(mixed - mixed.max(axis=-1, keepdims=True))
    return np.asarray(powers / powers.sum(axis=-1, keepdims=True))


def count_doubts(track: PoseTrack) -> int:
    """Signs, 0 to 3, that a film is not of one person's set: they are seldom seen, are tiny, or leap about."""
    seen = track.keypoints[track.found]
    known, places = seen[..., 2:] > 0, seen[..., :2]
    high, low = np.where(known, places, -np.inf).max(axis=1), np.where(known, places, np.inf).min(axis=1)
    extent_px, middle = high - low, (places * known).sum(axis=1) / known.sum(axis=1)  # (T, 2)
    share = float(np.median((extent_px / np.array(track.size_px)).max(axis=1)))
    steps_px = np.linalg.norm(np.diff(middle, axis=0), axis=1)
    leaps = float((steps_px > LEAP * np.median(extent_px.max(axis=1))).mean())
    return int(track.found.mean() < SELDOM_SEEN) + int(share < SMALL) + int(leaps >= LEAPS)


class Classifier:
    """Names tracks. Deterministic; safe to share between threads."""

    def __init__(self, recipe: Recipe, members: Sequence[Scorer], summaries: Sequence[SummaryNetwork] = ()) -> None:
        self.recipe = recipe
        self.members = [member.eval() for member in members]
        self.summaries = [network.eval() for network in summaries]
        family = {name: i for i, name in enumerate(recipe.families)}
        self._family_of = torch.tensor([family[catalogue.family_of(slug)] for slug in recipe.classes])
        self._prior = np.array(recipe.prior or [1.0] * len(recipe.classes))

    @classmethod
    def load(cls) -> Classifier:
        """The shipped classifier, verified and kept in memory."""
        return _load(weights.resolve("classifier"))

    @torch.inference_mode()
    def score_windows(self, batch: windows.Windows) -> tuple[NDArray[np.float64], NDArray[np.float32]]:
        """Class probabilities (C,) and embedding (D,) on which all windows and members agree best."""
        votes, embeddings = [], []
        frames = _both_views(batch)
        for member in self.members:
            names, families, embedding = member(frames)
            family = functional.log_softmax(families, dim=1).mean(0)[self._family_of]
            votes.append(functional.log_softmax(names, dim=1).mean(0) + FAMILY_WEIGHT * family)
            embeddings.append(embedding.mean(0))
        probabilities = torch.softmax(torch.stack(votes).mean(0), dim=0).double().numpy()
        return probabilities, functional.normalize(torch.cat(embeddings), dim=0).numpy()

    @torch.inference_mode()
    def score_summary(self, track: PoseTrack) -> NDArray[np.float64]:
        """Class probabilities (C,) on which the networks agree best that see statistics of the track and its parts."""
        seen = torch.from_numpy(statistics.all_views(track))
        votes = [functional.log_softmax(network(seen), dim=1).mean(0) for network in self.summaries]
        return torch.softmax(torch.stack(votes).mean(0), dim=0).double().numpy()

    @torch.inference_mode()
    def score_families(self, track: PoseTrack, spans: list[tuple[float, float]]) -> NDArray[np.float64]:
        """Log probabilities (spans, families) of each span by itself, by the network alone."""
        frames = _both_views(windows.cut(windows.size_track(track), spans))
        votes = [functional.log_softmax(member(frames)[1], dim=1) for member in self.members]
        return torch.stack(votes).reshape(2 * len(votes), len(spans), -1).mean(0).double().numpy()

    def predict(self, track: PoseTrack, repeated: float | None = None) -> Classification:
        """Name a track; "other" with an empty embedding when there is too little to see.

        ``repeated`` says how far the counter believes that something is repeated, 0..1; None where nobody asked it.
        """
        if int(track.found.sum()) < LEAST_FRAMES:
            empty = np.zeros(self._embedding_size(), np.float32)
            return Classification((Candidate(catalogue.OTHER, 1.0),), empty)
        sized = windows.size_track(track)
        spans = windows.choose_spans(float(sized.times_s[0]), float(sized.times_s[-1]))
        windowed, embedding = self.score_windows(windows.cut(sized, spans))
        told = self.score_summary(track)
        probabilities = blend(windowed, told, self.recipe.window_share, self.recipe.temperature)
        return Classification(self._rank(probabilities, repeated, count_doubts(track)), embedding)

    def _rank(
        self, probabilities: NDArray[np.float64], repeated: float | None = None, doubts: int = 0
    ) -> tuple[Candidate, ...]:
        """The likeliest names; "other" first when no family is likely and nothing is seen to be repeated."""
        other = self.recipe.classes.index(catalogue.OTHER)
        weighted = probabilities * self._prior
        weighted[other] *= OTHER_PRIOR * DOUBT_TIMES**doubts
        if repeated is not None:
            weighted[other] *= np.exp(NOT_REPEATED + REPEATED * repeated)
        weighted /= weighted.sum()
        order = np.argsort(-weighted)
        doubtful = repeated is None or repeated < BELIEVED
        if doubtful and np.bincount(self._family_of.numpy(), weighted).max() < ABSTAIN:
            order = np.concatenate([[other], order[order != other]])
        return tuple(Candidate(self.recipe.classes[i], float(weighted[i])) for i in order[:CANDIDATES])

    def _embedding_size(self) -> int:
        return len(self.members) * self.members[0].name.in_features


def _both_views(batch: windows.Windows) -> Tensor:
    """Channels (2 W, 32, C) of windows and of their mirror images, for one pass through a network."""
    return torch.from_numpy(np.concatenate([windows.make_channels(view) for view in (batch, batch.mirrored())]))


@cache
def _load(path: Path) -> Classifier:
    with safe_open(str(path), framework="pt") as file:
        tensors = {key: file.get_tensor(key).float() for key in file.keys()}  # noqa: SIM118
        told = json.loads(file.metadata()["recipe"])
    lists = {name: tuple(told[name]) for name in ("classes", "families", "members", "prior")}
    recipe = Recipe(**{**told, **lists})
    sizes = len(recipe.classes), len(recipe.families)
    members = [DESIGNS[design](windows.CHANNELS, *sizes, recipe.hidden) for design in recipe.members]
    features = len(tensors[f"{SUMMARY}0.ranges.middle"])
    summaries = [SummaryNetwork(features, sizes[0], recipe.summary_hidden) for _ in range(recipe.summaries)]
    for prefix, network in name_parts(members, summaries):
        network.load_state_dict({k.removeprefix(prefix): v for k, v in tensors.items() if k.startswith(prefix)})
    return Classifier(recipe, members, summaries)


def name_parts(members: Sequence[nn.Module], summaries: Sequence[nn.Module]) -> list[tuple[str, nn.Module]]:
    """What the names of each network's tensors begin with in the weights file."""
    return [
        *((f"{number}.", network) for number, network in enumerate(members)),
        *((f"{SUMMARY}{number}.", network) for number, network in enumerate(summaries)),
    ]
