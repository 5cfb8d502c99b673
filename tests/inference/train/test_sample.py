"""The sample clip is the one that the command renders, and shows what it says it shows."""

import itertools

import numpy as np

from inference.train.sample import body, film, motion


def test_the_plan_has_ten_squats_in_order():
    reps = motion.plan_set()
    assert len(reps) == motion.REPS == 10
    assert all(a.end_s < b.start_s for a, b in itertools.pairwise(reps))


def test_depth_is_full_at_every_turn_and_none_between():
    reps = motion.plan_set()
    assert all(motion.depth_at(rep.start_s + rep.down_s, reps) > 0.9 for rep in reps)
    assert all(motion.depth_at(rep.end_s + 0.01, reps) == 0 for rep in reps)


def test_bones_keep_their_length_through_the_clip():
    reps = motion.plan_set()
    for time_s in np.linspace(0, motion.duration_s(reps), 60):
        joints = motion.pose_at(float(time_s), reps)
        for side in ("left", "right"):
            thigh = np.linalg.norm(joints[f"{side}_hip"] - joints[f"{side}_knee"])
            upper_arm = np.linalg.norm(joints[f"{side}_shoulder"] - joints[f"{side}_elbow"])
            assert abs(thigh - motion.THIGH_M) < 1e-6
            assert abs(upper_arm - motion.UPPER_ARM_M) < 1e-6


def test_the_surface_is_closed_and_faces_outward():
    surface = body.build(motion.pose_at(5.0, motion.plan_set()))
    assert len(surface.quads) == len(surface.normals) == len(surface.colours) > 5000
    assert np.isfinite(surface.quads).all()
    assert abs(surface.quads[..., 1].min()) < 0.02  # soles on the floor
    assert 1.2 < surface.quads[..., 1].max() < 1.95


def test_a_frame_shows_the_figure_before_the_room():
    take = film.Take(size=(180, 320))
    camera = film.make_camera(take)
    empty = film.room.draw(camera)
    figure = body.build(motion.pose_at(0.0, motion.plan_set()))
    changed = np.abs(film.draw_frame(empty, figure, camera).astype(int) - empty).sum(axis=-1) > 60
    rows = np.flatnonzero(changed.any(axis=1))
    assert 0.4 < (rows[-1] - rows[0]) / changed.shape[0] < 0.85
