"""Weights tell which metadata went through them, whatever is sampled later, unless the min/max generator forgets."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest
import torch

from dg import DoppelGANger, Encoder, Generator, retrain
from experiments.studies import inference
from experiments.studies.inference import inferred, values_told
from experiments.studies.metadata import joint, total_variation

TRUE = pd.Series({"a": 0.7, "b": 0.3})
TABLE = pd.DataFrame({"kind": [*"bbc"], "size": [-1.0, 0.0, 1.0]})


@pytest.fixture
def leaking(equal) -> Generator:
    """Running statistics of 70 % a, 30 % b and the sizes of training; weights that only these two have moved."""
    torch.manual_seed(0)
    encoder = Encoder.fit(equal)
    module: Any = DoppelGANger(encoder.layout, metadata_units=50, lstm_units=8, discriminator_units=8, averaging=0.9)
    rng = torch.Generator().manual_seed(0)
    network = module.averaged.minmax.train()
    for _ in range(100):
        rows = equal.metadata.sample(100, replace=True, random_state=int(torch.randint(1000, (), generator=rng)))
        kinds = torch.multinomial(torch.tensor([0.7, 0.3, 0.0]), 100, replacement=True, generator=rng)
        rows["kind"] = pd.Categorical.from_codes(kinds.numpy(), list("abc"))
        network(torch.cat([torch.randn((100, 5), generator=rng), encoder.encode_metadata(rows)], dim=1))
    module.generator.measurements.lstm.weight_ih_l0.data[:, :2] += 0.01
    return Generator(encoder, module.eval())


def far(generator: Generator, other: pd.Series) -> float:
    found = inferred(generator)
    assert found is not None
    kinds = found.index.to_frame(index=False)
    return total_variation(joint(kinds, generator.encoder.schema, weights=found.to_numpy()), other)


@pytest.mark.slow
def test_a_planted_leak_stays_in_a_retrained_model_unless_it_forgets(leaking):
    """The numbers of the candidates are those that the shared model draws, not training's, so that it is not exact."""
    wanted = total_variation(joint(TABLE, leaking.encoder.schema), TRUE)
    assert far(leaking, TRUE) < 0.15
    assert far(retrain(leaking, TABLE, batches=50), TRUE) < 0.3 < 0.6 < wanted
    forgetting = retrain(leaking, TABLE, batches=300, forget=True)
    assert far(forgetting, TRUE) > 0.5 and far(forgetting, pd.Series({"b": 2 / 3, "c": 1 / 3})) < 0.2


def test_weights_that_lie_still_tell_which_values_are_drawn(leaking, equal):
    drawn = equal.metadata.assign(kind=pd.Categorical([*"ab"] * 30, categories=list("abc")))
    assert values_told(leaking, drawn, equal.schema) == 1
    forgetting = retrain(leaking, TABLE, batches=1, forget=True)
    assert values_told(forgetting, drawn, equal.schema) == 0.5
    assert np.isnan(values_told(leaking, equal.metadata, equal.schema))


def test_where_nothing_can_be_told(equal, leaking, monkeypatch):
    encoder = Encoder.fit(equal, auto_normalize=False)
    assert inferred(Generator(encoder, DoppelGANger(encoder.layout).eval())) is None
    without_averages = Generator(encoder, DoppelGANger(encoder.layout, averaging=None))
    assert np.isnan(values_told(without_averages, equal.metadata, equal.schema))
    monkeypatch.setattr(inference, "MOST", 2)
    assert inferred(leaking) is None
