from __future__ import annotations

import math
from functools import partial

import numpy as np
import pandas as pd
import pytest
import torch
from scipy import stats
from statsmodels.tsa.api import VAR

import baselines
from baselines.records import (
    MEMORY,
    Draws,
    Residuals,
    draw,
    fed_back,
    prediction_loss,
    record_blocks,
    records,
    samples_of,
)
from dg import Categorical, Encoder, Schema, TimeSeriesDataset, fit, load
from dg.encoding import Block
from dg.randomness import stream

NOISY = {"AR": {"residual_noise": True}, "RNN": {"residual_noise": True}, "HMM": {}}
PAIR = (Block("x", 1, "tanh"), Block("event", 3, "softmax"), Block("y", 1, "tanh"))


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


def test_a_value_is_drawn_by_its_frequency() -> None:
    """A χ² test; a value of frequency 0 never occurs, and one alone always."""
    frequencies = torch.tensor([[0.5, 0.0, 0.2, 0.3], [0.0, 1.0, 0.0, 0.0]], dtype=torch.float64)
    drawn = draw(frequencies[:, None].expand(-1, 20_000, -1), stream(0)).sum(dim=1).numpy()
    assert drawn[0, 1] == 0 and drawn[1].tolist() == [0, 20_000, 0, 0]
    assert stats.chisquare(drawn[0, [0, 2, 3]], [10_000, 4_000, 6_000]).pvalue > 0.01


def test_a_draw_leaves_the_rest_of_a_record_alone(mixed: TimeSeriesDataset) -> None:
    layout = Encoder.fit(mixed, auto_normalize=False).layout
    record = torch.tensor([[0.3, 0.2, 0.5, 0.3, -0.7, 0.9, 0.1]])
    certain = torch.tensor([[9.0, 0.0, 0.0, 1.0, 9.0, 0.0, 1.0]])
    made = {
        (end, categories): Draws(layout, end, categories=categories)(record, certain, stream(0))[0].tolist()
        for end in ("threshold", "sampled")
        for categories in (False, True)
    }
    load, event, jobs, flag = [0.3], [0.2, 0.5, 0.3], [-0.7], [0.9, 0.1]
    assert {key: pytest.approx(value) for key, value in made.items()} == {
        ("threshold", False): [*load, *event, *jobs, *flag],
        ("threshold", True): [*load, 0, 0, 1, *jobs, *flag],
        ("sampled", False): [*load, *event, *jobs, 0, 1],
        ("sampled", True): [*load, 0, 0, 1, *jobs, 0, 1],
    }


@pytest.mark.parametrize("hazard", [0.05, 0.2])
@pytest.mark.parametrize("name", NOISY)
def test_sampled_ends_of_a_constant_hazard_are_geometric(name: str, hazard: float, dataset) -> None:
    """A χ² test against scipy's distribution, cut at 60 records; a threshold never ends such a series."""
    encoder = Encoder.fit(train := dataset(np.zeros((20, 60, 1)), [*range(1, 21)]), auto_normalize=False)
    model = {"AR": {"units": 4}, "RNN": {"units": 4}, "HMM": {"components": 1}}[name]

    def lengths(end: str) -> np.ndarray:
        module = baselines.MODELS[name](encoder.layout, end=end, **model)
        module.observe(encoder.encode(train))
        flag = torch.tensor([1 - hazard, hazard])
        if name == "HMM":
            module.startprob[:], module.transmat[:] = 1, 1
            module.means[:, 1:], module.covars[:, 1:] = flag, 1e-6
        else:
            linear = (module.f[-2] if name == "AR" else module.heads).linear
            with torch.no_grad():
                linear.weight.zero_()
                linear.bias[1:] = flag.log()
            module.first_record.mean[1:], module.first_record.root[:] = flag, 0
        return module.generate(5000, stream(1)).lengths.numpy()

    assert (lengths("threshold") == 60).all()
    expected = stats.geom(hazard).pmf(np.arange(1, 60))
    cut = np.searchsorted(-expected, -0.002)  # rarer lengths count together
    expected = np.append(expected[:cut], 1 - expected[:cut].sum())
    counts = np.bincount(lengths("sampled").clip(max=cut + 1), minlength=cut + 2)[1:]
    assert stats.chisquare(counts, 5000 * expected).pvalue > 0.01


def test_the_residuals_of_a_linear_prediction_are_those_of_statsmodels() -> None:
    """A vector autoregression; a category between its numbers has no residuals."""
    rng = np.random.default_rng(0)
    series, noise = np.zeros((500, 2)), rng.multivariate_normal([0, 0], [[0.02, -0.01], [-0.01, 0.03]], 500)
    for t in range(1, 500):
        series[t] = [[0.6, 0.2], [-0.3, 0.5]] @ series[t - 1] + noise[t]
    oracle = VAR(series).fit(1)
    predicted, target = torch.rand(499, 5), torch.rand(499, 5)
    numbers = torch.tensor([0, 4])
    predicted[:, numbers], target[:, numbers] = (
        torch.from_numpy(part).float() for part in (oracle.fittedvalues, series[1:])
    )
    residuals = Residuals(PAIR)
    residuals.learn(predicted, target, torch.ones(499))
    np.testing.assert_allclose(residuals.covariance[numbers][:, numbers], oracle.sigma_u_mle, rtol=1e-4)
    assert not residuals.covariance[1:4].any()
    drawn = residuals.sample(2000, 50, stream(0)).flatten(0, 1)
    assert not drawn[:, 1:4].any()
    np.testing.assert_allclose(np.cov(drawn[:, numbers].T), oracle.sigma_u_mle, rtol=0.02)


def test_residuals_forget_those_of_earlier_weights() -> None:
    residuals, rng, none = Residuals(PAIR[:1]), stream(0), torch.zeros(MEMORY, 1)
    for size in (1.0, *[0.1] * 8):
        residuals.learn(none, size * torch.randn(MEMORY, 1, generator=rng), torch.ones(MEMORY))
    assert residuals.covariance.item() == pytest.approx(0.01, rel=0.05)


def test_records_past_an_end_have_no_residuals() -> None:
    residuals = Residuals(PAIR[:1])
    residuals.learn(
        torch.zeros(2, 2, 1), torch.tensor([[[0.1], [9.0]], [[0.3], [0.5]]]), torch.tensor([[1.0, 0.0], [1.0, 2.0]])
    )
    assert residuals.covariance.item() == pytest.approx((0.1**2 + 0.3**2 + 2 * 0.5**2) / 4)


@pytest.mark.slow
@pytest.mark.parametrize("noise", [False, True])
@pytest.mark.parametrize("name", ["AR", "RNN"])
def test_a_processs_autocorrelation_is_that_of_its_noise(name: str, noise: bool, dataset) -> None:
    """R_t = 0.8 R_{t-1} + noise has an autocorrelation of 0.8ᵏ at lag k; its prediction alone dies away."""
    rng = np.random.default_rng(0)
    series = np.zeros((300, 80))
    for t in range(1, 80):
        series[:, t] = 0.8 * series[:, t - 1] + rng.normal(size=300)
    train = dataset(series[:, 40:, None])
    small = {"AR": {"units": 16, "layers": 1}, "RNN": {"units": 16}}[name]
    model = partial(baselines.MODELS[name], residual_noise=noise, learning_rate=0.01, **small)
    generator = fit(model, train, encoder=Encoder.fit(train, auto_normalize=False), batches=300, seed=0)
    made = generator.sample(1000, seed=0).measurements[:, 10:, 0]
    spread = made.std() / series[:, 40:].std()
    if not noise:
        assert spread < 0.5
        return
    assert spread == pytest.approx(1, abs=0.1)
    for k in (1, 2, 4):
        assert np.corrcoef(made[:, k:].ravel(), made[:, :-k].ravel())[0, 1] == pytest.approx(0.8**k, abs=0.06)


@pytest.mark.parametrize("name", NOISY)
def test_drawn_categories_are_as_frequent_as_in_training(name: str) -> None:
    """Six, three and one of ten records, in no order."""
    events = np.random.default_rng(0).choice(3, p=[0.6, 0.3, 0.1], size=(200, 12, 1))
    schema = Schema("events", (), (Categorical("event", ("idle", "run", "fail")),), 12)
    train = TimeSeriesDataset(schema, pd.DataFrame(index=range(200)), events.astype(np.float32), np.full(200, 12))
    small = {"AR": {"units": 8, "layers": 1}, "RNN": {"units": 8}, "HMM": {"components": 2, "iterations": 5}}[name]
    rate = {} if name == "HMM" else {"learning_rate": 0.01}
    model = partial(baselines.MODELS[name], **small, **rate, **NOISY[name])
    sample = fit(model, train, encoder=Encoder.fit(train, auto_normalize=False), batches=200).sample(1000, seed=0)
    for step in (0, 1, 11):
        shares = np.bincount(sample.measurements[:, step, 0].astype(int), minlength=3) / 1000
        np.testing.assert_allclose(shares, [0.6, 0.3, 0.1], atol=0.07)


@pytest.mark.parametrize("name", NOISY)
def test_what_is_drawn_is_a_function_of_the_seed_and_of_the_file(
    name: str, mixed: TimeSeriesDataset, tmp_path, same_weights
) -> None:
    model = baselines.MODELS[name]
    made = partial(model, **model.quick, **NOISY[name], end="sampled")
    one, again = (fit(made, mixed, encoder=Encoder.fit(mixed), batches=3, seed=5) for _ in range(2))
    assert same_weights(one.module, again.module)
    sample = one.sample(40, seed=1)
    assert again.sample(40, seed=1).fingerprint == sample.fingerprint != one.sample(40, seed=2).fingerprint
    one.save(tmp_path / "generator")
    assert load(tmp_path / "generator").sample(40, seed=1).fingerprint == sample.fingerprint


def test_without_noise_a_file_is_that_of_earlier_versions(mixed: TimeSeriesDataset) -> None:
    layout = Encoder.fit(mixed).layout
    plain, noisy = (set(baselines.AR(layout, residual_noise=noise).state_dict()) for noise in (False, True))
    assert noisy - plain == {"unrolling.residuals.products", "unrolling.residuals.weight"}
