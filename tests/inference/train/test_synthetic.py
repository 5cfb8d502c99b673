"""Synthetic motion: every exercise can be made, bodies stay whole, postures and repetitions are what they should be."""

import dataclasses

import numpy as np
import pytest
from PIL import Image, ImageSequence

from inference import __main__ as cli
from inference import catalogue, skeleton
from inference.skeleton import INDEX
from inference.train.synthetic import body, bystanders, camera, moves, scene, slugs, synthesise, wear

BONES = [("left_shoulder", "left_elbow"), ("left_elbow", "left_wrist"), ("left_hip", "left_knee"),
         ("right_knee", "right_ankle"), ("right_ankle", "right_foot"), ("right_wrist", "right_palm")]  # fmt: skip


def act(slug: str, seed: int = 1):
    return scene.act(slug, np.random.default_rng(seed))


def test_every_exercise_of_the_catalogue_can_be_made():
    assert set(slugs()) == set(catalogue.exercises())


@pytest.mark.parametrize("slug", slugs())
def test_a_clip_is_sound(slug):
    clip = synthesise(slug, np.random.default_rng(3))
    keypoints, times_s = clip.track.keypoints, clip.track.times_s
    assert keypoints.shape == (len(times_s), skeleton.COUNT, 3)
    assert keypoints.dtype == np.float32
    assert np.isfinite(keypoints).all()
    assert np.diff(times_s) == pytest.approx(1 / 15)
    assert 2 < times_s[-1] < 25
    assert ((keypoints[..., 2] >= 0) & (keypoints[..., 2] <= 1)).all()
    assert clip.track.found.mean() > 0.8
    moments = [moment for rep in clip.reps for moment in rep]
    assert moments == sorted(moments)
    assert all(start < turn < end for start, turn, end in clip.reps)


@pytest.mark.parametrize("slug", ["squat", "push_up", "pull_up", "burpee", "high_knees", "other"])
def test_bones_keep_their_length(slug):
    points, _ = act(slug)
    for a, b in BONES:
        lengths = np.linalg.norm(points[:, INDEX[a]] - points[:, INDEX[b]], axis=1)
        assert np.ptp(lengths) < 1e-6


def test_the_same_seed_gives_the_same_clip():
    one, other = (synthesise("lunge", np.random.default_rng(4)) for _ in range(2))
    assert np.array_equal(one.track.keypoints, other.track.keypoints)
    assert one.reps == other.reps


@pytest.mark.parametrize("slug", ["squat", "deadlift", "lunge", "burpee", "push_up", "other"])
def test_nobody_sinks_into_the_ground(slug):
    for seed in range(5):
        points, _ = act(slug, seed)
        feet = points[:, [INDEX["left_foot"], INDEX["right_foot"], INDEX["left_ankle"], INDEX["right_ankle"]], 1]
        assert feet.min() > -1e-6


def height_of(points, name):
    return points[:, INDEX[name], 1]


def test_a_squat_goes_down_and_comes_up_again():
    points, reps = act("squat")
    waist = height_of(points, "waist")
    start, turn, end = (int(at * 30) for at in reps[0])
    assert waist[turn] < 0.75 * waist[start]
    assert waist[min(end, len(waist) - 1)] == pytest.approx(waist[start], rel=0.08)


def test_who_hangs_has_the_hands_above_the_head():
    points, reps = act("pull_up")
    assert (height_of(points, "left_wrist") > height_of(points, "nose") - 0.3).all()
    start, turn, _ = (int(at * 30) for at in reps[0])
    assert height_of(points, "nose")[turn] > height_of(points, "nose")[start] + 0.2


@pytest.mark.parametrize("slug", ["chest_fly", "crunch", "superman", "lying_leg_raise", "push_up"])
def test_who_lies_is_low_and_long(slug):
    points, _ = act(slug)
    spine = points[0, INDEX["neck"]] - points[0, INDEX["waist"]]
    assert abs(spine[1]) < 0.5 * np.linalg.norm(spine)


def test_a_raise_to_the_side_brings_the_hands_to_the_shoulders():
    points, reps = act("lateral_raise")
    turn = int(reps[0][1] * 30)
    assert height_of(points, "left_wrist")[turn] > height_of(points, "left_shoulder")[turn] - 0.3
    assert abs(points[turn, INDEX["left_wrist"], 0] - points[turn, INDEX["neck"], 0]) > 0.4


def test_sides_take_turns_in_a_lunge():
    for seed in range(10):
        points, reps = act("forward_lunge", seed)
        if len(reps) >= 2:
            first, second = (int(turn * 30) for _, turn, _ in reps[:2])
            knees = points[:, INDEX["left_knee"], 2] - points[:, INDEX["right_knee"], 2]
            assert knees[first] * knees[second] < 0
            return
    pytest.fail("no clip with two repetitions")


WORDS = {
    "base", "bases", "support", "height", "start", "turn", "path", "mode", "modes", "kind", "tempo", "arms", "variants",
    "hop", "travel",
}  # fmt: skip


@pytest.mark.parametrize("slug", slugs()[:-1])
def test_every_style_can_be_done(slug, monkeypatch):
    row = moves.read_table()["moves"][slug]
    for style in row.get("styles", [{}]):
        assert style.keys() <= WORDS
        monkeypatch.setitem(moves.read_table()["moves"], slug, {**row, "styles": [style]})
        points, _ = act(slug)
        assert np.isfinite(points).all()
        assert points[..., 1].min() > -1.0  # metres


def test_what_a_style_names_stands_for_the_rows_own_and_its_rival():
    row = {"base": "free", "path": [{"knee": 30}], "modes": ["both", "side"], "tempo": [1, 2]}
    style = {"turn": {"knee": 90}, "mode": "alternate"}
    drawn = moves._draw_style({**row, "styles": [style]}, np.random.default_rng(0))
    assert drawn == {"base": "free", "tempo": [1, 2], "styles": [style], **style}
    assert moves._draw_style(row, np.random.default_rng(0)) == row


def test_lunges_may_walk(monkeypatch):
    row = moves.read_table()["moves"]["lunge"]
    walks = next(style for style in row["styles"] if "travel" in style)
    monkeypatch.setitem(moves.read_table()["moves"], "lunge", {**row, "styles": [walks]})
    points, reps = act("lunge")
    went = points[-1, INDEX["waist"], 2] - points[0, INDEX["waist"], 2]
    assert went == pytest.approx(len(reps) * walks["travel"], abs=0.3)
    assert 0 < went < 4


def test_a_phone_in_a_hand_wanders_and_comes_nearer():
    rng = np.random.default_rng(9)
    still = dataclasses.replace(camera.draw_camera(rng), shake_px=0.0, wander=0.0, zoom=0.0)
    points = np.tile(act("squat")[0][:1], (90, 1, 1))
    flat, _ = camera.project(points, still, rng)
    assert np.ptp(flat, axis=0).max() < 1e-6
    held, _ = camera.project(points, dataclasses.replace(still, wander=0.03, zoom=0.06), rng)
    assert np.ptp(held.mean(axis=1), axis=0).max() > 0.02 * min(still.size_px)
    tall = np.ptp(held[..., 1], axis=1)
    assert tall.max() > 1.05 * tall.min()


def test_films_go_on_from_another_side_now_and_then(monkeypatch):
    def jump() -> float:
        track = synthesise("plank", np.random.default_rng(12)).track
        waist = track.keypoints[track.found][:, INDEX["waist"], :2]
        return float(np.linalg.norm(np.diff(waist, axis=0), axis=1).max() / np.ptp(track.keypoints[..., :2]))

    monkeypatch.setattr(scene, "OTHER_VIEW_SHARE", 0.0)
    before = jump()
    monkeypatch.setattr(scene, "OTHER_VIEW_SHARE", 1.0)
    assert jump() > 2 * before


def test_angles_outside_what_a_body_can_do_are_cut():
    somebody = body.draw_proportions(np.random.default_rng(0))
    angles = np.zeros((2, len(body.CHANNELS)))
    angles[1, body.NUMBER["left_elbow"]] = 400
    angles[0, body.NUMBER["left_elbow"]] = body.CHANNELS["left_elbow"][1]
    assert np.allclose(*body.points_of(angles, somebody))


def test_the_mirrored_pose_is_the_mirrored_body():
    rng = np.random.default_rng(2)
    angles = np.clip(rng.normal(10, 25, (4, len(body.CHANNELS))), *body.LIMITS.T)
    somebody = body.draw_proportions(rng)
    here, there = body.points_of(angles, somebody), body.points_of(moves.mirror(angles), somebody)
    assert there == pytest.approx(here[:, skeleton.MIRROR_ORDER] * [-1, 1, 1])


def test_the_command_writes_pictures(tmp_path, capsys):
    gif, sheet = tmp_path / "a.gif", tmp_path / "a.png"
    assert cli.main(["synth", "squat", "plank", "--count", "1", "--gif", str(gif), "--sheet", str(sheet)]) == 0
    assert gif.stat().st_size > 2000
    assert sheet.stat().st_size > 1000
    assert "squat" in capsys.readouterr().out


def test_a_moving_picture_plays_as_fast_as_the_motion(tmp_path, capsys):
    gif = tmp_path / "a.gif"
    assert cli.main(["synth", "squat", "--count", "1", "--gif", str(gif)]) == 0
    told_s = float(capsys.readouterr().out.split(": ")[1].split(" s")[0])
    with Image.open(gif) as picture:
        shown_ms = sum(frame.info["duration"] for frame in ImageSequence.Iterator(picture))
    assert shown_ms / 1000 == pytest.approx(told_s + 1 / 15, abs=0.06)


@pytest.mark.parametrize("odd", [["--count", "0"], ["--count", "many"], ["--moments", "0"], ["--seed", "-1"]])
def test_odd_numbers_are_refused_in_a_sentence(odd, capsys):
    with pytest.raises(SystemExit) as end:
        cli.main(["synth", "squat", *odd])
    assert end.value.code == 2
    assert "a whole number from" in capsys.readouterr().err


def test_pictures_are_written_whatever_their_name_ends_with(tmp_path, capsys):
    still, missing = tmp_path / "still", tmp_path / "nowhere" / "a.gif"
    assert cli.main(["synth", "squat", "--count", "1", "--sheet", str(still)]) == 0
    assert still.read_bytes()[1:4] == b"PNG"
    assert cli.main(["synth", "squat", "--gif", str(missing)]) == 1
    assert "nowhere" in capsys.readouterr().err


@pytest.mark.parametrize("kind", bystanders.KINDS, ids=lambda kind: kind.__name__)
def test_who_does_not_train_moves_and_stays_whole(kind):
    rng = np.random.default_rng(5)
    angles = kind(rng)
    assert angles.shape[1] == len(body.CHANNELS)
    assert len(angles) >= 30
    assert np.isfinite(angles).all()
    assert np.ptp(angles, axis=0).max() > 1  # degrees
    assert np.abs(np.diff(angles, axis=0)).max() < 120  # nobody jumps from one posture to the next


def test_films_of_no_exercise_have_cuts_and_tiny_figures_now_and_then(monkeypatch):
    monkeypatch.setattr(scene, "CUTS_SHARE", 1.0)
    spliced = synthesise("other", np.random.default_rng(6)).track
    assert np.diff(spliced.times_s) == pytest.approx(1 / 15)
    waist = spliced.keypoints[spliced.found][:, INDEX["waist"], :2]
    steps = np.linalg.norm(np.diff(waist, axis=0), axis=1)
    assert steps.max() > 20 * np.median(steps)


def test_a_close_up_is_unsure_of_what_the_picture_cuts_off():
    rng = np.random.default_rng(7)
    points, _ = scene.act("lateral_raise", rng)
    near = dataclasses.replace(camera.draw_camera(rng), fill=2.0, azimuth_deg=0.0, size_px=(720, 1280))
    flat, behind_m = camera.project(points, near, rng)
    seen = wear.wear(flat, behind_m, near.size_px, rng)
    outside = ((flat < 0) | (flat > near.size_px)).any(axis=2)
    assert outside.any()
    assert seen[outside, 2].mean() < 0.3 < seen[~outside, 2].mean()


def test_an_estimator_errs_with_whole_limbs_and_is_surest_of_face_and_trunk():
    rng = np.random.default_rng(8)
    points = np.tile(rng.uniform(300, 700, (1, skeleton.COUNT, 2)), (600, 1, 1))
    seen = wear.wear(points, np.zeros(points.shape[:2]), (1000, 1000), rng)
    seen = seen[seen[:, 0, 2] > 0]
    jumps = np.diff(seen[..., :2], n=2, axis=0)[..., 0]

    def together(a: str, b: str) -> float:
        return float(np.corrcoef(jumps[:, INDEX[a]], jumps[:, INDEX[b]])[0, 1])

    assert together("left_wrist", "left_palm") > 0.9
    assert together("left_ankle", "left_foot") > together("left_ankle", "right_ankle")
    sure = np.median(seen[..., 2], axis=0)
    assert sure[INDEX["nose"]] > sure[INDEX["left_wrist"]]


def test_arms_may_go_from_one_hold_to_another_on_the_way_down():
    held = [moves.draw_move("squat", np.random.default_rng(seed)) for seed in range(30)]
    raised = body.NUMBER["left_arm"]
    assert {bool(abs(move.path[0][raised] - move.start[raised]) > 30) for move in held} == {True, False}


def test_an_exercise_is_filmed_from_its_usual_side_more_often():
    rng = np.random.default_rng(9)
    usual = [camera.draw_camera(rng, moves.usual_view("pull_up")).view for _ in range(200)]
    anywhere = [camera.draw_camera(rng, moves.usual_view("other")).view for _ in range(200)]
    assert moves.usual_view("pull_up") == "back"
    assert usual.count("back") > 2 * anywhere.count("back")
