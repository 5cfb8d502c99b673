"""BlazePose over a clip: detect now and then, follow in between, keep several people apart.

The landmark network says where to look in the next frame, so the detector runs on key frames only. Two frames at a time
are looked at with the same region, one on each core; a person moves little in the fifteenth part of a second.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from threading import local

import numpy as np
from numpy.typing import NDArray

from inference import person, skeleton
from inference.person import Tracklet
from inference.pose.blazepose_detector import BlazePoseDetector, Detection, Region
from inference.pose.blazepose_landmarks import BlazePoseLandmarks, Landmarks
from inference.types import Frame, PoseTrack

AT_ONCE = 2  # frames that are looked at side by side
KEY_FRAME_S = 1.5
MIN_PRESENCE = 0.5
MOST_PEOPLE = 3
LOST_AFTER = 6  # frames without a pose after which only the detector can find the person again
BACKWARD_FRAMES = 150  # kept while nobody is found, to be looked at once somebody is
NEAR = 0.45  # of a region's side: nearer centres are the same person
SAME_CLOTHES, LIKE_CLOTHES = 0.8, 0.5  # likeness of colours: enough anywhere, enough near where somebody was lost
QUARTERS = (0.0, np.pi / 2, -np.pi / 2, np.pi)
MISSING = np.zeros((skeleton.COUNT, 3), np.float32)


@dataclass
class _Follower:
    """A tracklet with the place to look at next."""

    region: Region
    tracklet: Tracklet = field(default_factory=Tracklet)
    missed: int = 0

    @property
    def is_lost(self) -> bool:
        return self.missed >= LOST_AFTER

    def is_near(self, region: Region) -> bool:
        """Whether a region shows the same person as this one."""
        apart = np.hypot(self.region.x - region.x, self.region.y - region.y)
        return bool(apart < NEAR * max(self.region.side, region.side))

    def take(self, frame: int, found: Landmarks, image: NDArray[np.uint8]) -> None:
        """Keep what was found in a frame, or that nothing was."""
        if found.presence < MIN_PRESENCE or found.next_region.side < 8:
            self.missed += 1
            return
        self.missed = 0
        self.region = found.next_region
        self.tracklet.add(frame, found.keypoints(), image)


class BlazePose:
    """Estimator of Bazarevsky et al. 2020 ("full") with its own detector. Not safe to share between threads."""

    name = "blazepose-full"
    version = "0.10.21"

    def __init__(
        self,
        *,
        person_hint: tuple[float, float, float] | None = None,
        query_image: NDArray[np.uint8] | None = None,
    ) -> None:
        self._hint = person_hint
        self._query = None if query_image is None else person.histogram_of_picture(query_image)
        self._detector = BlazePoseDetector()
        self._networks = local()
        self.pool = ThreadPoolExecutor(AT_ONCE, thread_name_prefix="pose")

    def locate(self, image: NDArray[np.uint8], region: Region) -> Landmarks:
        """Landmarks by this thread's own network."""
        if not hasattr(self._networks, "landmarks"):
            self._networks.landmarks = BlazePoseLandmarks()
        return self._networks.landmarks.locate(image, region)  # type: ignore[no-any-return]

    def estimate(self, frames: Iterable[Frame], size_px: tuple[int, int]) -> PoseTrack:
        """Follow everybody, choose the one who trains."""
        walk = _Walk(self)
        for batch in itertools.batched(frames, AT_ONCE) if hasattr(itertools, "batched") else _batched(frames, AT_ONCE):
            walk.step(batch)
        return self._pick(walk, size_px)

    def estimate_crop(self, image: NDArray[np.uint8], box: NDArray[np.float32]) -> NDArray[np.float32]:
        """Landmarks in the square around a box, looked at again where the first looks say the body is.

        A box does not say which way up somebody is, so the first looks turn by quarters.
        """
        x0, y0, x1, y1 = (float(v) for v in box)
        square = Region((x0 + x1) / 2, (y0 + y1) / 2, max(x1 - x0, y1 - y0), 0.0)
        first = max((self.locate(image, replace(square, rotation=turn)) for turn in QUARTERS), key=_certainty)
        if first.presence < MIN_PRESENCE:
            return first.keypoints()
        return max(self.locate(image, first.next_region), first, key=_certainty).keypoints()

    def detect_everywhere(self, image: NDArray[np.uint8], *, thorough: bool) -> list[Detection]:
        """People in a frame; when none stands in it, also turned by quarters, for those who lie."""
        found = self._detector.detect(image)
        if found or not thorough:
            return found
        for quarters in (1, 3, 2):
            turned = self._detector.detect(np.ascontiguousarray(np.rot90(image, quarters)))
            found += [_turn_back(one, quarters, image.shape[:2]) for one in turned]
        return found

    def _pick(self, walk: _Walk, size_px: tuple[int, int]) -> PoseTrack:
        count = len(walk.times_s)
        hint = None
        if self._hint is not None and count:
            frame = int(np.abs(np.array(walk.times_s) - self._hint[0]).argmin())
            hint = (frame, self._hint[1] * size_px[0], self._hint[2] * size_px[1])
        people = [f.tracklet for f in walk.everybody if f.tracklet.poses]
        chosen = person.choose(people, size_px, count, hint=hint, query=self._query)
        poses = chosen.poses if chosen else {}
        keypoints = np.stack([poses.get(i, MISSING) for i in range(count)]) if count else MISSING[None][:0]
        boxes = np.stack([person.bounds(k) for k in keypoints]) if count else np.zeros((0, 4), np.float32)
        times_s = np.array(walk.times_s, np.float64)
        return PoseTrack(keypoints, times_s, size_px, boxes, max(walk.most_at_once, 1))


class _Walk:
    """State while a clip passes by."""

    def __init__(self, estimator: BlazePose) -> None:
        self._estimator = estimator
        self._waiting: list[tuple[int, NDArray[np.uint8]]] = []  # frames in which nobody was found yet
        self._next_key_s = 0.0
        self._searches = 0
        self.everybody: list[_Follower] = []
        self.times_s: list[float] = []
        self.most_at_once = 0

    def step(self, batch: tuple[Frame, ...]) -> None:
        """Look at a few frames."""
        first = len(self.times_s)
        self.times_s += [frame.time_s for frame in batch]
        live = [f for f in self.everybody if not f.is_lost]
        if not live or batch[0].time_s >= self._next_key_s:
            self._search(batch[0], live)
            live = [f for f in self.everybody if not f.is_lost] or self._look_again(batch[0])
        if not live:
            self._wait(first, batch)
            return
        self._follow(first, batch, live)
        self._drop_doubles()
        self.most_at_once = max(self.most_at_once, sum(f.missed == 0 for f in self.everybody))

    def _follow(self, first: int, batch: tuple[Frame, ...], live: list[_Follower]) -> None:
        estimator = self._estimator
        jobs = [
            (follower, first + i, frame.image, follower.region) for follower in live for i, frame in enumerate(batch)
        ]
        results = list(estimator.pool.map(lambda job: estimator.locate(job[2], job[3]), jobs))
        for (follower, number, image, _region), found in zip(jobs, results, strict=True):
            follower.take(number, found, image)

    def _search(self, frame: Frame, live: list[_Follower]) -> None:
        """Run the detector; whoever is not followed yet is followed from now on."""
        nobody = not live
        self._searches += 1
        thorough = nobody and self._searches % 3 == 1
        found = self._estimator.detect_everywhere(frame.image, thorough=thorough)
        self._next_key_s = frame.time_s + KEY_FRAME_S
        for detection in found[:MOST_PEOPLE]:
            if any(f.is_near(detection.region) for f in live):
                continue
            if len(live) < MOST_PEOPLE:
                live.append(self._welcome(detection.region, frame.image))

    def _look_again(self, frame: Frame) -> list[_Follower]:
        """Where the detector sees nobody, somebody may still be where they were last seen."""
        if not self.everybody:
            return []
        latest = max(self.everybody, key=lambda f: max(f.tracklet.poses, default=-1))
        if self._estimator.locate(frame.image, latest.region).presence < MIN_PRESENCE:
            return []
        latest.missed = 0
        return [latest]

    def _welcome(self, region: Region, image: NDArray[np.uint8]) -> _Follower:
        """Somebody new, or somebody who was lost near here and wears the same."""
        look = self._estimator.locate(image, region)
        follower = self._find_lost(region, person.torso_histogram(image, look.keypoints()))
        if follower is None:
            follower = _Follower(region)
            self.everybody.append(follower)
        follower.region, follower.missed = region, 0
        if look.presence >= MIN_PRESENCE:
            self._look_back(follower)
        return follower

    def _find_lost(self, region: Region, seen: NDArray[np.float32] | None) -> _Follower | None:
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

    def _look_back(self, follower: _Follower) -> None:
        """Follow somebody backwards through the frames in which nobody was found."""
        past = _Follower(follower.region, follower.tracklet)
        for number, image in reversed(self._waiting):
            past.take(number, self._estimator.locate(image, past.region), image)
            if past.is_lost:
                break
        self._waiting.clear()

    def _drop_doubles(self) -> None:
        """Two followers that slid onto the same person: the younger one goes."""
        live = [f for f in self.everybody if not f.is_lost]
        for older, younger in itertools.combinations(live, 2):
            apart = np.hypot(older.region.x - younger.region.x, older.region.y - younger.region.y)
            if apart < 0.15 * max(older.region.side, younger.region.side):
                younger.missed = LOST_AFTER


def _certainty(look: Landmarks) -> float:
    """A body seen the wrong way up may be sure to be there; its points are not."""
    return look.presence * float(look.points[:, 2].mean())


def _batched(frames: Iterable[Frame], count: int) -> Iterable[tuple[Frame, ...]]:
    """itertools.batched, which Python 3.11 has not."""
    source = iter(frames)
    while batch := tuple(itertools.islice(source, count)):
        yield batch


def _turn_back(detection: Detection, quarters: int, shape: tuple[int, ...]) -> Detection:
    """From the pixels of a picture turned counter-clockwise by quarters to those of the upright one."""
    region, height, width = detection.region, shape[0], shape[1]
    x, y = region.x, region.y
    if quarters == 1:
        x, y = width - y, x
    elif quarters == 2:
        x, y = width - x, height - y
    else:
        x, y = y, height - x
    turned = Region(x, y, region.side, region.rotation + quarters * np.pi / 2)
    return Detection(detection.score, detection.box, turned)
