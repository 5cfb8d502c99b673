"""What a person's corrections teach the recogniser, whichever classifier saw them."""

from __future__ import annotations

import dataclasses
import logging
from typing import TYPE_CHECKING

import numpy as np

from accounts.models import User
from diary.models import Clip
from diary.selectors.examples import list_examples, list_outdated
from diary.services.examples import renew_example

if TYPE_CHECKING:
    from inference.recogniser import ProductRecogniser
    from inference.types import PoseTrack

log = logging.getLogger(__name__)

MOST_RENEWED = 40  # by one run, which somebody waits for: two seconds


def teach(recogniser: ProductRecogniser, user: User) -> ProductRecogniser:
    """With the person's corrections, those that an earlier classifier saw looked at anew."""
    from inference.examples import Examples

    model = recogniser.models["classifier"]
    _renew(recogniser, user, model)
    taught = list_examples(user, model=model)
    if not taught:
        return recogniser
    embeddings = np.stack([np.frombuffer(embedding, "<f4") for _, embedding in taught])  # (N, D)
    examples = Examples(embeddings.astype(np.float32), tuple(slug for slug, _ in taught))
    return dataclasses.replace(recogniser, examples=examples)


def _renew(recogniser: ProductRecogniser, user: User, model: str) -> None:
    """Embeddings of two classifiers do not compare; keypoints are kept, so that an update forgets nothing."""
    from inference.types import Segment

    for row in list_outdated(user, model=model, most=MOST_RENEWED):
        track = _read_track(row.clip) if row.clip else None
        if track is None:
            continue
        embedding = recogniser.look_again(track, Segment(*row.found_span))
        if embedding.any():
            renew_example(row=row, embedding=embedding.tolist(), model=model)


def _read_track(clip: Clip) -> PoseTrack | None:
    """Keypoints of the newest run over a clip; None when the file is gone or damaged."""
    from inference.errors import InferenceError
    from inference.evaluate import read_track

    try:
        with clip.keypoints.open("rb") as stream:
            return read_track(stream)
    except (OSError, InferenceError) as error:
        log.warning("Keypoints of clip %s teach nothing: %r", clip.pk, error)
        return None
