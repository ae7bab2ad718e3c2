"""Trains the peer on a table and samples it, in the peer's own environment, where this repository is not installed.

Both files are .npz: features [n, t, k] and attributes [n, m], categories as text; what is generated has the same.
"""

from __future__ import annotations

import json
import sys
import warnings
from typing import Any

import numpy as np
import torch
from gretel_synthetics.timeseries_dgan.config import DGANConfig, Normalization, OutputType
from gretel_synthetics.timeseries_dgan.dgan import DGAN


def main(
    source: str,
    target: str,
    batches: int,
    sample_len: int,
    batch_size: int,
    samples: int,
    seed: int,
    settings: dict[str, Any],
) -> None:
    """Trains for so many batches, in whole epochs; `settings` are others of the peer's configuration."""
    warnings.filterwarnings("ignore")
    torch.set_num_threads(1)
    torch.manual_seed(seed)
    np.random.seed(seed)  # the peer draws from it
    with np.load(source, allow_pickle=False) as table:
        features, attributes = table["features"], table["attributes"]
    a_epoch = max(1, len(features) // batch_size)
    model = DGAN(
        DGANConfig(
            max_sequence_len=features.shape[1],
            sample_len=sample_len,
            batch_size=batch_size,
            epochs=max(1, round(batches / a_epoch)),
            normalization=Normalization.MINUSONE_ONE,
            **settings,
        )
    )
    model.train_numpy(
        features=features,
        feature_types=[OutputType.CONTINUOUS] * features.shape[2],
        attributes=attributes,
        attribute_types=[OutputType.DISCRETE] * attributes.shape[1],
    )
    drawn_attributes, drawn = model.generate_numpy(samples)
    np.savez(target, features=np.stack(drawn), attributes=np.asarray(drawn_attributes).astype(str))


if __name__ == "__main__":
    main(**json.loads(sys.argv[1]))
