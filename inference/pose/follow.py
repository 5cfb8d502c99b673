"""People followed through a clip, whatever looks at them: detect now and then, look nearby in between.

What was seen in one frame says where to look in the next, so the detector runs on key frames only. A few frames at a
time are looked at with the same region; a person moves little in the fifteenth part of a second.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from inference import person, skeleton
from inference.person import Tracklet
from inference.pose.region import Region
from inference.types import Frame, PoseTrack

Image = NDArray[np.uint8]

KEY_FRAME_S = 1.5
MIN_PRESENCE = 0.5
LEAST_SIDE_PX = 8
MOST_PEOPLE = 3
THOROUGH_EVERY = 3  # searches while nobody is there; each costs as much as several looks
LOST_AFTER = 6  # frames without a pose after which only the detector can find the person again
BACKWARD_FRAMES = 150  # kept while nobody is found, to be looked at once somebody is
NEAR = 0.45  # of a region's side: nearer centres are the same person
DOUBLE = 0.15  # of a region's side: so near are two followers of one person only
SAME_CLOTHES, LIKE_CLOTHES = 0.8, 0.5  # likeness of colours: enough anywhere, enough near where somebody was lost
MISSING = np.zeros((skeleton.COUNT, 3), np.float32)


class Look(Protocol):
    """What was seen in a region."""

    @property
    def presence(self) -> float:
        """How sure it is that somebody is there, 0..1."""
        ...

    @property
    def next_region(self) -> Region:
        """Where to look in the next frame."""
        ...

    def keypoints(self) -> NDArray[np.float32]:
        """(24, 3) px of the frame."""
        ...


class Eyes(Protocol):
    """Finds people in a frame and their points in a region."""

    at_once: int  # frames that are looked at together

    def find_people(self, image: Image, *, thorough: bool) -> list[Region]:
        """Everybody in a frame, surest first; ``thorough`` takes longer and finds those who are hard to see."""
        ...

    def look(self, jobs: Sequence[tuple[Image, Region]]) -> Sequence[Look]:
        """One answer for each picture and region."""
        ...


@dataclass
class Follower:
    """A tracklet with the place to look at next."""

    region: Region
    tracklet: Tracklet = field(default_factory=Tracklet)
    missed: int = 0

    @property
    def is_lost(self) -> bool:
        """Whether only the detector can find them again."""
        return self.missed >= LOST_AFTER

    def is_near(self, region: Region, reach: float = NEAR) -> bool:
        """Whether a region shows the same person as this one."""
        apart = np.hypot(self.region.x - region.x, self.region.y - region.y)
        return bool(apart < reach * max(self.region.side, region.side))

    def take(self, frame: int, found: Look, image: Image) -> None:
        """Keep what was found in a frame, or that nothing was."""
        if found.presence < MIN_PRESENCE or found.next_region.side < LEAST_SIDE_PX:
            self.missed += 1
            return
        self.missed = 0
        self.region = found.next_region
        self.tracklet.add(frame, found.keypoints(), image)


@dataclass(frozen=True)
class Wanted:
    """Who is meant among several people."""

    hint: tuple[float, float, float] | None = None  # time_s, x, y of a tap; x and y as shares of the frame
    query: NDArray[np.float32] | None = None  # colours of a picture of the person


def follow(eyes: Eyes, frames: Iterable[Frame], size_px: tuple[int, int], wanted: Wanted) -> PoseTrack:
    """Follow everybody, choose the one who trains."""
    walk = _Walk(eyes)
    for batch in _batched(frames, eyes.at_once):
        walk.step(batch)
    return _pick(walk, size_px, wanted)


def _pick(walk: _Walk, size_px: tuple[int, int], wanted: Wanted) -> PoseTrack:
    count = len(walk.times_s)
    hint = None
    if wanted.hint is not None and count:
        frame = int(np.abs(np.array(walk.times_s) - wanted.hint[0]).argmin())
        hint = (frame, wanted.hint[1] * size_px[0], wanted.hint[2] * size_px[1])
    people = [f.tracklet for f in walk.everybody if f.tracklet.poses]
    chosen = person.choose(people, size_px, count, hint=hint, query=wanted.query)
    poses = chosen.poses if chosen else {}
    keypoints = np.stack([poses.get(i, MISSING) for i in range(count)]) if count else MISSING[None][:0]
    boxes = np.stack([person.bounds(k) for k in keypoints]) if count else np.zeros((0, 4), np.float32)
    times_s = np.array(walk.times_s, np.float64)
    return PoseTrack(keypoints, times_s, size_px, boxes, max(walk.most_at_once, 1))


class _Walk:
    """State while a clip passes by."""

    def __init__(self, eyes: Eyes) -> None:
        self._eyes = eyes
        self._waiting: list[tuple[int, Image]] = []  # frames in which nobody was found yet
        self._next_key_s = 0.0
        self._searches = 0
        self.everybody: list[Follower] = []
        self.times_s: list[float] = []
        self.most_at_once = 0

    def step(self, batch: tuple[Frame, ...]) -> None:
        """Look at a few frames."""
        first = len(self.times_s)
        self.times_s += [frame.time_s for frame in batch]
        live = self._live()
        if not live or batch[0].time_s >= self._next_key_s:
            self._search(batch[0], live)
            live = self._live() or self._search_thoroughly(batch[0]) or self._look_again(batch[0])
        if not live:
            self._wait(first, batch)
            return
        self._follow(first, batch, live)
        self._drop_doubles()
        self.most_at_once = max(self.most_at_once, sum(f.missed == 0 for f in self.everybody))

    def _follow(self, first: int, batch: tuple[Frame, ...], live: list[Follower]) -> None:
        jobs = [(follower, first + i, frame.image) for follower in live for i, frame in enumerate(batch)]
        results = self._eyes.look([(image, follower.region) for follower, _number, image in jobs])
        for (follower, number, image), found in zip(jobs, results, strict=True):
            follower.take(number, found, image)

    def _look_at(self, image: Image, region: Region) -> Look:
        return self._eyes.look([(image, region)])[0]

    def _search(self, frame: Frame, live: list[Follower]) -> None:
        """Run the detector; whoever is not followed yet is followed from now on."""
        found = self._eyes.find_people(frame.image, thorough=False)
        self._next_key_s = frame.time_s + KEY_FRAME_S
        for region in found[:MOST_PEOPLE]:
            if any(f.is_near(region) for f in live):
                continue
            if len(live) < MOST_PEOPLE:
                live.append(self._welcome(region, frame.image))

    def _search_thoroughly(self, frame: Frame) -> list[Follower]:
        """Now and then, where nobody is seen at once."""
        self._searches += 1
        if self._searches % THOROUGH_EVERY != 1:
            return []
        found = self._eyes.find_people(frame.image, thorough=True)
        return [self._welcome(region, frame.image) for region in found[:MOST_PEOPLE]]

    def _live(self) -> list[Follower]:
        return [f for f in self.everybody if not f.is_lost]

    def _look_again(self, frame: Frame) -> list[Follower]:
        """Where the detector sees nobody, somebody may still be where they were last seen."""
        if not self.everybody:
            return []
        latest = max(self.everybody, key=lambda f: max(f.tracklet.poses, default=-1))
        if self._look_at(frame.image, latest.region).presence < MIN_PRESENCE:
            return []
        latest.missed = 0
        return [latest]

    def _welcome(self, region: Region, image: Image) -> Follower:
        """Somebody new, or somebody who was lost near here and wears the same."""
        look = self._look_at(image, region)
        follower = self._find_lost(region, person.torso_histogram(image, look.keypoints()))
        if follower is None:
            follower = Follower(region)
            self.everybody.append(follower)
        follower.region, follower.missed = region, 0
        if look.presence >= MIN_PRESENCE:
            self._look_back(follower)
        return follower

    def _find_lost(self, region: Region, seen: NDArray[np.float32] | None) -> Follower | None:
        if self.most_at_once <= 1 and len(self.everybody) == 1:
            return self.everybody[0] if self.everybody[0].is_lost else None
        for follower in self.everybody:
            alike = person.likeness(follower.tracklet.histogram, seen)
            if follower.is_lost and (alike > SAME_CLOTHES or (follower.is_near(region) and alike > LIKE_CLOTHES)):
                return follower
        return None

    def _wait(self, first: int, batch: tuple[Frame, ...]) -> None:
        self._waiting += [(first + i, frame.image) for i, frame in enumerate(batch)]
        del self._waiting[:-BACKWARD_FRAMES]

    def _look_back(self, follower: Follower) -> None:
        """Follow somebody backwards through the frames in which nobody was found."""
        past = Follower(follower.region, follower.tracklet)
        for number, image in reversed(self._waiting):
            past.take(number, self._look_at(image, past.region), image)
            if past.is_lost:
                break
        self._waiting.clear()

    def _drop_doubles(self) -> None:
        """Two followers that slid onto the same person: the younger one goes."""
        for older, younger in itertools.combinations(self._live(), 2):
            if older.is_near(younger.region, DOUBLE):
                younger.missed = LOST_AFTER


def _batched(frames: Iterable[Frame], count: int) -> Iterable[tuple[Frame, ...]]:
    """itertools.batched, which Python 3.11 has not."""
    source = iter(frames)
    while batch := tuple(itertools.islice(source, count)):
        yield batch
