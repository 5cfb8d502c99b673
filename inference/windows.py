"""Windows of 32 frames, the input of the classifier: cut from a track, normalised, with velocities and angles."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from inference import motion
from inference.skeleton import COUNT, INDEX, MIRROR_ORDER
from inference.types import PoseTrack

Floats = NDArray[np.float32]

FRAMES = 32
LONGEST_S = 10.0
SLIDING_S = (3.0, 5.0)  # lengths of the further windows that vote
MOST_SLIDING = 6
VELOCITY_SCALE, VELOCITY_LIMIT = 0.5, 3.0
USUAL_S = 4.0  # a window of this length has duration channel 0
CHANNELS = 3 * COUNT * 2 + 2 * (len(motion.ANGLE_CORNERS) + len(motion.SLOPE_BONES)) + COUNT + 1
_CORNERS = np.array([corner for _, corner, _ in motion.ANGLE_CORNERS])
_ARMS_OF = np.array([(a, b) for a, _, b in motion.ANGLE_CORNERS]).T
_BONES = np.array(motion.SLOPE_BONES).T
NOTHING = 1e-12  # points on top of each other have no direction


@dataclass(frozen=True)
class Sized:
    """A track in body sizes instead of pixels."""

    points: Floats  # (T, 24, 2)
    confidence: Floats  # (T, 24)
    times_s: NDArray[np.float64]  # (T,)


@dataclass(frozen=True)
class Windows:
    """A batch of windows before the channels are made."""

    points: Floats  # (B, 32, 24, 2)
    confidence: Floats  # (B, 32, 24)
    seconds: Floats  # (B,)

    def mirrored(self) -> Windows:
        """The same movements of the mirror image."""
        flip = np.array([-1.0, 1.0], np.float32)
        return Windows(self.points[:, :, MIRROR_ORDER] * flip, self.confidence[:, :, MIRROR_ORDER], self.seconds)


def size_track(track: PoseTrack) -> Sized:
    """Fill gaps and divide by the size of the body; only the stretch in which the person is seen."""
    seen = np.flatnonzero(track.found)
    stretch = slice(seen[0], seen[-1] + 1) if len(seen) else slice(0, 0)
    keypoints = track.keypoints[stretch]
    filled = motion.fill_gaps(keypoints)
    size = motion.body_size(filled) if len(filled) else 1.0
    return Sized(
        (filled[..., :2] / size).astype(np.float32), keypoints[..., 2].astype(np.float32), track.times_s[stretch]
    )


def choose_spans(start_s: float, end_s: float) -> list[tuple[float, float]]:
    """The spans that vote: the beginning, sliding windows of two lengths, and the end of a long clip."""
    length = max(end_s - start_s, 0.3)
    spans = [(start_s, start_s + min(length, LONGEST_S))]
    for window in SLIDING_S:
        if length > 1.2 * window:
            count = min(int(1.5 * length / window) + 1, MOST_SLIDING)
            spans += [(at, at + window) for at in np.linspace(start_s, end_s - window, count)]
    if length > LONGEST_S:
        spans.append((end_s - LONGEST_S, end_s))
    return spans


def cut(sized: Sized, spans: list[tuple[float, float]]) -> Windows:
    """Sample 32 evenly spaced moments of each span."""
    both = np.concatenate([sized.points, sized.confidence[..., None]], axis=-1)
    taken = np.stack([motion.resample(both, sized.times_s, np.linspace(a, b, FRAMES)) for a, b in spans])
    seconds = np.array([b - a for a, b in spans], np.float32)
    return Windows(taken[..., :2].astype(np.float32), taken[..., 2].astype(np.float32), seconds)


def make_channels(windows: Windows) -> Floats:
    """(B, 32, CHANNELS): place in the window, place about the waist, velocity, angles, confidence, duration."""
    points, batch = windows.points, len(windows.points)
    waist = points[:, :, INDEX["waist"]]
    placed = points - np.median(waist, axis=1, keepdims=True)[:, :, None]
    own = points - waist[:, :, None]
    step_s = (windows.seconds / (FRAMES - 1)).astype(np.float32)[:, None, None, None]
    velocity = np.diff(placed, axis=1, prepend=placed[:, :1]) / step_s
    duration = np.broadcast_to(np.log(windows.seconds / USUAL_S)[:, None, None], (batch, FRAMES, 1))
    parts = (
        placed.reshape(batch, FRAMES, -1),
        own.reshape(batch, FRAMES, -1),
        np.clip(velocity.reshape(batch, FRAMES, -1) * VELOCITY_SCALE, -VELOCITY_LIMIT, VELOCITY_LIMIT),
        *_directions(points),
        windows.confidence,
        duration,
    )
    return np.concatenate(parts, axis=2).astype(np.float32)


def _directions(points: Floats) -> tuple[Floats, Floats]:
    """Cosines and sines (B, 32, 19) of what ``motion.angles`` measures, without the angles themselves."""
    u, v = points[:, :, _ARMS_OF[0]] - points[:, :, _CORNERS], points[:, :, _ARMS_OF[1]] - points[:, :, _CORNERS]
    bone = points[:, :, _BONES[1]] - points[:, :, _BONES[0]]
    along = np.concatenate([(u * v).sum(-1), np.abs(bone[..., 0])], axis=2)
    across = np.concatenate([np.abs(u[..., 0] * v[..., 1] - u[..., 1] * v[..., 0]), bone[..., 1]], axis=2)
    length = np.hypot(along, across)
    nothing = length < NOTHING
    length = np.where(nothing, 1, length)
    return np.where(nothing, 1, along / length).astype(np.float32), (across / length).astype(np.float32)
