from __future__ import annotations

import numpy as np
from scipy import stats

from baselines import Shuffled
from dg import Encoder, TimeSeriesDataset, fit


def test_a_sample_keeps_its_records_and_its_padding(dataset) -> None:
    """Records are (i, i²) so that a measurement that strays from its record shows."""
    rng = np.random.default_rng(0)
    numbers = np.stack([rng.choice(1000, 12, replace=False) for _ in range(20)]).astype(float)
    lengths = rng.integers(1, 13, 20)
    train = dataset(np.stack([numbers, numbers**2], axis=2), lengths, size=list(np.arange(20.0)))
    sample = fit(Shuffled, train, encoder=Encoder.fit(train, auto_normalize=False)).sample(100, seed=0)
    for series, length, size in zip(sample.measurements, sample.lengths, sample.metadata["size"], strict=True):
        source = train.measurements[round(size)]
        assert length == train.lengths[round(size)]
        np.testing.assert_allclose(np.sort(series[:length, 0]), np.sort(source[:length, 0]), atol=0.01)
        np.testing.assert_allclose(series[:, 1], series[:, 0] ** 2, atol=20)
        assert (series[length:] == 0).all()


def test_every_order_is_as_likely(dataset) -> None:
    train = dataset(np.tile(np.arange(4.0), (2, 1))[..., None], [3, 3])
    series = fit(Shuffled, train, encoder=Encoder.fit(train, auto_normalize=False)).sample(6000, seed=0).measurements
    orders = np.unique(series[:, :3, 0].round(), axis=0, return_counts=True)[1]
    assert len(orders) == 6 and stats.chisquare(orders).pvalue > 0.01


def test_no_autocorrelation_is_left(dataset) -> None:
    train = dataset(np.cumsum(np.random.default_rng(0).normal(size=(50, 100, 1)), axis=1))

    def lag_1(data: TimeSeriesDataset) -> float:
        return float(np.mean([np.corrcoef(series[1:, 0], series[:-1, 0])[0, 1] for series in data.measurements]))

    sample = fit(Shuffled, train, encoder=Encoder.fit(train, auto_normalize=False)).sample(200, seed=0)
    assert lag_1(train) > 0.85
    assert abs(lag_1(sample) + 1 / 99) < 0.03
