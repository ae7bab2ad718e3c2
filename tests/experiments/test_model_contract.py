"""What every conf/model/*.yaml promises, whatever the model."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
import torch
from hydra.utils import instantiate

import baselines
import dg.generator as generators
from dg.dataset import TimeSeriesDataset
from dg.encoding import Encoder
from dg.generator import Generator
from dg.model_file import load
from dg.training import fit
from experiments.ink.models import models
from experiments.paper.published import TABLE4
from experiments.runs.data import split
from experiments.studies.capabilities import declared
from tests import slowly

MODELS = sorted(models())


def fitted(config, batches: int = 2) -> tuple[Generator, TimeSeriesDataset]:
    """To the first 60 days of pages; tests/experiments/tables/test_table3.py fits every model to all 550."""
    pages = split(config).train
    schema = replace(pages.schema, max_length=60)
    train = TimeSeriesDataset(schema, pages.metadata, pages.measurements[:, :60], pages.lengths.clip(max=60))
    encoder = Encoder.fit(train, log=config.dataset.log, **config.model.encoder)
    model = instantiate(config.model.module)
    return fit(model, train, encoder=encoder, batches=batches, seed=config.seed, accelerator="cpu"), train


def same(one: TimeSeriesDataset, other: TimeSeriesDataset) -> bool:
    return one.fingerprint == other.fingerprint and one.measurements.tobytes() == other.measurements.tobytes()


@pytest.mark.parametrize("name", slowly.but(slowly.MODELS, MODELS))
def test_fit_sample_save_load_sample(name, config, tmp_path, same_weights, monkeypatch):
    monkeypatch.setattr(generators, "CHUNK", 20)
    assert baselines is not None
    chosen = config(f"model={name}", "scale.samples=60")
    assert chosen.model.name == name
    (generator, train), (again, _) = fitted(chosen), fitted(chosen)
    assert same_weights(generator.module, again.module)
    sampled = generator.sample(50, seed=3)  # two chunks of 20 and a part of a third

    lacks = generator.module.lacks
    assert set(lacks) <= {"metadata", "lengths"} and all(lacks.values())
    assert name not in TABLE4 or lacks == declared(name).lacks
    metadata = () if "metadata" in lacks else train.schema.metadata
    assert sampled.schema == replace(train.schema, metadata=metadata) and len(sampled) == 50
    assert (sampled.lengths == 60).all() and sampled.measurement("views").min() >= 0
    assert same(sampled, generator.sample(50, seed=3))
    assert not same(sampled.take(slice(20)), generator.sample(20, seed=4))
    for n in (1, 33):
        assert same(sampled.take(slice(n)), generator.sample(n, seed=3))
    if metadata:
        access = sampled.metadata["access"].iloc[-1]
        asked = generator.sample(25, seed=3, metadata={"access": access})
        assert set(asked.metadata["access"]) == {access}
        assert same(asked.take(slice(7)), generator.sample(7, seed=3, metadata={"access": access}))

    generator.save(tmp_path / "generator")
    assert same(sampled, load(tmp_path / "generator").sample(50, seed=3))


@pytest.mark.parametrize("lengths", ["equal", "varied"])
@pytest.mark.parametrize("name", slowly.but(slowly.MODELS, MODELS))
def test_every_parameter_has_a_gradient_and_nothing_returned_is_nan(name, lengths, config, request):
    """After its last step; what no loss moves says why (`without_gradient`)."""
    cell, train = config(f"model={name}"), request.getfixturevalue(lengths)
    encoder = Encoder.fit(train, **cell.model.encoder)
    generator = fit(instantiate(cell.model.module), train, encoder=encoder, batches=2, seed=0, accelerator="cpu")
    module = generator.module
    learnt = {parameter: weight for parameter, weight in module.named_parameters() if weight.requires_grad}
    still = {parameter for parameter, weight in learnt.items() if weight.grad is None or not weight.grad.any()}
    reasons = module.without_gradient()
    assert still == set(reasons) and all(reasons.values())
    assert all(weight.isfinite().all() for weight in module.state_dict().values())
    generated = module.generate(7, torch.Generator().manual_seed(0))
    for part in (generated.metadata, generated.minmax, generated.measurements):
        assert torch.isfinite(part).all()
    sample = generator.sample(7, seed=0)
    assert np.isfinite(sample.measurements).all() and not sample.metadata.isna().any().any()


@pytest.mark.parametrize(
    ("name", "chosen"),
    [
        ("timegan", {"units": None, "layers": 3, "shifted": False}),
        ("timegan_github2020", {"units": 24, "layers": 3, "shifted": True}),
        ("rcgan", {"init": "release", "conditional": False, "noise": 5, "units": 100}),
        ("rcgan_glorot", {"init": "glorot", "conditional": False}),
        ("rcgan_conditional", {"init": "release", "conditional": True}),
        ("market_simulator", {"windows": "chained", "window": 50, "order": 4, "inversion": "gradient"}),
        ("doppelganger", {"auxiliary_discriminator": True, "mask_tail": False}),
        ("doppelganger_plain", {"auxiliary_discriminator": False}),
    ],
)
def test_a_preset_is_what_its_name_says(config, name, chosen):
    """D25, D26, D28 and D34, as the constructor takes them with its own defaults."""
    cell = config(f"model={name}", "scale.samples=10")
    encoder = Encoder.fit(split(cell).train, log=cell.dataset.log, **cell.model.encoder)
    built = dict(instantiate(cell.model.module)(encoder.layout).hparams)
    assert {key: built[key] for key in chosen} == chosen
