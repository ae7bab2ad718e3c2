from __future__ import annotations

import numpy as np
import pytest
import torch
from scipy import stats

from baselines.marginals import Attributes, Empirical, FirstRecord, clip
from dg import Encoder
from dg.encoding import Block, Layout
from dg.randomness import stream

BOUNDED = (Block("x", 1, "tanh"), Block("y", 1, "tanh"))


def test_joint_frequencies_are_those_of_training(dataset) -> None:
    """A χ² test over all pairs of values, two of which do not occur together."""
    pairs = [("a", "x")] * 50 + [("a", "y")] * 10 + [("b", "y")] * 40
    train = dataset(np.zeros((100, 1, 1)), first=[a for a, _ in pairs], second=[b for _, b in pairs])
    encoder = Encoder.fit(train, auto_normalize=False)
    attributes = Attributes(encoder.layout)
    attributes.learn(encoder.encode(train))
    drawn = attributes.sample(20_000, stream(0))
    first, second = drawn[:, :2].argmax(1), drawn[:, 2:].argmax(1)
    counts = np.bincount((2 * first + second).numpy(), minlength=4)
    assert counts[2] == 0
    assert stats.chisquare(counts[[0, 1, 3]], [10_000, 2_000, 8_000]).pvalue > 0.01


def test_minmax_stays_with_its_metadata(dataset) -> None:
    train = dataset(np.linspace(0, 1, 30).reshape(10, 3, 1), size=list(np.arange(10.0)))
    encoder = Encoder.fit(train, auto_normalize=True)
    encoded = encoder.encode(train)
    attributes = Attributes(encoder.layout)
    attributes.learn(encoded)
    rows = {tuple(row) for row in torch.cat([encoded.metadata, encoded.minmax], dim=1).tolist()}
    assert {tuple(row) for row in attributes.sample(200, stream(0)).tolist()} == rows


def test_parts_are_drawn_together_and_loaded_whatever_their_number() -> None:
    kept, loaded = (Empirical(number=torch.empty(0, dtype=torch.int64), square=torch.empty(0, 1)) for _ in range(2))
    kept.keep(number=torch.arange(7), square=torch.arange(7)[:, None] ** 2)
    loaded.keep(number=torch.zeros(3, dtype=torch.int64), square=torch.zeros(3, 1))
    loaded.load_state_dict(kept.state_dict())
    drawn = loaded.draw(50, stream(1))
    assert drawn["number"].dtype == torch.int64
    assert torch.equal(drawn["number"] ** 2, drawn["square"][:, 0])
    assert set(drawn["number"].tolist()) == set(range(7))


def test_first_record_has_the_mean_and_covariance_of_training() -> None:
    values = np.random.default_rng(0).multivariate_normal([0.2, -0.1], [[0.02, 0.01], [0.01, 0.01]], size=300)
    first = FirstRecord(BOUNDED)
    first.learn(torch.from_numpy(values).float())
    np.testing.assert_allclose(first.root @ first.root.T, np.cov(values.T, bias=True), atol=1e-7)
    drawn = first.sample(100_000, stream(0)).numpy()
    np.testing.assert_allclose(drawn.mean(axis=0), values.mean(axis=0), atol=0.002)
    np.testing.assert_allclose(np.cov(drawn.T), np.cov(values.T), atol=0.0005)


def test_first_record_of_equal_samples_is_that_record() -> None:
    first = FirstRecord(BOUNDED)
    first.learn(torch.tensor([[0.5, -1.0]] * 4))
    assert torch.equal(first.sample(3, stream(0)), torch.tensor([[0.5, -1.0]] * 3))


def test_clip_is_to_the_range_of_each_activation() -> None:
    blocks = (Block("x", 1, "tanh"), Block("y", 1, "sigmoid"), Block("flag", 2, "softmax"))
    clipped = clip(torch.tensor([[-3.0, -3.0, -0.1, 1.1], [3.0, 3.0, 0.4, 0.6]]), blocks)
    assert torch.equal(clipped, torch.tensor([[-1.0, 0.0, 0.0, 1.0], [1.0, 1.0, 0.4, 0.6]]))


def test_told_metadata_come_with_the_minmax_of_a_row_that_has_them():
    """Each of those rows equally often, whatever the others are; metadata that no row has are refused."""
    blocks, bounds = (Block("kind", 2, "softmax"),), (Block("middle", 1, "tanh"), Block("half", 1, "sigmoid"))
    attributes = Attributes(Layout(blocks, bounds, (Block("level", 1, "tanh"),), 3, True, (0,)))
    rows = torch.tensor([[1, 0, 0.1, 0.2], [0, 1, 0.3, 0.4], [1, 0, 0.5, 0.6], [1, 0, 0.7, 0.8]])
    attributes.keep(rows=rows)
    told = torch.tensor([[1.0, 0.0], [0.0, 1.0]]).repeat(3000, 1)
    drawn = attributes.sample(6000, stream(0), told)
    assert torch.equal(drawn[:, :2], told) and (drawn[1::2] == rows[1]).all()
    found, times = drawn[::2].unique(dim=0, return_counts=True)
    assert torch.equal(found, rows[[0, 2, 3]]) and stats.chisquare(times.numpy()).pvalue > 1e-3
    with pytest.raises(ValueError, match="no training sample has all of these values"):
        attributes.sample(1, stream(0), torch.tensor([[1.0, 1.0]]))
