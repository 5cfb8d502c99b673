"""Training windows are cut like the product's, and worn without becoming something else."""

import numpy as np
import pytest

from inference import windows
from inference.skeleton import INDEX
from inference.train.windows import Reel, cut_off, join, wear
from tests.inference.tracks import make_track, raise_arms, squat, waves

SIZED = [
    windows.size_track(make_track(n, move, waves(3, 2.0))) for n, move in ((6, squat), (9, raise_arms), (1, squat))
]


def test_a_window_from_the_reel_is_the_one_that_the_product_would_cut():
    reel = Reel.of((sized, None) for sized in SIZED)
    for number, sized in enumerate(SIZED):
        span = (0.1, min(4.0, float(sized.times_s[-1])))
        own = windows.cut(sized, [span])
        taken = reel._at(np.array([number]), np.linspace(*span, windows.FRAMES)[None])
        assert taken[0, ..., :2] == pytest.approx(own.points[0], abs=1e-4)
        assert taken[0, ..., 2] == pytest.approx(own.confidence[0], abs=1e-4)


def test_windows_are_drawn_from_the_tracks_that_were_asked_for():
    drawn = Reel.of((sized, None) for sized in SIZED).draw(np.array([0, 1, 2, 1] * 16), np.random.default_rng(0))
    assert drawn.points.dtype == np.float32
    assert (drawn.seconds <= 10).all()
    assert (drawn.seconds[2::4] <= 1.01).all()  # a short track gives what it has
    moved = np.ptp(drawn.points, axis=1).max(axis=2)
    assert (moved[1::2, INDEX["left_wrist"]] > 3 * moved[1::2, INDEX["left_hip"]]).all()  # arms are raised
    assert (moved[::4, INDEX["nose"]] > 0.1).any()


def test_worn_windows_stay_of_this_world():
    rng = np.random.default_rng(1)
    drawn = join([Reel.of((sized, None) for sized in SIZED).draw(np.zeros(40, np.int64), rng)] * 2)
    worn = wear(drawn, rng)
    assert worn.points.dtype == worn.confidence.dtype == np.float32
    assert np.isfinite(worn.points).all()
    assert ((worn.confidence >= 0) & (worn.confidence <= 1)).all()
    assert not np.array_equal(worn.points[:40], worn.points[40:])
    assert np.abs(worn.points).max() < 5


def test_what_the_picture_cuts_off_is_a_guess_and_the_rest_is_as_it_was():
    points = np.repeat(SIZED[0].points[:1], 20, axis=0)
    for seed in range(20):
        cut, confidence = points.copy(), np.ones(points.shape[:2], np.float32)
        cut_off(cut, confidence, np.random.default_rng(seed))
        gone = confidence[0] < 1
        assert 0 < gone.sum() < 24
        assert np.array_equal(cut[:, ~gone], points[:, ~gone])
        assert (np.abs(np.diff(cut[:, gone], axis=0)).max(axis=(0, 2)) > 0).all()
        assert (confidence[:, gone] < 0.4).all()
