from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import partial

import numpy as np
import pytest

import baselines
from dg import DoppelGANger, Encoder, TimeSeriesDataset, fit, load
from tests import slowly


def quick(name: str) -> Callable[[Layout], GenerativeModule]:
    """The model, small enough to be trained in a moment."""
    model = baselines.MODELS[name]
    return partial(model, **model.quick)


def test_every_baseline_is_here() -> None:
    """Those of §5.1.2 and two controls; a further file is found by itself."""
    paper = {"AR", "HMM", "RCGAN", "RNN", "MarketSimulator", "NaiveGAN", "TimeGAN"}
    assert paper | {"Bootstrap", "Shuffled"} <= set(baselines.MODELS) and set(baselines.MODELS) < set(baselines.__all__)
    assert {name for name in paper if "metadata" in baselines.MODELS[name].lacks} == {
        "MarketSimulator",
        "RCGAN",
        "TimeGAN",
    }
    with pytest.raises(AttributeError, match="has no model 'Nobody'; it has AR, Bootstrap"):
        baselines.Nobody  # noqa: B018


@pytest.mark.parametrize("auto_normalize", [False, True])
@pytest.mark.parametrize("name", slowly.but(("AR", "HMM", "NaiveGAN", "RNN"), baselines.MODELS))
def test_fit_sample_save_load(
    name: str, auto_normalize: bool, kinds_of_data: TimeSeriesDataset, tmp_path, same_weights
) -> None:
    encoder = Encoder.fit(kinds_of_data, auto_normalize=auto_normalize)
    model, alone = quick(name), "metadata" in baselines.MODELS[name].lacks and not auto_normalize
    generator, again = (fit(model, kinds_of_data, encoder=encoder, batches=3, seed=5) for _ in range(2))
    assert same_weights(generator.module, again.module)

    sample = generator.sample(40, seed=1)
    assert ("metadata" in generator.module.lacks) == alone
    metadata = () if alone else kinds_of_data.schema.metadata
    assert len(sample) == 40 and sample.schema == replace(kinds_of_data.schema, metadata=metadata)
    if "lengths" in generator.module.lacks:
        assert set(sample.lengths) <= set(kinds_of_data.lengths)
    if (kinds_of_data.lengths == kinds_of_data.schema.max_length).all():
        assert (sample.lengths == kinds_of_data.schema.max_length).all()
    assert generator.sample(40, seed=1).fingerprint == sample.fingerprint
    assert generator.sample(40, seed=2).fingerprint != sample.fingerprint

    generator.save(tmp_path / "generator")
    assert load(tmp_path / "generator").sample(40, seed=1).fingerprint == sample.fingerprint


@pytest.mark.parametrize("name", [*baselines.MODELS, "DoppelGANger"])
def test_numbers_counts_and_categories(name: str, mixed: TimeSeriesDataset, tmp_path) -> None:
    """A model generates all three kinds of measurement, or says which it cannot before it is trained."""
    model = quick(name) if name in baselines.MODELS else partial(DoppelGANger, lstm_units=5, batch_size=8)
    encoder = Encoder.fit(mixed, auto_normalize=False)
    if name == "MarketSimulator":
        with pytest.raises(ValueError, match="MarketSimulator: 'event' is categorical, and categories have no increme"):
            model(encoder.layout)
        numbers = mixed.only_numeric()
        fit(model, numbers, encoder=Encoder.fit(numbers, auto_normalize=False), batches=2)
        return
    generator = fit(model, mixed, encoder=encoder, batches=2, seed=0)
    sample = generator.sample(30, seed=0)
    assert sample.schema.measurements == mixed.schema.measurements
    event, jobs = (sample.measurement(name)[sample.active] for name in ("event", "jobs"))
    assert set(event) <= {0, 1, 2}
    assert (jobs == jobs.round()).all() and jobs.min() >= 0
    generator.save(tmp_path / "generator")
    assert load(tmp_path / "generator").sample(30, seed=0).fingerprint == sample.fingerprint


@pytest.mark.parametrize("name", [name for name in baselines.MODELS if name != "NaiveGAN"])
def test_every_series_has_the_level_that_goes_with_its_metadata(name: str, dataset) -> None:
    """Auto-normalization (§4.2) with min/max that are drawn, not learnt as by the naive GAN: two bands far apart."""
    rng = np.random.default_rng(0)
    kinds = ["low", "high"] * 20
    level = np.where(np.array(kinds) == "low", -1000.0, 1000.0)[:, None, None]
    train = dataset(level + rng.normal(size=(40, 8, 1)), kind=kinds)
    sample = fit(quick(name), train, encoder=Encoder.fit(train, auto_normalize=True), batches=2).sample(60, seed=0)
    drawn = np.where(sample.metadata["kind"] == "low", -1000.0, 1000.0)[:, None, None]
    assert set(sample.metadata["kind"]) == {"low", "high"}
    assert np.abs(sample.measurements - drawn).max() < 10


def test_who_takes_metadata_says_so(dataset) -> None:
    """With auto-normalization, models whose releases have no metadata take those of training samples (D50)."""
    train = dataset(np.random.default_rng(0).normal(size=(20, 4, 1)), kind=["a", "b"] * 10)
    for name in ("RCGAN", "TimeGAN", "MarketSimulator"):
        plain, normalized = (quick(name)(Encoder.fit(train, auto_normalize=chosen).layout) for chosen in (False, True))
        assert set(plain.lacks) == {"metadata", "lengths"} and not plain.copies
        assert set(normalized.lacks) == {"lengths"} and set(normalized.copies) == {"metadata"}


@pytest.mark.parametrize("name", ["AR", "NaiveGAN", "RNN", "RCGAN", "TimeGAN", "Bootstrap", "DoppelGANger"])
def test_some_measurements_are_normalized(name: str, mixed: TimeSeriesDataset) -> None:
    model = quick(name) if name in baselines.MODELS else partial(DoppelGANger, lstm_units=5, batch_size=8)
    sample = fit(model, mixed, encoder=Encoder.fit(mixed, auto_normalize=["jobs"]), batches=2).sample(30, seed=0)
    assert sample.schema == mixed.schema and set(sample.measurement("event")[sample.active]) <= {0, 1, 2}


@pytest.mark.parametrize("name", ["AR", "HMM", "RNN", "Bootstrap", "Shuffled"])
def test_metadata_tuples_are_those_of_training(name: str, dataset) -> None:
    """a goes with x only and b with y only, so an independent draw of each would show."""
    train = dataset(np.random.default_rng(0).normal(size=(20, 4, 1)), first=["a", "b"] * 10, second=["x", "y"] * 10)
    encoder = Encoder.fit(train, auto_normalize=False)
    metadata = fit(quick(name), train, encoder=encoder, batches=1).sample(100, seed=0).metadata
    assert set(zip(metadata["first"], metadata["second"], strict=True)) == {("a", "x"), ("b", "y")}


@pytest.mark.parametrize("name", baselines.MODELS)
@pytest.mark.parametrize("t", [1, 5])
def test_constant_series_and_single_records(name: str, t: int, dataset) -> None:
    train = dataset(np.full((12, t, 1), 3.0), kind=["a", "b"] * 6)
    encoder = Encoder.fit(train, auto_normalize=False)
    sample = fit(quick(name), train, encoder=encoder, batches=2).sample(5, seed=0)
    np.testing.assert_array_equal(sample.measurements, np.full((5, t, 1), 3.0))
