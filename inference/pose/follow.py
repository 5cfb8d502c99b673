"""People followed through a clip, whatever looks at them: detect now and then, look nearby in between.

What was seen in one frame says where to look in the next, so the detector runs on key frames only. A few frames at a
time are looked at with the same region; a person moves little in the fifteenth part of a second.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from inference import person, skeleton
from inference.errors import Code, InferenceError
from inference.person import Tracklet
from inference.pose.eyes import MIN_PRESENCE, Eyes, Image, Look
from inference.pose.region import Region
from inference.pose.tap import Tap, find_tapped
from inference.types import Frame, PoseTrack

KEY_FRAME_S = 1.5
LEAST_SIDE_PX = 8
MOST_PEOPLE = 3
THOROUGH_EVERY = 3  # searches while nobody is there; each costs as much as several looks
WORTH_A_LOOK = 3  # frames in which nobody was seen; in fewer another look from where somebody reappears shows no more
LOST_AFTER = 6  # frames without a pose after which only the detector can find the person again
BACKWARD_FRAMES = 150  # kept while nobody is found, or before a tap, to be looked at once somebody is
NEAR = 0.45  # of a region's side: nearer centres are the same person
CLOSE = 0.16  # the same where somebody in particular is wanted: people who stand side by side are told apart
MANY_PEOPLE = 5  # that are followed then
BEGINNING = 15  # frames in which a tapped person may still turn out to be one who is followed already
LEAST_OF_TAPPED = 0.05  # of the frames; a tapped body that is seen in fewer was none
DOUBLE = 0.15  # of a region's side: so near are two followers of one person only
SAME_CLOTHES, LIKE_CLOTHES = 0.8, 0.5  # likeness of colours: enough anywhere, enough near where somebody was lost
MISSING = np.zeros((skeleton.COUNT, 3), np.float32)


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
    """Follow everybody, choose the one who trains.

    Raises InferenceError(NOBODY_TAPPED) when a tap was on nobody.
    """
    tap = None if wanted.hint is None else Tap(wanted.hint[0], wanted.hint[1] * size_px[0], wanted.hint[2] * size_px[1])
    walk = _Walk(eyes, tap, choosy=tap is not None or wanted.query is not None)
    for batch in _batched(frames, eyes.at_once):
        walk.step(batch)
    walk.finish()
    return _pick(walk, size_px, wanted.query)


def _pick(walk: _Walk, size_px: tuple[int, int], query: NDArray[np.float32] | None) -> PoseTrack:
    count = len(walk.times_s)
    chosen = walk.tapped.tracklet if walk.tapped else None
    if chosen is None or len(chosen.poses) < LEAST_OF_TAPPED * count:
        chosen = _choose(walk, size_px, query)
    poses = chosen.poses if chosen else {}
    keypoints = np.stack([poses.get(i, MISSING) for i in range(count)]) if count else MISSING[None][:0]
    boxes = np.stack([person.bounds(k) for k in keypoints]) if count else np.zeros((0, 4), np.float32)
    times_s = np.array(walk.times_s, np.float64)
    return PoseTrack(keypoints, times_s, size_px, boxes, max(walk.most_at_once, 1))


def _choose(walk: _Walk, size_px: tuple[int, int], query: NDArray[np.float32] | None) -> Tracklet | None:
    count, hint = len(walk.times_s), None
    people = [f.tracklet for f in walk.everybody if f.tracklet.poses and f is not walk.tapped]
    if walk.tap and count:
        frame = int(np.abs(np.array(walk.times_s) - walk.tap.time_s).argmin())
        hint = (frame, walk.tap.x, walk.tap.y)
    chosen = person.choose(people, size_px, count, hint=hint, query=query)
    if hint is not None and chosen is None:
        raise InferenceError(Code.NOBODY_TAPPED)
    return chosen


class _Walk:
    """State while a clip passes by."""

    def __init__(self, eyes: Eyes, tap: Tap | None = None, *, choosy: bool = False) -> None:
        """``choosy``: somebody in particular is wanted, so more people are looked for and told apart."""
        self._eyes = eyes
        self._choosy = choosy
        self._near, self._most = (CLOSE, MANY_PEOPLE) if choosy else (NEAR, MOST_PEOPLE)
        self._waiting: list[tuple[int, Image]] = []  # frames since anybody was seen
        self._before_tap: list[tuple[int, Image]] = []
        self._next_key_s = 0.0
        self._searches = 0
        self.tap = tap
        self.tapped: Follower | None = None
        self.everybody: list[Follower] = []
        self.times_s: list[float] = []
        self.most_at_once = 0

    def step(self, batch: tuple[Frame, ...]) -> None:
        """Look at a few frames."""
        first = len(self.times_s)
        self.times_s += [frame.time_s for frame in batch]
        self._mind_tap(first, batch)
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

    def finish(self) -> None:
        """A tap after the last frame means the last frame."""
        if self.tap and not self.tapped and self._before_tap and self.times_s[-1] < self.tap.time_s:
            self._seek_tapped(self.tap, *self._before_tap.pop())

    def _mind_tap(self, first: int, batch: tuple[Frame, ...]) -> None:
        """Look for the tapped person once the moment is reached; until then keep the frames."""
        tap = self.tap
        if tap is None or (first > 0 and self.times_s[first - 1] >= tap.time_s):
            return
        if batch[-1].time_s >= tap.time_s:
            number = min(range(len(batch)), key=lambda i: abs(batch[i].time_s - tap.time_s))
            self._seek_tapped(tap, first + number, batch[number].image)
            self._before_tap.clear()
            return
        self._before_tap += [(first + i, frame.image) for i, frame in enumerate(batch)]
        del self._before_tap[:-BACKWARD_FRAMES]

    def _seek_tapped(self, tap: Tap, number: int, image: Image) -> None:
        """Who is there is followed back to the beginning, and from now on."""
        look = find_tapped(self._eyes, image, tap)
        if look is None:
            return
        self.tapped = next((f for f in self._live() if f.is_near(look.next_region, DOUBLE)), None)
        if self.tapped is None:
            self.tapped = Follower(look.next_region)
            self.tapped.take(number, look, image)
            self.everybody.append(self.tapped)
            self._go_back(self.tapped, self._before_tap)

    def _follow(self, first: int, batch: tuple[Frame, ...], live: list[Follower]) -> None:
        jobs = [(follower, first + i, frame.image) for follower in live for i, frame in enumerate(batch)]
        results = self._eyes.look([(image, follower.region) for follower, _number, image in jobs])
        for (follower, number, image), found in zip(jobs, results, strict=True):
            follower.take(number, found, image)
        self._mind_gap(first, batch, live)

    def _mind_gap(self, first: int, batch: tuple[Frame, ...], live: list[Follower]) -> None:
        """Frames since anybody was seen wait; after a cut they show the one who is seen now, in another place."""
        back = next((f for f in live if f.missed == 0), None)
        if back is None:
            self._wait(first, batch)
        elif len(self._waiting) >= WORTH_A_LOOK:
            self._look_back(back)
        else:
            self._waiting.clear()

    def _look_at(self, image: Image, region: Region) -> Look:
        return self._eyes.look([(image, region)])[0]

    def _search(self, frame: Frame, live: list[Follower]) -> None:
        """Run the detector; whoever is not followed yet is followed from now on."""
        found = self._eyes.find_people(frame.image, thorough=False)[: self._most]
        if self._choosy:
            found += self._eyes.find_bodies(frame.image)
        self._next_key_s = frame.time_s + KEY_FRAME_S
        for region in found:
            if any(f.is_near(region, self._near) for f in live):
                continue
            if len(live) < self._most:
                live.append(self._welcome(region, frame.image))

    def _search_thoroughly(self, frame: Frame) -> list[Follower]:
        """Now and then, where nobody is seen at once."""
        self._searches += 1
        if self._searches % THOROUGH_EVERY != 1:
            return []
        found = self._eyes.find_people(frame.image, thorough=True)
        return [self._welcome(region, frame.image) for region in found[: self._most]]

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
        self._go_back(follower, self._waiting)
        self._waiting.clear()

    def _go_back(self, follower: Follower, frames: Sequence[tuple[int, Image]]) -> None:
        past = Follower(follower.region, follower.tracklet)
        for number, image in reversed(frames):
            past.take(number, self._look_at(image, past.region), image)
            if past.is_lost:
                break

    def _drop_doubles(self) -> None:
        """Two followers that slid onto the same person: the younger one goes."""
        for older, younger in itertools.combinations(self._live(), 2):
            if older.is_near(younger.region, DOUBLE):
                younger.missed = LOST_AFTER
                if younger is self.tapped and len(younger.tracklet.poses) < BEGINNING:
                    self.tapped = older


def _batched(frames: Iterable[Frame], count: int) -> Iterable[tuple[Frame, ...]]:
    """itertools.batched, which Python 3.11 has not."""
    source = iter(frames)
    while batch := tuple(itertools.islice(source, count)):
        yield batch
