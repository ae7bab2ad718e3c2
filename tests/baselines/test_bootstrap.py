from __future__ import annotations

import numpy as np

from baselines import Bootstrap
from dg import Encoder, TimeSeriesDataset, fit


def test_every_sample_is_a_training_sample(kinds_of_data: TimeSeriesDataset) -> None:
    encoder = Encoder.fit(kinds_of_data, auto_normalize=True)
    sample = fit(Bootstrap, kinds_of_data, encoder=encoder).sample(500, seed=0)
    real, drawn = (data.measurements.reshape(len(data), -1) for data in (kinds_of_data, sample))
    distance = np.abs(real[None] - drawn[:, None]).max(axis=2)
    source = distance.argmin(axis=1)
    np.testing.assert_allclose(distance.min(axis=1), 0, atol=1e-5)
    np.testing.assert_array_equal(sample.lengths, kinds_of_data.lengths[source])
    for name, column in sample.metadata.items():
        original = kinds_of_data.metadata[name].iloc[source]
        if column.dtype == float:
            np.testing.assert_allclose(column, original, atol=1e-5)
        else:
            assert list(column) == list(original)
    assert set(source) == set(range(len(kinds_of_data)))
