"""A clip from file to result: the stages in order, each timed, with its progress told."""

from __future__ import annotations

import contextlib
import shutil
import tempfile
import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

import numpy as np

from inference import files, stillness, video
from inference.errors import Code, InferenceError
from inference.stills import StillKeeper
from inference.types import (
    AnalysisOptions,
    AnalysisResult,
    ExerciseSet,
    Frame,
    PoseTrack,
    Progress,
    Recognition,
    Rep,
    RepCount,
    Stage,
    VideoInfo,
)

if TYPE_CHECKING:
    from inference.pose import PoseEstimator

FRAME_SIDE_PX = 640  # a person who fills half of it still covers the estimators' input
STILL_SIDE_PX = 640
LEAST_FOUND_S = 1.0
LEAST_FOUND_SHARE = 0.03  # below it, a poster on the wall or a passer-by


class Recogniser(Protocol):
    """What names and counts."""

    @property
    def models(self) -> dict[str, str]:
        """Part of the work → name@version."""

    def recognise(self, track: PoseTrack, on_named: Callable[[float], None]) -> Recognition:
        """Recognise one track; tells the seconds each naming took."""


@dataclass
class _Clock:
    """Seconds spent in each stage, and progress that never steps back."""

    tell: Progress
    spent_s: dict[str, float] = field(default_factory=dict)
    began_s: float = field(default_factory=time.perf_counter)

    @contextlib.contextmanager
    def run(self, stage: Stage) -> Iterator[None]:
        """Time a block and tell its beginning and end."""
        self.tell(stage, 0.0)
        began_s = time.perf_counter()
        yield
        self.add(stage, time.perf_counter() - began_s)
        self.tell(stage, 1.0)

    def add(self, stage: Stage, seconds: float) -> None:
        """Count seconds towards a stage."""
        self.spent_s[stage.value] = self.spent_s.get(stage.value, 0.0) + seconds

    def total(self) -> dict[str, float]:
        """All stages and their sum as the wall saw it."""
        return {**self.spent_s, "total": time.perf_counter() - self.began_s}


def analyse(
    path: Path,
    options: AnalysisOptions,
    on_progress: Progress,
    *,
    estimator: PoseEstimator | None = None,
    recogniser: Recogniser | None = None,
    limits: video.Limits = video.DEFAULT,
) -> AnalysisResult:
    """Everything about one clip. The files in ``options.out_dir`` appear only when all went well."""
    clock = _Clock(on_progress)
    estimator = estimator or _load_estimator(options)
    recogniser = recogniser or _load_recogniser(options)
    clock.spent_s["load"] = time.perf_counter() - clock.began_s  # seconds once, next to nothing when kept in memory
    with contextlib.ExitStack() as cleanup:
        info, track, stills = _see(path, options, clock, estimator, limits)
        _require_person(track)
        recognition = _name_and_count(track, clock, recogniser)
        if options.out_dir:
            staging = cleanup.enter_context(_open_staging(options.out_dir))
            with clock.run(Stage.MEDIA):
                save_keypoints(track, staging / "keypoints.npz")
                _save_stills(path, info, recognition, stills, staging, limits)
            _publish(staging, options.out_dir)
    models = {"pose": f"{estimator.name}@{estimator.version}", **recogniser.models}
    return AnalysisResult(info, track, recognition, clock.total(), models)


def finish_media(
    path: Path, result: AnalysisResult, out_dir: Path, on_progress: Progress, limits: video.Limits = video.DEFAULT
) -> AnalysisResult:
    """Write the rendition, which nobody has to wait for; returns the result with its time added."""
    clock = _Clock(on_progress)
    with _open_staging(out_dir) as staging, clock.run(Stage.MEDIA):
        video.write_rendition(path, result.info, staging / video.RENDITION, limits)
        _publish(staging, out_dir)
    return replace(result, timings_s={**result.timings_s, "rendition": clock.spent_s[Stage.MEDIA.value]})


def track_pose(
    path: Path, options: AnalysisOptions, on_progress: Progress | None = None, *, limits: video.Limits = video.DEFAULT
) -> tuple[VideoInfo, PoseTrack]:
    """Probe, decode and pose only."""
    clock = _Clock(on_progress or (lambda stage, share: None))
    info, track, _ = _see(path, options, clock, _load_estimator(options), limits)
    _require_person(track)
    return info, track


def save_keypoints(track: PoseTrack, out: Path) -> None:
    """``keypoints`` (T, 24, 3) float32, ``times_s`` (T,), ``size`` (width, height)."""
    with files.write_whole(out) as file:  # given a name, numpy would add a suffix of its own
        np.savez_compressed(
            file,
            keypoints=track.keypoints.astype(np.float32),
            times_s=track.times_s.astype(np.float64),
            size=np.array(track.size_px, np.int64),
        )


def _see(
    path: Path, options: AnalysisOptions, clock: _Clock, estimator: PoseEstimator, limits: video.Limits
) -> tuple[VideoInfo, PoseTrack, StillKeeper]:
    """Decoding and pose run side by side; the time that pose waits for a picture is what decoding costs."""
    with clock.run(Stage.PROBE):
        info = video.probe(path, limits)
    stills = StillKeeper(info.duration_s)
    frames = video.read_frames(path, info, rate_hz=video.choose_rate(info), max_side_px=FRAME_SIDE_PX, limits=limits)
    size_px = video.fit(info, max_side_px=FRAME_SIDE_PX)
    began_s = time.perf_counter()
    with contextlib.closing(frames):
        track = estimator.estimate(_follow(frames, info, clock, stills), size_px)
    waited_s = clock.spent_s.get(Stage.DECODE.value, 0.0)
    clock.add(Stage.POSE, time.perf_counter() - began_s - waited_s)
    clock.tell(Stage.POSE, 1.0)
    return info, _to_clip_pixels(track, info), stills


def _follow(frames: Iterable[Frame], info: VideoInfo, clock: _Clock, stills: StillKeeper) -> Iterator[Frame]:
    """Pass frames on; keep what stills need; tell how far it is."""
    clock.tell(Stage.DECODE, 0.0)
    source = iter(frames)
    is_first = True
    while True:
        began_s = time.perf_counter()
        frame = next(source, None)
        clock.add(Stage.DECODE, time.perf_counter() - began_s)
        if frame is None:
            return
        if is_first:
            clock.tell(Stage.DECODE, 1.0)
            clock.tell(Stage.PEOPLE, 0.0)
            is_first = False
        stills.offer(frame)
        yield frame
        clock.tell(Stage.POSE, min(1.0, frame.time_s / info.duration_s))


def _to_clip_pixels(track: PoseTrack, info: VideoInfo) -> PoseTrack:
    """From pixels of the small frames to those of the clip."""
    scale = np.array([info.width_px / track.size_px[0], info.height_px / track.size_px[1]], np.float32)
    keypoints = track.keypoints.copy()
    keypoints[..., :2] *= scale
    boxes = None if track.boxes is None else track.boxes * np.tile(scale, 2)
    return replace(track, keypoints=keypoints, boxes=boxes, size_px=(info.width_px, info.height_px))


def _require_person(track: PoseTrack) -> None:
    found = track.found
    if not len(found):
        raise InferenceError(Code.NO_PERSON)
    length_s = float(track.times_s[-1] - track.times_s[0])
    found_s = length_s * found.mean()
    if found.mean() < LEAST_FOUND_SHARE or found_s < min(LEAST_FOUND_S, 0.5 * length_s) or not found.any():
        raise InferenceError(Code.NO_PERSON, f"{found_s:.1f} of {length_s:.1f} s")


def _name_and_count(track: PoseTrack, clock: _Clock, recogniser: Recogniser) -> Recognition:
    clock.tell(Stage.EXERCISE, 0.0)
    began_s = time.perf_counter()
    recognition = recogniser.recognise(track, lambda seconds: clock.add(Stage.EXERCISE, seconds))
    named_s = clock.spent_s.setdefault(Stage.EXERCISE.value, 0.0)
    clock.add(Stage.REPS, time.perf_counter() - began_s - named_s)
    clock.tell(Stage.EXERCISE, 1.0)
    clock.tell(Stage.REPS, 0.0)
    if stillness.is_idle(track, recognition):
        raise InferenceError(Code.NO_MOVEMENT)
    if not recognition.sets:
        recognition = replace(recognition, sets=(_whole_clip_set(track, recognition),))
    clock.tell(Stage.REPS, 1.0)
    return recognition


def _whole_clip_set(track: PoseTrack, recognition: Recognition) -> ExerciseSet:
    """Somebody moved and nothing was cut out: one set without reps, to be filled in by hand."""
    named = recognition.classification
    seen_s = track.times_s[track.found]
    return ExerciseSet(
        exercise=named.exercise,
        confidence=named.confidence,
        candidates=named.candidates,
        rep_count=RepCount((), 0.0, 0, 0),
        start_s=float(seen_s[0]),
        end_s=float(seen_s[-1]),
    )


def _load_estimator(options: AnalysisOptions) -> PoseEstimator:
    from inference import pose
    from inference.pose.query import read_picture

    query_image = read_picture(options.query_image) if options.query_image else None
    return pose.load(options.estimator, person_hint=options.person_hint, query_image=query_image)


def _load_recogniser(options: AnalysisOptions) -> Recogniser:
    from inference.recogniser import ProductRecogniser  # late, because torch is slow to import

    return ProductRecogniser.load(options.examples)


@contextlib.contextmanager
def _open_staging(out_dir: Path) -> Iterator[Path]:
    """A directory on the same disk, gone afterwards: a half-written file never bears its final name."""
    out_dir.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix=".staging-", dir=out_dir) as name:
        yield Path(name)


def _publish(staging: Path, out_dir: Path) -> None:
    for made in sorted(staging.iterdir()):
        made.replace(out_dir / made.name)


def _save_stills(
    path: Path, info: VideoInfo, recognition: Recognition, stills: StillKeeper, folder: Path, limits: video.Limits
) -> None:
    """One still a set, at the middle of its best rep; the first is the poster too."""
    for index, found in enumerate(recognition.sets):
        out = folder / f"set_{index}.jpg"
        moment_s = _best_moment_s(found)
        if not stills.save(moment_s, out):
            video.write_still(path, info, moment_s, out, STILL_SIDE_PX, limits=limits)
    shutil.copyfile(folder / "set_0.jpg", folder / "poster.jpg")


def _best_moment_s(found: ExerciseSet) -> float:
    """The turn of the most usual rep: the one whose length is nearest to the median."""
    reps: tuple[Rep, ...] = found.rep_count.reps
    if not reps:
        return (found.start_s + found.end_s) / 2
    usual_s = float(np.median([rep.end_s - rep.start_s for rep in reps]))
    return min(reps, key=lambda rep: abs(rep.end_s - rep.start_s - usual_s)).turn_s
