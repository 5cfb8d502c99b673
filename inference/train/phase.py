"""Train the counter's phase network; `python -m inference train reps` calls it.

It learns from synthetic films, whose every turn is known, and from counted clips, where the best reading that gives the
right count stands for the truth.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.nn import functional

from inference import phase, signals
from inference.ensemble import save_networks
from inference.signals import RATE_HZ
from inference.train import films
from inference.types import PoseTrack

Floats = NDArray[np.float32]
Training = Callable[[], phase.PhaseNet]

IDLE_SHARE = 0.08  # of synthetic films
LEAST_SEEN = 2 * phase.STEP  # frames of a film
BATCH, FRAMES = 24, 320
RATE, DECAY = 3e-3, 0.02
REAL_SHARE = 0.5  # of a batch
NOISE, DROP_GROUP = 0.02, 0.1
SHARP = 0.10  # spread of an event's mark, of a repetition
LEAST_SHARP, MOST_SHARP = 0.7, 3.0  # frames
WEIGHTS = {"active": 1.0, "rate": 0.5, "bounds": 2.0, "turns": 2.0, "count": 0.5}
GROUPS = (
    (0, 48),
    (48, 52),
    (52, 62),
    (62, 80),
    (80, 104),
    (104, phase.CHANNELS),
)  # channels that are left out together


@dataclass(frozen=True)
class Example:
    """A film as the network sees it, with what it should say."""

    channels: NDArray[np.float16]  # (T, CHANNELS)
    targets: NDArray[np.float16]  # (5, T): active, log rate, bounds, turns, density
    group: str
    weight: float


def make_example(track: PoseTrack, reps: NDArray[np.float64], group: str, weight: float = 1.0) -> Example | None:
    """An example of a track whose repetitions (n, 3) are known in seconds."""
    moving = signals.extract_seen(track, projected=False) if track.found.sum() >= LEAST_SEEN else None
    if moving is None:
        return None
    targets = mark(reps, moving.times_s)
    return Example(phase.make_channels(moving).astype(np.float16), targets.astype(np.float16), group, weight)


def mark(reps: NDArray[np.float64], times_s: NDArray[np.float64]) -> Floats:
    """(5, T) what the network should say where repetitions (n, 3) start, turn and end at known seconds."""
    out = np.zeros((5, len(times_s)), np.float32)
    half = 0.5 / RATE_HZ
    for start, turn, end in reps:
        length = max(end - start, 2 * half)
        part = np.clip(np.minimum(times_s + half, end) - np.maximum(times_s - half, start), 0, 2 * half)
        out[4] += part / length
        inside = part > half
        out[0, inside] = 1
        out[1, inside] = np.clip(np.log(phase.USUAL_S / length), -3, 3)
        sharp_s = np.clip(SHARP * length * RATE_HZ, LEAST_SHARP, MOST_SHARP) / RATE_HZ
        for row, moments in ((2, (start, end)), (3, (turn,))):
            for moment in moments:
                np.maximum(out[row], np.exp(-(((times_s - moment) / sharp_s) ** 2) / 2), out=out[row])
    return out


def make_synthetic(count: int, seed: int) -> list[Example]:
    """Synthetic films, some of people who do not exercise."""
    rng = np.random.default_rng(seed)
    made: list[Example] = []
    while len(made) < count:
        film = films.make_idle_film(rng) if rng.random() < IDLE_SHARE else films.make_film(rng)
        example = make_example(film.track, film.reps, "synthetic")
        if example:
            made.append(example)
    return made


def train(
    synthetic: Sequence[Example], real: Sequence[Example], steps: int, seed: int = 0,
    start: phase.PhaseNet | None = None, rate: float = RATE,
) -> phase.PhaseNet:  # fmt: skip
    """A network that learnt from both; goes on from another one if there is one."""
    torch.manual_seed(seed)
    rng = np.random.default_rng(seed)
    network = phase.PhaseNet()
    if start is not None:
        network.load_state_dict(start.state_dict())

    def find_loss() -> Tensor:
        channels, targets, known, weight = _draw(synthetic, real, rng)
        return loss(network(channels), targets, known, weight)

    return fit(network, find_loss, steps, rate, "phase")


def fit(network: phase.PhaseNet, find_loss: Callable[[], Tensor], steps: int, rate: float, name: str) -> phase.PhaseNet:
    """The network after so many steps of AdamW, one cycle of the rate, on what a fresh batch says each time."""
    network.train()
    optimiser = torch.optim.AdamW(network.parameters(), rate, weight_decay=DECAY)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimiser, rate, steps, pct_start=0.15)
    for step in range(steps):
        found = find_loss()
        optimiser.zero_grad()
        found.backward()  # type: ignore[no-untyped-call]
        torch.nn.utils.clip_grad_norm_(network.parameters(), 1.0)
        optimiser.step()
        schedule.step()
        if step % 250 == 249:
            print(f"{name} {step + 1}/{steps} loss {float(found.detach()):.3f}", flush=True)
    return network.eval()


def keep(path: Path, make: Training) -> phase.PhaseNet:
    """The network that a file holds; trained first when there is none, so that a training that was stopped goes on."""
    if not path.exists():
        print(f"network {path.parent.name}/{path.stem}", flush=True)
        save_networks([make()], path)
    return phase.load_networks(path)[0]


def _draw(
    synthetic: Sequence[Example], real: Sequence[Example], rng: np.random.Generator
) -> tuple[Tensor, Tensor, Tensor, Tensor]:
    """A batch of parts of films: channels (B, CHANNELS, T), targets (B, 5, T), known (B, T), weights (B,)."""
    channels = np.zeros((BATCH, FRAMES, phase.CHANNELS), np.float32)
    targets, known = np.zeros((BATCH, 5, FRAMES), np.float32), np.zeros((BATCH, FRAMES), np.float32)
    weight = np.ones(BATCH, np.float32)
    for row in range(BATCH):
        pool = real if len(real) and row < BATCH * REAL_SHARE else synthetic
        example = pool[int(rng.integers(len(pool)))]
        taken = min(len(example.channels), FRAMES)
        first = int(rng.integers(len(example.channels) - taken + 1))
        channels[row, :taken] = disturb(example.channels[first : first + taken], rng)
        targets[row, :, :taken] = example.targets[:, first : first + taken]
        known[row, :taken], weight[row] = 1, example.weight
    made = (np.ascontiguousarray(channels.transpose(0, 2, 1)), targets, known, weight)
    return tuple(torch.from_numpy(array) for array in made)  # type: ignore[return-value]


def disturb(channels: NDArray[np.float16], rng: np.random.Generator) -> Floats:
    """Channels (T, CHANNELS) with noise, and without some that belong together."""
    out = channels.astype(np.float32)
    out += rng.normal(size=out.shape).astype(np.float32) * NOISE
    for low, high in GROUPS:
        if rng.random() < DROP_GROUP:
            out[:, low:high] = 0
    return out


def loss(scores: Tensor, targets: Tensor, known: Tensor, weight: Tensor) -> Tensor:
    """How wrong scores (B, 4, T) are about each frame and about the number of repetitions in each film."""
    active, rate, bounds, turns, density = targets.unbind(1)
    share = known * weight[:, None]
    share = share / share.sum()

    def cross(row: int, wanted: Tensor) -> Tensor:
        return (functional.binary_cross_entropy_with_logits(scores[:, row], wanted, reduction="none") * share).sum()

    usual = phase.USUAL_S * RATE_HZ
    off = functional.smooth_l1_loss(scores[:, 1], rate, reduction="none", beta=0.2)
    passed = torch.sigmoid(scores[:, 0]) * scores[:, 1].clamp(-3, 3).exp() / usual * known
    true = (density * known).sum(1)
    count = ((passed.sum(1) - true).abs() / (true + 1) * weight).mean()
    parts = {
        "active": cross(0, active),
        "rate": (off * active * share).sum() / (active * share).sum().clamp(min=1e-6),
        "bounds": cross(2, bounds),
        "turns": cross(3, turns),
        "count": count,
    }
    return torch.stack([WEIGHTS[name] * value for name, value in parts.items()]).sum()
