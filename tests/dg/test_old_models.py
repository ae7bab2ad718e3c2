"""Models that earlier versions saved: every later one loads them, and they say the same.

format1/ is a folder without a card; format2.dg is one file, with a card. Both are the same DoppelGANger of a few units,
trained on 24 samples of 1 to 6 records.
"""

from __future__ import annotations

import datetime
from pathlib import Path

import numpy as np
import pytest
import torch
from torch import Tensor

from dg import TimeSeriesDataset, load
from dg.doppelganger.networks import Noise
from dg.encoding import Encoded

MODELS = Path(__file__).parent / "models"
LENGTHS = torch.tensor([6, 3, 1])
PRICES = [10.784975, 16.595582, 14.671568]
LOADS = [
    [14.465379, 13.599022, 14.131531, 13.670063, 13.902011, 13.746759],
    [10.582210, 9.437977, 10.220541, 0.0, 0.0, 0.0],
    [9.156059, 0.0, 0.0, 0.0, 0.0, 0.0],
]
VISITS = [[23, 25, 24, 26, 24, 26], [23, 19, 23, 0, 0, 0], [18, 0, 0, 0, 0, 0]]


@torch.no_grad()
def decoded(model: Path) -> TimeSeriesDataset:
    """Three samples of the sampling network, from noise that no random numbers make."""
    generator = load(model)
    network = generator.module.averaged
    (a, m, r), lstm = network.noise_widths, network.measurements.lstm
    shapes = [(3, a), (3, m), (3, network.passes, r), (1, 3, lstm.hidden_size), (1, 3, lstm.hidden_size)]
    series = network(Noise(*map(spread, shapes)), LENGTHS)
    inside = torch.arange(series.measurements.shape[1]) < LENGTHS[:, None]
    encoded = Encoded(series.metadata, series.minmax, series.measurements * inside[..., None], LENGTHS)
    return generator.encoder.decode(encoded)


def spread(shape: tuple[int, ...]) -> Tensor:
    return torch.linspace(-1.5, 1.5, int(np.prod(shape))).roll(7).view(shape)


@pytest.mark.parametrize("model", ["format1", "format2.dg"])
def test_what_it_generates_is_what_it_always_was(model: str) -> None:
    made = decoded(MODELS / model)
    assert made.metadata["region"].tolist() == ["north"] * 3 and made.lengths.tolist() == LENGTHS.tolist()
    np.testing.assert_allclose(made.metadata["price"], PRICES, rtol=1e-5)
    np.testing.assert_allclose(made.measurement("load"), LOADS, rtol=1e-5)
    np.testing.assert_array_equal(made.measurement("visits"), VISITS)
    assert len(load(MODELS / model).sample(5, seed=0)) == 5


def test_its_card_is_kept(tmp_path: Path) -> None:
    assert load(MODELS / "format1").card is None
    card = load(MODELS / "format2.dg").card
    assert card is not None and (card.data, card.samples, card.lengths) == ("visits", 24, (1, 6))
    assert (card.date, card.batches, card.seed) == (datetime.date(2026, 11, 28), 60, 0)
    assert card.versions == {"dg": "0.1.0", "torch": "2.13.0+cpu"} and card.privacy is None and card.metrics == {}
