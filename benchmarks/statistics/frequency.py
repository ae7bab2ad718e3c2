"""How often each value of a categorical field occurs: Figures 10 and 19."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from dg.dataset import TimeSeriesDataset


def frequency(dataset: TimeSeriesDataset, field: str) -> NDArray[np.float64]:
    """The share of the samples that has each value of the metadata field, in the schema's order."""
    return dataset.metadata[field].value_counts(normalize=True, sort=False).to_numpy(np.float64)
