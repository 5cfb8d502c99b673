"""Training windows: random stretches of clips, worn down as a camera and an estimator would."""

from __future__ import annotations

import numpy as np

from inference import windows
from inference.skeleton import INDEX, MIRROR_ORDER
from inference.windows import FRAMES, Sized, Windows

SHORTEST_S = 1.2
_ENDS = [
    (INDEX[f"{s}_{a}"], INDEX[f"{s}_{b}"]) for s in ("left", "right") for a, b in (("palm", "wrist"), ("foot", "ankle"))
]
_FACE = [(INDEX[name], INDEX["neck"]) for name in ("nose", "left_eye", "right_eye", "left_ear", "right_ear")]


def draw(tracks: list[Sized], rng: np.random.Generator) -> Windows:
    """One random window of each track."""
    parts = [windows.cut(track, [_span(track, rng)]) for track in tracks]
    return Windows(*(np.concatenate([getattr(p, name) for p in parts]) for name in ("points", "confidence", "seconds")))


def _span(track: Sized, rng: np.random.Generator) -> tuple[float, float]:
    start_s, end_s = float(track.times_s[0]), float(track.times_s[-1])
    length = max(end_s - start_s, 0.3)
    wanted = max(SHORTEST_S, length * rng.uniform(0.3, 1.0)) if rng.random() < 0.8 else length
    wanted = min(length, wanted, rng.uniform(3.0, windows.LONGEST_S))
    begin_s = start_s + rng.random() * (length - wanted)
    return begin_s, begin_s + wanted


def wear(batch: Windows, rng: np.random.Generator) -> Windows:
    """Mirror, turn, stretch, drift, jitter, lose limbs and change the tempo at random."""
    points, confidence = batch.points.copy(), batch.confidence.copy()
    count = len(points)
    flipped = rng.random(count) < 0.5
    points[flipped] = points[flipped][:, :, MIRROR_ORDER] * np.array([-1, 1], np.float32)
    confidence[flipped] = confidence[flipped][:, :, MIRROR_ORDER]
    points = np.matmul(points - points.mean((1, 2), keepdims=True), _views(count, rng))
    points += rng.normal(0, 0.02, (count, 1, *points.shape[2:])) + rng.normal(0, 0.012, points.shape)
    points += rng.normal(0, 0.08, (count, 1, 1, 2)) * np.linspace(-1, 1, FRAMES)[None, :, None, None]
    points, confidence = _as_poorer_source(points, confidence, rng)
    lost = (rng.random((count, 1, points.shape[2])) < 0.04) & (rng.random((count, 1, 1)) < 0.5)
    points = np.where(lost[..., None], points + rng.normal(0, 0.25, points.shape), points)
    seconds = batch.seconds * np.exp(rng.normal(0, 0.15, count))
    return Windows(points.astype(np.float32), confidence * ~lost, seconds.astype(np.float32))


def _as_poorer_source(
    points: windows.Floats, confidence: windows.Floats, rng: np.random.Generator
) -> tuple[windows.Floats, windows.Floats]:
    """Some windows lose palms, feet or the face for good, as sources without these points never have them."""
    for rate, group in ((0.15, _ENDS), (0.15, _FACE)):
        chosen = np.flatnonzero(rng.random(len(points)) < rate)
        for lost, stand_in in group:
            points[chosen, :, lost] = points[chosen, :, stand_in]
            confidence[chosen, :, lost] = 0
    return points, confidence


def _views(count: int, rng: np.random.Generator) -> windows.Floats:
    """(B, 1, 2, 2) maps that a slightly different camera would make: turned, stretched, sheared."""
    wide, tall = np.exp(rng.normal(0, 0.12, count)), np.exp(rng.normal(0, 0.08, count))
    turn, shear = rng.normal(0, 0.09, count), rng.normal(0, 0.08, count)
    rows = [[np.cos(turn) * wide, np.sin(turn) * wide], [-np.sin(turn) * tall + shear, np.cos(turn) * tall]]
    return np.stack([np.stack(row, axis=-1) for row in rows], axis=-2)[:, None].astype(np.float32)
