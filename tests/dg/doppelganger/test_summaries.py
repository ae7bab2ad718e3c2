"""The statistics that a discriminator sees beside the records, against scipy on each series by itself."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from scipy import stats

from dg import DoppelGANger, Encoder, fit
from dg.doppelganger.summaries import SHARES, Summaries
from dg.model_file import load


def by_hand(series: np.ndarray, lags: list[int], season: int) -> list[float]:
    """Of one measurement without its padding, in the order of the class."""
    z = (series - series.mean()) / np.sqrt(series.var() + 1e-6)
    places = np.round(np.float32(SHARES) * (len(series) - 1)).astype(int)
    return [
        series.mean(),
        np.sqrt(series.var() + 1e-6),
        *np.sort(series)[places],
        stats.skew(series),
        stats.kurtosis(series, fisher=False),
        np.abs(np.diff(series)).mean(),
        np.abs(np.diff(series)).max(),
        *((z[lag:] * z[:-lag]).mean() if lag < len(series) else 0.0 for lag in lags),
        *(series[at::season].mean() - series.mean() for at in range(season)),
    ]


@pytest.mark.parametrize("full", [True, False])
def test_each_number_is_that_of_the_series_by_itself(make, full: bool) -> None:
    toy = make(full=full, n=30, t=24)
    toy = toy.take(toy.lengths >= 8)
    encoder = Encoder.fit(toy)
    encoded, summaries = encoder.encode(toy), Summaries(encoder.layout, season=4)
    found = summaries(encoded.measurements, None if full else encoded.lengths)
    assert found.shape == (len(toy), summaries.width)
    for row, length in enumerate(toy.lengths):
        for column in range(2):
            series = encoded.measurements[row, :length, column].double().numpy()
            expected = by_hand(series, summaries.lags, 4)
            np.testing.assert_allclose(found[row, column::2], expected, atol=2e-3, rtol=2e-3)


def test_numbers_are_in_units_of_their_deviation_over_training_samples(make) -> None:
    toy = make(n=60, t=24)
    encoded = Encoder.fit(toy).encode(toy)
    summaries = Summaries(Encoder.fit(toy).layout)
    summaries.fit([encoded])
    deviation = summaries(encoded.measurements, encoded.lengths).std(dim=0, correction=0)
    assert ((deviation - 1).abs() < 1e-4).logical_or(deviation < 1e-2).all()
    assert (deviation > 0.9).float().mean() > 0.8


def test_lags_are_whole_seasons(make) -> None:
    pages = Encoder.fit(make(t=550, n=4)).layout
    assert Summaries(pages, season=7).lags == [1, 2, 3, 7, 14, 28, 91, 182, 364]
    assert Summaries(pages).lags == [1, 2, 3, 4, 92, 183, 367]
    short = Summaries(Encoder.fit(make(t=3)).layout, season=7)
    assert not short.places and short.lags == [1, 2]


@pytest.mark.parametrize(
    "options", [{}, {"packing": 2}, {"flags": "always"}, {"self_normalizing": True}, {"season": 2}]
)
@pytest.mark.parametrize("full", [True, False])
def test_it_trains_saves_and_samples(make, small, tmp_path, options, full) -> None:
    toy = make(full=full)
    generator = fit(small(summaries=1.0, **options), toy, batches=3, seed=0)
    assert all(torch.isfinite(weight).all() for weight in generator.module.state_dict().values())
    generator.save(tmp_path / "model")
    sides = generator, load(tmp_path / "model")
    one, other = (side.sample(10, seed=1).fingerprint for side in sides)
    assert one == other


def test_the_generator_learns_through_them(make, small) -> None:
    """A gradient reaches the generator from the summaries alone."""
    toy = make(t=12)
    encoder = Encoder.fit(toy)
    model: DoppelGANger = small(summaries=1.0)(encoder.layout)
    series = model.generator(model.generator.noise(8, torch.Generator().manual_seed(0)))
    model.summaries(series.measurements).square().sum().backward()
    weights = [weight for weight in model.generator.measurements.parameters() if weight.requires_grad]
    assert all(weight.grad is not None and weight.grad.abs().sum() > 0 for weight in weights)
