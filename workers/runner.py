"""From a claimed run to its end: what knows both the diary and inference.

inference is imported on use, so that tests and commands that only need the names of tasks stay light.
"""

from __future__ import annotations

import contextlib
import functools
import logging
import shutil
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, cast

from celery.exceptions import SoftTimeLimitExceeded
from django.conf import settings
from django.core.files.storage import default_storage
from django.db import connection

from accounts.models import User
from accounts.services import note_portrait
from diary.errors import Code
from diary.models import Analysis
from diary.services.analyses import fill_diary, finish_analysis
from workers.broker import changed_at
from workers.heartbeat import Heartbeat
from workers.report import describe_result, round_timings
from workers.teaching import teach

if TYPE_CHECKING:
    from inference.pose import PoseEstimator
    from inference.pose.eyes import Eyes
    from inference.recogniser import ProductRecogniser
    from inference.types import AnalysisOptions
    from inference.video import Limits

log = logging.getLogger(__name__)


class RefusedError(Exception):
    """The clip cannot be analysed, for a reason that a person can be told."""

    def __init__(self, code: str, detail: str = "") -> None:
        super().__init__(f"{code}: {detail}" if detail else code)
        self.code = code


def run_analysis(analysis: Analysis) -> None:
    """Look at the clip, write the diary, then make the file for the player, which nobody has to wait for."""
    from inference.errors import InferenceError

    with contextlib.ExitStack() as stack:
        scratch = stack.enter_context(_open_scratch())
        pulse = stack.enter_context(Heartbeat(analysis_id=analysis.pk, attempt=analysis.attempt))
        clip = _find_original(str(analysis.clip.original.name), scratch)
        try:
            _analyse(analysis, clip, scratch, pulse)
        except InferenceError as error:
            raise RefusedError(error.code.value, error.detail) from error


def _analyse(analysis: Analysis, clip: Path, scratch: Path, pulse: Heartbeat) -> None:
    from inference import pipeline
    from inference.errors import InferenceError
    from inference.video import RENDITION

    out, limits = scratch / "out", read_limits(scratch)
    options = _read_options(analysis, scratch, out)
    models = load_models()
    # An estimator that was told whom to look for is made for this run only.
    estimator = None if options.person_hint or options.query_image else models.estimator
    recogniser = teach(models.recogniser, analysis.clip.user)
    connection.close()  # one that is held for minutes may be dead when it is needed: the database was restarted
    result = pipeline.analyse(clip, options, pulse.tell, estimator=estimator, recogniser=recogniser, limits=limits)
    outcome = describe_result(result, out)
    if fill_diary(analysis=analysis, attempt=analysis.attempt, outcome=outcome) is None:
        return
    connection.close()
    try:
        result = pipeline.finish_media(clip, result, out, pulse.tell, limits)
    except (InferenceError, OSError, SoftTimeLimitExceeded) as error:
        # The sets stand and are right: a person who read "upload it again" above them would be sent astray.
        log.warning("Analysis %s ends without a film for the player: %r", analysis.pk, error)
    finish_analysis(
        analysis=analysis,
        attempt=analysis.attempt,
        rendition=out / RENDITION,
        timings_s=round_timings(result.timings_s),
    )


@dataclass(frozen=True)
class Models:
    """The networks, kept for the life of the process."""

    estimator: PoseEstimator
    recogniser: ProductRecogniser


@functools.cache
def load_models() -> Models:
    """Load the networks once."""
    from inference import pose
    from inference.recogniser import ProductRecogniser

    return Models(pose.load(settings.POSE_ESTIMATOR), ProductRecogniser.load())


def find_weight_problem() -> str:
    """What is wrong with the weights that every clip needs, with the remedy; empty when nothing is."""
    from inference import weights

    try:
        for record in weights.RECORDS.values():
            if record.needed or record.is_shipped or record.name == settings.POSE_ESTIMATOR:
                weights.resolve(record.name)
    except weights.WeightError as error:
        return str(error)
    return ""


def read_limits(scratch: Path) -> Limits:
    """The site's limits for a clip; what the jail leaves when all is killed lies in the folder of the run."""
    from inference.video import Limits

    return Limits(max_bytes=settings.MAX_CLIP_BYTES, max_duration_s=settings.MAX_CLIP_SECONDS, scratch_root=scratch)


def _read_options(analysis: Analysis, scratch: Path, out: Path) -> AnalysisOptions:
    """What the person chose for this run."""
    from inference.types import AnalysisOptions

    hint = analysis.options.get("person_hint")
    return AnalysisOptions(
        estimator=settings.POSE_ESTIMATOR,
        person_hint=(float(hint[0]), float(hint[1]), float(hint[2])) if hint else None,
        out_dir=out,
        query_image=_fetch_portrait(analysis.clip.user, scratch),
    )


def _fetch_portrait(user: User, scratch: Path) -> Path | None:
    """The picture by which the person is found; none that shows nobody, or is gone: replaced since the run began."""
    if not user.portrait:
        return None
    try:
        path = _copy(str(user.portrait.name), scratch / "portrait")
    except FileNotFoundError:
        return None
    is_seen = user.portrait_shows_person
    return path if (_judge_portrait(user, path) if is_seen is None else is_seen) else None


def look_at_portrait(user: User) -> None:
    """Note whether somebody is in a person's picture; one that is gone by now has been replaced, or deleted."""
    with _open_scratch() as scratch, contextlib.suppress(FileNotFoundError):
        _judge_portrait(user, _copy(str(user.portrait.name), scratch / "portrait"))


def _judge_portrait(user: User, path: Path) -> bool:
    from inference.pose import query

    is_seen = query.shows_somebody(_load_eyes(), query.read_picture(path))
    note_portrait(user=user, name=str(user.portrait.name), shows_person=is_seen)
    return is_seen


def _load_eyes() -> Eyes:
    """BlazePose, whichever network looks at films."""
    from inference import pose

    models = load_models()
    return cast("Eyes", models.estimator if models.estimator.name == pose.DEFAULT else _load_blazepose())


@functools.cache
def _load_blazepose() -> PoseEstimator:
    from inference import pose

    return pose.load(pose.DEFAULT)


def _find_original(name: str, scratch: Path) -> Path:
    """The film as a file of this machine: itself, or a copy from the bucket."""
    with contextlib.suppress(FileNotFoundError):
        try:
            path = Path(default_storage.path(name))
        except NotImplementedError:
            path = _copy(name, scratch / "original")
        if path.exists():
            return path
    raise RefusedError(Code.FILM_MISSING, name)


def _copy(name: str, target: Path) -> Path:
    with default_storage.open(name) as source, target.open("wb") as stream:
        for chunk in source.chunks():
            stream.write(chunk)
    return target


@contextlib.contextmanager
def _open_scratch() -> Iterator[Path]:
    """A folder on the disk of the media, so that finished files move there without being copied."""
    root = scratch_root()
    root.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=root) as folder:
        yield Path(folder)


def scratch_root() -> Path:
    """Where runs keep what they need until their end."""
    return Path(settings.VAR_DIR) / "scratch"


def drop_scratch(*, older_than_s: float) -> int:
    """Delete the folders of runs that were killed before they could tidy up; returns how many."""
    oldest = time.time() - older_than_s
    left = [folder for folder in scratch_root().glob("*") if changed_at(folder) < oldest]
    for folder in left:
        shutil.rmtree(folder, ignore_errors=True)
    return len(left)
