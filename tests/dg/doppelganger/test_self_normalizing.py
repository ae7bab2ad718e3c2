"""A generator that normalises its own series, against the encoder that normalises real ones."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
import torch

from dg import DoppelGANger, Encoder, fit
from dg.randomness import stream


@pytest.mark.parametrize("full", [True, False])
@pytest.mark.parametrize("normalized", [True, ["f1"]])
@pytest.mark.parametrize("range", [(-1.0, 1.0), (0.0, 1.0)])
def test_real_series_come_back_however_they_were_stretched(make, small, full, normalized, range) -> None:
    """Padding, several measurements, and constant series: two of them, one of a single record."""
    toy = make(full=full, n=40)
    measurements = toy.measurements.copy()
    measurements[:2] = 4.0 * toy.active[:2, :, None]
    toy = replace(toy, measurements=measurements)
    encoder = Encoder.fit(toy, auto_normalize=normalized, range=range)
    encoded, active = encoder.encode(toy), torch.from_numpy(toy.active)[..., None]
    networks = small(self_normalizing=True)(encoder.layout).generator
    stretched = torch.where(active, 0.3 * encoded.measurements + 0.1, torch.zeros(()))
    found = networks._normalized(stretched, encoded.minmax, None if full else encoded.lengths)
    for column in (0, 1):
        expected = encoded.measurements if column in encoder.layout.normalized else stretched
        torch.testing.assert_close(found[..., column], expected[..., column], atol=2e-5, rtol=0)


def test_generated_series_reach_what_their_minmax_says(make, small) -> None:
    """After decoding, minimum and maximum are those that were generated."""
    toy = make(t=12)
    encoder = Encoder.fit(toy)
    generator = fit(small(self_normalizing=True), toy, encoder=encoder, batches=3, seed=0)
    encoded = generator.module.generate(50, stream(5))
    sample = encoder.decode(encoded)
    for column, field in enumerate(toy.schema.measurements):
        middle, half = encoded.minmax[:, 2 * column].numpy(), encoded.minmax[:, 2 * column + 1].numpy()
        scale = encoder.scales[field.name]
        for row in np.flatnonzero(sample.lengths > 1):
            series = sample.measurements[row, : sample.lengths[row], column]
            ends = scale.inverse(np.array([middle[row] - half[row] + 1e-4, middle[row] + half[row] - 1e-4], np.float64))
            np.testing.assert_allclose([series.min(), series.max()], ends, rtol=1e-3, atol=1e-3)


@pytest.mark.parametrize("options", [{}, {"mask_tail": True}, {"averaging": 0.9}, {"flags": "always"}, {"packing": 2}])
@pytest.mark.parametrize("full", [True, False])
def test_it_trains_and_samples(make, small, options, full) -> None:
    generator = fit(small(self_normalizing=True, **options), make(full=full), batches=3, seed=0)
    sample = generator.sample(20, seed=0)
    assert np.isfinite(sample.measurements).all() and sample.lengths.min() >= 1
    told = np.full(20, 4)
    assert (generator.sample(20, seed=0, lengths=told).lengths == 4).all()


def test_without_auto_normalization_there_is_nothing_to_normalize_by(toy) -> None:
    with pytest.raises(ValueError, match="self_normalizing: no measurement of this encoder is auto-normalised"):
        DoppelGANger(Encoder.fit(toy, auto_normalize=False).layout, self_normalizing=True)
