from __future__ import annotations

import numpy as np
import torch

from baselines import PhaseRandomized
from baselines.phase_randomized import surrogates
from dg import Encoder, fit
from dg.randomness import stream


def test_spectra_and_cross_spectra_are_numpys_and_stay() -> None:
    """Of every length, even, odd and one, whatever the padding."""
    rng = np.random.default_rng(0)
    lengths = np.array([1, 2, 3, 10, 11, 16, 16])
    series = rng.normal(size=(7, 16, 2)).cumsum(axis=1) * (np.arange(16) < lengths[:, None])[..., None]
    made = surrogates(torch.from_numpy(series), torch.from_numpy(lengths), stream(0, 0)).numpy()
    for real, drawn, length in zip(series, made, lengths, strict=True):
        before, after = (np.fft.rfft(x[:length], axis=0) for x in (real, drawn))
        np.testing.assert_allclose(np.abs(after), np.abs(before), atol=1e-6)
        np.testing.assert_allclose(after[:, 0] * after[:, 1].conj(), before[:, 0] * before[:, 1].conj(), atol=1e-5)
        np.testing.assert_allclose(drawn[:length].mean(axis=0), real[:length].mean(axis=0), atol=1e-6)
        assert not drawn[length:].any()
        assert length < 3 or np.abs(drawn - real).max() > 0.1


def test_a_burst_is_spread_over_the_series(dataset) -> None:
    """Where all of a series' variance is one peak, its surrogate has none: what is real of it is the spectrum."""
    series = np.zeros((20, 100, 1))
    series[np.arange(20), np.arange(20), 0] = 1.0
    train = dataset(series)
    sample = fit(PhaseRandomized, train, encoder=Encoder.fit(train, auto_normalize=False)).sample(50, seed=0)
    assert sample.measurements.max() < 0.6
