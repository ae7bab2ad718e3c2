"""scipy's periodogram of each sample alone, added up by hand."""

from __future__ import annotations

import numpy as np
from scipy.signal import periodogram

from benchmarks.statistics.spectrum import spectrum


def test_is_scipys_periodogram_by_bands(ragged, alone):
    """Of a band i the frequencies over (i - 1)/128 up to i/128; padded with zeros to 128 records."""
    numbers = ragged.only_numeric()
    shares = np.zeros((2, 65))
    for sample in alone(numbers):
        for column, series in enumerate(sample.T):
            frequencies, power = periodogram(series - series.mean(), nfft=128, detrend=False)
            flat = np.ptp(series) == 0
            own = [power[(frequencies * 128 > band - 1) & (frequencies * 128 <= band)].sum() for band in range(1, 65)]
            shares[column] += np.eye(65)[0] if flat else [0, *np.array(own) / power[1:].sum()]
    np.testing.assert_allclose(spectrum(numbers), shares / len(numbers), atol=1e-9)


def test_a_week_is_one_line_and_a_constant_is_at_zero(made):
    weekly = np.expm1(2 + np.sin(2 * np.pi * np.arange(560) / 7))
    found = spectrum(made(np.stack([weekly, np.full(560, 3.0)])))
    assert found[0, 0] == 0.5 and found[0].argmax() == 0
    assert found[0, np.ceil(128 / 7).astype(int)] > 0.49
