"""What signals are made of."""

import numpy as np
import pytest
from scipy.ndimage import gaussian_filter1d

from inference import signals


@pytest.mark.parametrize("count", [2, 8, 151, 400])
def test_drift_is_a_wide_gaussian_filter(count):
    values = np.random.default_rng(count).normal(size=(count, 5)).cumsum(axis=0)
    wanted = gaussian_filter1d(values, signals.DRIFT_S * signals.RATE_HZ, axis=0)
    assert signals._drift(values) == pytest.approx(wanted, abs=1e-9)
