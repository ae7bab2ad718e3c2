from __future__ import annotations

import math

import pytest
import torch

from baselines.records import fed_back, prediction_loss, record_blocks, records, samples_of, unroll
from dg import Encoder, TimeSeriesDataset


def test_records_and_back(kinds_of_data: TimeSeriesDataset) -> None:
    encoder = Encoder.fit(kinds_of_data, auto_normalize=True)
    encoded, layout = encoder.encode(kinds_of_data), encoder.layout
    attributes = torch.cat([encoded.metadata, encoded.minmax], dim=1)
    again = samples_of(attributes, records(encoded, layout), layout)
    assert encoder.decode(again).fingerprint == encoder.decode(encoded).fingerprint


def test_a_flag_is_part_of_a_record_where_lengths_vary(ramps: TimeSeriesDataset) -> None:
    encoder = Encoder.fit(ramps, auto_normalize=False)
    short = records(encoder.encode(ramps), encoder.layout)[0]
    assert [block.name for block in record_blocks(encoder.layout)] == ["measurement 0", "generation flag"]
    assert short[:, 1:].tolist() == [[1, 0], [1, 0], [0, 1], *[[0, 0]] * 5]


def test_the_loss_worked_out_by_hand(ramps: TimeSeriesDataset) -> None:
    blocks = record_blocks(Encoder.fit(ramps, auto_normalize=False).layout)
    predicted = torch.tensor([[0.5, 0.25, 0.75], [0.0, 1.0, 0.0], [9.0, 0.5, 0.5]])
    target = torch.tensor([[0.1, 1.0, 0.0], [0.0, 1.0, 0.0], [0.0, 1.0, 0.0]])
    loss = prediction_loss(predicted, target, torch.tensor([1.0, 3.0, 0.0]), blocks)
    assert float(loss) == pytest.approx((0.4**2 + math.log(4)) / 4)


def test_a_category_is_fed_back_one_hot(mixed: TimeSeriesDataset) -> None:
    """A load, three columns of an event, jobs, and a flag that is not fed back."""
    layout = Encoder.fit(mixed, auto_normalize=False).layout
    record = torch.tensor([[0.3, 0.2, 0.5, 0.3, -0.7, 0.9, 0.1], [0.4, 0.6, 0.1, 0.3, 0.8, 0.2, 0.8]])
    expected = torch.tensor([[0.3, 0.0, 1.0, 0.0, -0.7], [0.4, 1.0, 0.0, 0.0, 0.8]])
    assert torch.equal(fed_back(record, layout), expected)


def test_the_loss_of_a_category_is_its_cross_entropy(mixed: TimeSeriesDataset) -> None:
    blocks = Encoder.fit(mixed, auto_normalize=False).layout.measurements
    predicted = torch.tensor([[0.3, 0.2, 0.5, 0.3, -0.7]])
    target = torch.tensor([[0.5, 0.0, 1.0, 0.0, -0.4]])
    loss = prediction_loss(predicted, target, torch.tensor([1.0]), blocks)
    assert float(loss) == pytest.approx(0.2**2 + math.log(2) + 0.3**2)


def test_unroll_feeds_predictions_back() -> None:
    doubled = unroll(torch.tensor([[1.0], [3.0]]), lambda record: 2 * record, 4)
    assert doubled[..., 0].tolist() == [[1, 2, 4, 8], [3, 6, 12, 24]]
