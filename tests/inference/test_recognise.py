"""Names, counts and sets together."""

import numpy as np
import pytest
import torch

from inference.classify import BELIEVED
from inference.examples import Examples
from inference.recognise import recognise
from inference.types import Candidate, Classification, PoseTrack
from tests.inference.tracks import make_track, rest, squat, waves


class Named:
    """A classifier with one answer."""

    def __init__(self, exercise: str) -> None:
        self.exercise = exercise

    def predict(self, track: PoseTrack, repeated: float | None = None) -> Classification:
        return Classification((Candidate(self.exercise, 0.9),), np.array([1, 0], np.float32))

    def score_families(self, track: PoseTrack, spans: list[tuple[float, float]]) -> np.ndarray:
        """Always the same family."""
        return np.log(np.tile([0.9, 0.1], (len(spans), 1)))


class Superset(Named):
    """Squats until a moment, push-ups after it."""

    def __init__(self, change_s: float) -> None:
        super().__init__("squat")
        self.change_s = change_s

    def predict(self, track: PoseTrack, repeated: float | None = None) -> Classification:
        early = float(track.times_s.mean()) < self.change_s
        return Classification((Candidate("squat" if early else "push_up", 0.9),), np.array([1, 0], np.float32))

    def score_families(self, track: PoseTrack, spans: list[tuple[float, float]]) -> np.ndarray:
        early = np.array([(a + b) / 2 < self.change_s for a, b in spans])
        return np.log(np.where(early[:, None], [0.95, 0.05], [0.05, 0.95]))


def test_a_set_begins_with_its_first_and_ends_with_its_last_repetition():
    found = recognise(make_track(14, squat, waves(5, 2.0, 2.0)), classifier=Named("squat"))
    (only,) = found.sets
    assert (only.exercise, only.rep_count.count, only.hold_s) == ("squat", 5, None)
    assert only.start_s == only.rep_count.reps[0].start_s


def test_what_one_holds_has_seconds():
    (only,) = recognise(make_track(15, squat, rest), classifier=Named("plank")).sets
    assert only.rep_count.count == 0
    assert only.hold_s == pytest.approx(14.9, abs=0.3)


def test_clear_repetitions_overrule_a_hold():
    (only,) = recognise(make_track(14, squat, waves(6, 2.0)), classifier=Named("wall_sit")).sets
    assert only.rep_count.count == 6
    assert only.hold_s is None


def test_what_nobody_counts_has_no_repetitions():
    (only,) = recognise(make_track(14, squat, waves(6, 2.0)), classifier=Named("treadmill")).sets
    assert only.rep_count.count == 0


def test_what_has_no_name_is_counted():
    (only,) = recognise(make_track(14, squat, waves(6, 2.0)), classifier=Named("other")).sets
    assert only.rep_count.count == 6


def test_two_bouts_are_two_sets_with_their_counts():
    first, second = waves(6, 2.0, 1.0), waves(4, 2.0, 30.0)
    track = make_track(40, squat, lambda t: max(first(t), second(t)))
    assert [s.rep_count.count for s in recognise(track, classifier=Named("squat")).sets] == [6, 4]


def test_two_exercises_without_a_rest_are_two_sets():
    first, second = recognise(make_track(40, squat, waves(19, 2.0)), classifier=Superset(18.0)).sets
    assert (first.exercise, second.exercise) == ("squat", "push_up")
    assert first.end_s == pytest.approx(18.0, abs=2.5)
    assert first.rep_count.count + second.rep_count.count == pytest.approx(19, abs=1)


def test_one_odd_moment_does_not_cut_a_set():
    class Doubtful(Named):
        def score_families(self, track: PoseTrack, spans: list[tuple[float, float]]) -> np.ndarray:
            odd = np.array([abs(a - 16) < 2 for a, _ in spans])
            return np.log(np.where(odd[:, None], [0.1, 0.9], [0.8, 0.2]))

    assert len(recognise(make_track(40, squat, waves(19, 2.0)), classifier=Doubtful("squat")).sets) == 1


class Listening(Named):
    """Remembers what it was told about repetitions."""

    def __init__(self) -> None:
        super().__init__("squat")
        self.told: list[float | None] = []

    def predict(self, track: PoseTrack, repeated: float | None = None) -> Classification:
        self.told.append(repeated)
        return super().predict(track)


def test_the_name_hears_whether_anything_is_repeated():
    listening = Listening()
    recognise(make_track(14, squat, waves(6, 2.0)), classifier=listening)
    recognise(make_track(15, squat, rest), classifier=listening)
    first, second = waves(6, 2.0, 1.0), waves(4, 2.0, 30.0)
    recognise(make_track(40, squat, lambda t: max(first(t), second(t))), classifier=listening)
    once, still, both, *each = listening.told
    assert once > BELIEVED > still
    assert both == max(each)


def test_examples_of_the_person_win():
    mine = Examples(np.array([[1, 0]], np.float32), ("my_squat",))
    found = recognise(make_track(8, squat, waves(3, 2.0)), classifier=Named("squat"), examples=mine)
    assert found.sets[0].exercise == "my_squat"


def test_nobody_gives_no_sets():
    nobody = PoseTrack(np.zeros((60, 24, 3), np.float32), np.arange(60) / 15, (640, 480))
    assert recognise(nobody, classifier=Named("other")).sets == ()


def test_a_busy_second_core_is_not_waited_for():
    asked: list[int] = []

    class Asked(Named):
        def predict(self, track: PoseTrack, repeated: float | None = None) -> Classification:
            asked.append(torch.get_num_threads())
            return super().predict(track, repeated)

    before = torch.get_num_threads()
    torch.set_num_threads(2)
    try:
        recognise(make_track(6, squat, waves(2, 2.0)), classifier=Asked("squat"))
        assert (asked, torch.get_num_threads()) == ([1], 2)
    finally:
        torch.set_num_threads(before)
