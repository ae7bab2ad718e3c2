"""Retraining moves the metadata generator alone, towards what is wanted, and tells nothing of what was (§6.1)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd
import pytest
import torch
from scipy.stats import ks_2samp

from dg import Encoder, Generator, TimeSeriesDataset, load, retrain
from dg.doppelganger.wanted import Wanted, _weighed, draw_metadata, wanted
from dg.module import TrainingDiverged
from dg.randomness import stream
from dg.training import fit

ROWS = pd.DataFrame({"kind": ["a"] * 3 + ["b"], "size": [1.0, 2.0, 3.0, 4.0]})
OURS = ("generator.metadata.", "averaged.metadata.")
JUDGES = ("discriminator.", "auxiliary_discriminator.")


class Fixed(torch.nn.Module):
    """Metadata that are given, whatever the noise."""

    def __init__(self, rows: torch.Tensor) -> None:
        super().__init__()
        self.rows = rows

    def forward(self, noise: torch.Tensor) -> torch.Tensor:
        return self.rows


@pytest.fixture
def untrained(toy: TimeSeriesDataset, small: Callable[..., Any]) -> Callable[..., Generator]:
    """A generator whose running statistics and averages are not those of the beginning."""

    def make(batches: int = 3, **options: Any) -> Generator:
        return fit(small(**options), toy, batches=batches, seed=0)

    return make


@pytest.mark.parametrize(
    "options", [{}, {"averaging": None}, {"auxiliary_discriminator": False}, {"packing": 2}, {"summaries": 1.0}]
)
def test_nothing_else_changes_by_a_bit(untrained, options):
    """Nor does the former generator; the critics of the former distribution do not go with the new one."""
    former = untrained(**options)
    before = {name: weight.clone() for name, weight in former.module.state_dict().items()}
    after = retrain(former, ROWS, batches=5, seed=1).module.state_dict()
    assert after.keys() == before.keys()
    for name, weight in before.items():
        same = torch.equal(weight, after[name]) and weight.dtype == after[name].dtype
        assert torch.equal(weight, former.module.state_dict()[name])
        if name.startswith(JUDGES):
            assert not same or name.endswith("bias")
        elif not name.startswith(OURS):
            assert same, name
        elif name.endswith("0.weight"):
            assert not same, name
    assert any("minmax" in name and "running" in name for name in before)


@pytest.mark.slow
def test_forgetting_learns_min_max_anew_and_keeps_what_it_gives(toy, small):
    """Of wanted metadata the mean is what it was, and the statistics are those of equal shares of wanted rows."""
    former = fit(small(metadata_units=32, batch_size=50, averaging=0.9), toy, batches=20, seed=0)
    table = pd.DataFrame({"kind": [*"aab"], "size": [2.0, 2.0, 8.0]})
    goal = wanted(former, table, seed=0)
    after, kept = (retrain(former, goal, batches=400, seed=1, forget=forget) for forget in (True, False))
    metadata = former.encoder.encode_metadata(goal.metadata)[1:]
    rows = torch.cat(
        [torch.randn(2000, former.module.hparams.minmax_noise, generator=stream(0)), metadata.repeat(1000, 1)], dim=1
    )
    one, other = (each.module.eval().sampled.minmax(rows) for each in (former, after))
    for row in (0, 1):
        torch.testing.assert_close(one[row::2].mean(dim=0), other[row::2].mean(dim=0), atol=0.05, rtol=0)
    dense, relu, normalisation, *_ = after.module.sampled.minmax.body
    torch.testing.assert_close(relu(dense(rows)).mean(dim=0), normalisation.running_mean, atol=0.1, rtol=0.1)
    before, now, same = (each.module.state_dict() for each in (former, after, kept))
    for name in before:
        if name.startswith("averaged.measurements."):
            assert torch.equal(now[name], before[name])
            assert torch.equal(now[name.replace("averaged.", "generator.")], before[name])
        elif name.startswith(OURS):
            assert torch.equal(now[name], same[name])
        elif "minmax" in name and name.endswith("weight"):
            assert not torch.equal(now[name], before[name])


def test_a_card_says_what_stays_of_the_former_distribution(toy, small):
    former = fit(small(), toy, batches=2, seed=0)
    assert "min/max statistics of the former remain" in str(retrain(former, ROWS, batches=2).card)
    assert "min/max learnt anew" in str(retrain(former, ROWS, batches=2, forget=True).card)
    former = fit(small(), toy, batches=2, seed=0, encoder=Encoder.fit(toy, auto_normalize=False))
    assert str(retrain(former, ROWS, batches=2, forget=True).card.retrained) == "metadata, 2 batches with seed 0"


def test_measurements_follow_metadata_as_before(untrained, toy):
    """With the same metadata and the same noise, min/max, measurements and flags are the same bits."""
    former = untrained()
    rows = former.encoder.encode(toy).metadata
    series = []
    for generator in (former, retrain(former, ROWS, batches=5)):
        module = generator.module
        for networks in (module.generator, module.averaged):
            networks.metadata = Fixed(rows)
        module.eval()
        noise = module.generator.noise(len(rows), stream(7))
        series.append([*module.generator(noise), *module.averaged(noise)])
    assert all(torch.equal(one, other) for one, other in zip(*series, strict=True))


@pytest.mark.slow
def test_measurements_given_metadata_have_the_same_distribution(untrained):
    """Of whole samples, drawn before and after with other noise; metadata themselves are others."""
    former = untrained(batches=20, metadata_units=32, discriminator_units=32, averaging=0.9)
    after = retrain(former, {"kind": {"b": 1}}, batches=250)
    one, other = (each.sample(2000, seed=seed) for seed, each in enumerate((former, after)))
    assert (other.metadata["kind"] == "b").mean() > (one.metadata["kind"] == "b").mean() + 0.2
    one, other = (each.where(kind="b").measurement("f0")[:, 0] for each in (one, other))
    assert ks_2samp(one, other).pvalue > 1e-3


@pytest.mark.slow
def test_the_wanted_distribution_is_reached(untrained):
    """Values that are not wanted become rare, continuous metadata come along, and so does their dependence."""
    former = untrained(metadata_units=32, discriminator_units=32, batch_size=50, averaging=0.9)
    rng = np.random.default_rng(0)
    kinds = rng.choice(["a", "c"], 400, p=[0.2, 0.8])
    table = pd.DataFrame({"kind": kinds, "size": np.where(kinds == "a", 2.0, 8.0) + rng.normal(0, 0.2, 400)})
    after = retrain(former, table, batches=400)
    drawn = draw_metadata(after, 4000, seed=3)
    share = drawn["kind"].value_counts(normalize=True)
    assert share["b"] < 0.02 and abs(share["c"] - 0.8) < 0.08
    middle = drawn.groupby("kind", observed=True)["size"].median()
    assert abs(middle["a"] - 2) < 1 and abs(middle["c"] - 8) < 1


def test_the_same_seed_gives_the_same_bytes(untrained, same_weights, tmp_path):
    former = untrained()
    torch.manual_seed(1)
    one, again, other = (retrain(former, ROWS, batches=4, seed=seed) for seed in (0, 0, 1))
    assert same_weights(one.module, again.module) and not same_weights(one.module, other.module)
    one.save(tmp_path)
    assert load(tmp_path).sample(20, seed=0).fingerprint == again.sample(20, seed=0).fingerprint


def test_samples_have_the_metadata_that_are_drawn_alone(untrained):
    """In distribution: the averaged weights make both."""
    after = retrain(untrained(), {"kind": {"c": 3, "a": 1}}, batches=30)
    whole, alone = after.sample(3000, seed=0).metadata, draw_metadata(after, 3000, seed=0)
    one, other = (each["kind"].value_counts(normalize=True, sort=False) for each in (whole, alone))
    assert np.abs(one - other).max() < 0.05
    assert ks_2samp(whole["size"], alone["size"]).pvalue > 1e-3


def test_one_fields_shares_leave_the_others_given_it(untrained):
    former = untrained()
    goal = wanted(former, {"kind": {"a": 3, "c": 1}}, seed=0)
    own = draw_metadata(former, len(goal.metadata), seed=0)
    pd.testing.assert_frame_equal(goal.metadata, own)
    kind, size = own["kind"], own["size"]
    shares = pd.Series(goal.weights).groupby(kind, observed=False).sum()
    assert shares.to_dict() == pytest.approx({"a": 0.75, "b": 0.0, "c": 0.25})
    for value in ("a", "c"):
        chosen = (kind == value).to_numpy()
        weighed = np.average(size[chosen], weights=goal.weights[chosen])
        assert weighed == pytest.approx(size[chosen].mean())


def test_several_fields_shares_are_had_together():
    """By hand: a table of odds 2 that keeps its odds and gets other margins."""
    codes = {"one": np.array([0, 0, 1, 1]).repeat([2, 1, 1, 1]), "other": np.array([0, 1, 0, 1]).repeat([2, 1, 1, 1])}
    weights = _weighed(codes, {"one": np.array([0.2, 0.8]), "other": np.array([0.5, 0.5])})
    table = np.bincount(2 * codes["one"] + codes["other"], weights).reshape(2, 2)
    np.testing.assert_allclose(table.sum(axis=1), [0.2, 0.8], atol=1e-5)
    np.testing.assert_allclose(table.sum(axis=0), [0.5, 0.5], atol=1e-5)
    assert table[0, 0] * table[1, 1] / (table[0, 1] * table[1, 0]) == pytest.approx(2)


def test_rows_are_drawn_by_their_weights():
    drawn = Wanted(ROWS, np.array([0.0, 0.5, 0.25, 0.25])).rows(20_000, stream(0))
    np.testing.assert_allclose(np.bincount(drawn, minlength=4) / 20_000, [0, 0.5, 0.25, 0.25], atol=0.015)


def test_divergence_is_an_error(untrained):
    former = untrained()
    former.module.hparams.learning_rate = 1e30
    with pytest.raises(TrainingDiverged, match=r"batch \d+: not finite: .* of the metadata"):
        retrain(former, ROWS, batches=30)


def test_a_table_of_samples_metadata_is_a_target(untrained, toy, tmp_path):
    toy.metadata.to_csv(tmp_path / "wanted.csv", index=False)
    former = untrained()
    encoded = [Encoder.encode_metadata(former.encoder, wanted(former, each, seed=0).metadata)
               for each in (toy.metadata, tmp_path / "wanted.csv")]  # fmt: skip
    torch.testing.assert_close(*encoded)
    assert torch.equal(encoded[0], former.encoder.encode(toy).metadata)
