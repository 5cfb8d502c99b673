"""The phase network's input and what its scores mean."""

import numpy as np
import pytest
import torch

from inference import phase, signals
from inference.ensemble import save_networks
from tests.inference.tracks import make_track, squat, waves


@pytest.fixture(scope="module")
def moving():
    track = make_track(12, squat, waves(5, 2.0))
    return signals.extract(track.keypoints, track.times_s)


def test_channels_do_not_depend_on_place_and_size(moving):
    track = make_track(12, squat, waves(5, 2.0))
    far = track.keypoints.copy()
    far[..., :2] = far[..., :2] * 0.3 + 500
    there = signals.extract(far, track.times_s)
    assert phase.make_channels(there) == pytest.approx(phase.make_channels(moving), abs=1e-2)


def test_postures_are_alike_a_period_apart(moving):
    likeness = phase.make_channels(moving)[:, -2 * len(phase.LAGS) :].reshape(-1, 2, len(phase.LAGS))
    period, half = (int(np.abs(phase.LAGS - frames).argmin()) for frames in (30, 15))
    middle = likeness[60:90, 0]
    assert middle[:, period].mean() > middle[:, half].mean() + 0.2


@pytest.mark.parametrize("frames", [8, 16, 17, 100])
def test_every_frame_gets_scores(frames):
    network = phase.PhaseNet().eval()
    scores = phase.score([network], np.zeros((frames, phase.CHANNELS), np.float32))
    assert scores.shape == (4, frames)
    assert np.isfinite(scores).all()


def test_density_is_activity_times_rate():
    scores = np.array([[9.0, -9.0], [0.0, 0.0], [-9.0, 9.0], [9.0, -9.0]], np.float32)
    phases = phase.as_phases(scores)
    assert phases.density == pytest.approx([1 / (phase.USUAL_S * signals.RATE_HZ), 0.0], abs=1e-4)
    assert phases.bounds == pytest.approx([0, 1], abs=1e-3)
    assert phases.turns == pytest.approx([1, 0], abs=1e-3)


def test_a_kept_network_scores_the_same(tmp_path):
    torch.manual_seed(1)
    network = phase.PhaseNet().eval()
    save_networks([network], tmp_path / "phase.safetensors")
    frames = np.random.default_rng(0).normal(size=(64, phase.CHANNELS)).astype(np.float32)
    again = phase.score(phase.load_networks(tmp_path / "phase.safetensors"), frames)
    assert again == pytest.approx(phase.score([network], frames), abs=0.02)


def test_norms_that_are_part_of_convolutions_change_nothing(tmp_path):
    torch.manual_seed(1)
    network = phase.PhaseNet()
    frames = torch.randn(8, phase.CHANNELS, 64) * 3 + 1
    network(frames)  # so that the norms have something to subtract
    save_networks([network.eval()], tmp_path / "phase.safetensors")
    plain, folded = (load(tmp_path / "phase.safetensors") for load in (phase.load_networks, phase.load_folded))
    channels = frames[0].numpy().T
    assert phase.score(folded, channels) == pytest.approx(phase.score(plain, channels), abs=1e-4)
    assert len(folded[0].state_dict()) < len(plain[0].state_dict())


def test_several_networks_are_heard_as_their_mean(tmp_path):
    networks = []
    for seed in range(3):
        torch.manual_seed(seed)
        networks.append(phase.PhaseNet().eval())
    save_networks(networks, tmp_path / "phase.safetensors")
    frames = np.random.default_rng(0).normal(size=(64, phase.CHANNELS)).astype(np.float32)
    alone = np.mean([phase.score([network], frames) for network in networks], axis=0)
    assert phase.score(phase.load_networks(tmp_path / "phase.safetensors"), frames) == pytest.approx(alone, abs=0.02)


def test_the_shipped_networks_see_every_squat(moving):
    phases = phase.detect(moving)
    assert phases.density.sum() == pytest.approx(5, abs=1)
    assert phases.active[30:150].mean() > 0.7
