"""Synthetic sessions: sets with rests between them, in one film by one phone.

Somebody walks in, does a set, walks about, sits down, talks, leaves the picture, comes back, does the next one. It
teaches the network that finds sets in a long film (`inference.sets`) that moving is not yet exercising.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from inference import catalogue
from inference.train import films
from inference.train.synthetic import body, bystanders, idle, moves, slugs, support
from inference.train.synthetic.perform import RATE_HZ, Performance, ease, perform
from inference.types import PoseTrack

Floats = NDArray[np.float64]

EVERY = 2  # of 30 frames a second
MOST_SETS = 4
SAME_AGAIN = 0.6  # chance that the next set is of the same exercise
REST_S, SET_S, ENDS_S = (
    (6.0, 60.0),
    (6.0, 40.0),
    (1.0, 15.0),
)  # rests, longest sets, before the first and after the last
ENDS = 0.6  # chance that something is seen before the first set, or after the last
CALM = (idle.walk, idle.walk, idle.talk, idle.fetch, idle.idle, idle.idle, bystanders.potter, bystanders.potter)
LIVELY = 0.2  # of what people do in a rest is anything else that is no exercise
PIECE_S, WAY_S = (1.5, 12.0), (0.4, 2.0)  # of one thing done in a rest; from one posture to the next
STROLL_M_S, FURTHEST_M = 1.0, 3.0
AWAY = 0.25  # chance that nobody is seen for some of a rest
BREATHERS, BREATH_S = 0.35, (0.5, 4.5)  # sets in which somebody takes breath after each repetition
LONGER = (1, 2, 3)  # times that a hold, or what has no clear turn, lasts as long


@dataclass(frozen=True)
class Session:
    """A track, and when its sets begin and end."""

    track: PoseTrack
    sets_s: Floats  # (n, 2)


@dataclass(frozen=True)
class _Piece:
    """Something that somebody does: joint angles (T, C), and where the pelvis is, metres (T, 3)."""

    angles: Floats
    root: Floats
    exercise: tuple[int, int] | None = None  # first and end frame of a set


def make_session(rng: np.random.Generator) -> Session:
    """One to four sets by one person in front of one camera."""
    somebody = body.draw_proportions(rng)
    pieces = _join(_draw_pieces(somebody, rng), somebody, rng)
    at = np.cumsum([0, *(len(piece.angles) for piece in pieces)])
    sets = [(a + p.exercise[0], a + p.exercise[1]) for a, p in zip(at, pieces, strict=False) if p.exercise]
    track = films.film(_place(pieces, somebody), rng, EVERY, scaled=0.0)
    _leave(track.keypoints, np.array(sets) // EVERY, rng)
    return Session(track, np.array(sets, float) / RATE_HZ)


def make_rest(seconds: float, somebody: body.Proportions, rng: np.random.Generator) -> PoseTrack:
    """Somebody who does nothing of use for a while."""
    return films.film(_place(_join(_rest(seconds, somebody, rng), somebody, rng), somebody), rng, EVERY, scaled=0.0)


def _place(pieces: list[_Piece], somebody: body.Proportions) -> Floats:
    """Metres (T, 24, 3)."""
    points = body.points_of(np.concatenate([p.angles for p in pieces]), somebody)
    return np.asarray(points + np.concatenate([p.root for p in pieces])[:, None])


def _draw_pieces(somebody: body.Proportions, rng: np.random.Generator) -> list[_Piece]:
    """Sets, and what is done before, between and after."""
    pieces: list[_Piece] = []
    if rng.random() < ENDS:
        pieces += _rest(rng.uniform(*ENDS_S), somebody, rng)
    name = ""
    for number in range(int(rng.integers(1, MOST_SETS + 1))):
        if number:
            pieces += _rest(float(np.exp(rng.uniform(*np.log(REST_S)))), somebody, rng)
        if not name or rng.random() > SAME_AGAIN:
            name = _draw_exercise(rng)
        pieces.append(_set(perform(name, rng), somebody, rng))
    if rng.random() < ENDS:
        pieces += _rest(rng.uniform(*ENDS_S), somebody, rng)
    return pieces


def _draw_exercise(rng: np.random.Generator) -> str:
    names = [name for name in slugs() if catalogue.kind_of(name) != "none"]
    return names[int(rng.integers(len(names)))]


def _set(done: Performance, somebody: body.Proportions, rng: np.random.Generator) -> _Piece:
    """Repetitions in a row, or a hold."""
    if not done.reps:
        ways = [done.angles, done.angles[::-1]]
        angles = np.concatenate([ways[number % 2] for number in range(int(rng.choice(LONGER)))])
        return _Piece(angles, _root(angles, done.move, somebody), (0, len(angles)))
    strip = films.Strip([], [])
    breath_s = rng.uniform(*BREATH_S) if rng.random() < BREATHERS else 0.0
    films.repeat(strip, done, rng, rng.uniform(*SET_S), breath_s)
    angles = np.concatenate(strip.parts)
    return _Piece(angles, _root(angles, done.move, somebody), (int(strip.reps[0][0]), int(strip.reps[-1][2])))


def _root(angles: Floats, move: moves.Move | None, somebody: body.Proportions) -> Floats:
    """Where the pelvis is when the body rests on what carries the move, or stands on the ground."""
    points = body.points_of(angles, somebody)
    held, height = (move.support, move.height) if move else ("lowest", 0.0)
    return np.asarray((support.place(points, angles, held, height) - points)[:, 0])


def _rest(seconds: float, somebody: body.Proportions, rng: np.random.Generator) -> list[_Piece]:
    """One thing after the other that is no exercise."""
    pieces, left = [], int(seconds * RATE_HZ)
    while left > 0:
        draw = idle.draw if rng.random() < LIVELY else CALM[int(rng.integers(len(CALM)))]
        angles = draw(rng)[: min(int(rng.uniform(*PIECE_S) * RATE_HZ), left)]
        pieces.append(_Piece(angles, _root(angles, None, somebody)))
        left -= len(angles)
    return pieces


def _join(pieces: list[_Piece], somebody: body.Proportions, rng: np.random.Generator) -> list[_Piece]:
    """Ways from each piece to the next; rests begin where the person is, sets where the bench is."""
    joined = [pieces[0]]
    for piece in pieces[1:]:
        last = joined[-1]
        then = piece if piece.exercise else _begin_at(piece, last.root[-1])
        gap_m = then.root[0] - last.root[-1]
        if np.hypot(gap_m[0], gap_m[2]) > STROLL_M_S * WAY_S[0]:
            stroll = _stroll(last, then, somebody, rng)
            joined += [_way(last, stroll, rng), stroll]
            last = stroll
        joined += [_way(last, then, rng), then]
    return joined


def _begin_at(piece: _Piece, place: Floats) -> _Piece:
    """The piece moved over the ground to begin at a place, and kept near what it is about."""
    root = piece.root.copy()
    for axis in (0, 2):
        root[:, axis] = np.clip(root[:, axis] + place[axis] - root[0, axis], -FURTHEST_M, FURTHEST_M)
    return replace(piece, root=root)


def _stroll(last: _Piece, then: _Piece, somebody: body.Proportions, rng: np.random.Generator) -> _Piece:
    """Walks from where one piece ends to where the next begins."""
    a, b = last.root[-1], then.root[0]
    frames = max(int(np.hypot(*(b - a)[[0, 2]]) / STROLL_M_S * RATE_HZ), 8)
    steps = idle.walk(rng)
    angles = steps[np.arange(frames) % len(steps)]
    root = _root(angles, None, somebody)
    for axis in (0, 2):
        root[:, axis] = np.linspace(a[axis], b[axis], frames)
    return _Piece(angles, root)


def _way(last: _Piece, then: _Piece, rng: np.random.Generator) -> _Piece:
    share = ease(int(rng.uniform(*WAY_S) * RATE_HZ), rng)[:, None]
    angles = last.angles[-1] + (then.angles[0] - last.angles[-1]) * share
    return _Piece(angles, last.root[-1] + (then.root[0] - last.root[-1]) * share)


def _leave(keypoints: NDArray[np.float32], sets: NDArray[np.int64], rng: np.random.Generator) -> None:
    """In place: somebody who rests is out of the picture for a while."""
    for end, start in zip([0, *sets[:, 1]], [*sets[:, 0], len(keypoints)], strict=True):
        if rng.random() < AWAY and start - end > 2 * RATE_HZ / EVERY:
            first, last = np.sort(rng.integers(end, start, 2))
            keypoints[first:last] = 0
