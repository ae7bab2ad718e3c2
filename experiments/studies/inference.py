"""What the weights of a DoppelGANger tell of the metadata that it was trained on (§6.1)."""

from __future__ import annotations

from itertools import product
from math import prod
from typing import Any

import numpy as np
import pandas as pd

from benchmarks.attacks.distributions import Normalised, moved, shares
from dg.doppelganger.wanted import doppelganger, draw_metadata
from dg.encoding import columns
from dg.generator import Generator
from dg.schema import Categorical, Schema
from experiments.studies.metadata import categorical

MOST = 5000  # combinations of all values among which shares are looked for
EACH = 20  # rows of a combination where there are numbers beside categories
DRAWN = 0.001  # of the samples have a value that a model draws


def inferred(generator: Generator) -> pd.Series | None:
    """The share of each combination of categorical values, by running statistics of the min/max generator.

    None where there is no such network, and where there are more than MOST combinations.
    """
    schema, networks = generator.encoder.schema, doppelganger(generator).sampled.minmax
    values = {field.name: field.values for field in schema.metadata if isinstance(field, Categorical)}
    if networks is None or prod(map(len, values.values())) > MOST:
        return None
    combinations = pd.MultiIndex.from_tuples(product(*values.values()), names=[*values])
    numbers = len(schema.metadata) > len(values)
    drawn = draw_metadata(generator, EACH if numbers else 1, seed=0)
    rows = combinations.to_frame(index=False).merge(drawn.drop(columns=[*values]), how="cross")
    for name, each in values.items():
        rows[name] = pd.Categorical(rows[name], categories=list(each))
    encoded = generator.encoder.encode_metadata(rows).double().numpy()
    body: Any = networks.body
    dense, _, normalisation, *_ = body
    tensors = (dense.weight, dense.bias, normalisation.running_mean, normalisation.running_var)
    layer = Normalised(*(tensor.detach().double().cpu().numpy() for tensor in tensors))
    return pd.Series(shares(layer, encoded.reshape(len(combinations), len(drawn), -1)), combinations)


def values_told(generator: Generator, drawn: pd.DataFrame, schema: Schema) -> float:
    """How often weights that lie still rightly tell whether the model draws a categorical value; 1/2: by guessing.

    The mean of two shares, those that are right of values that it draws and of those that it does not. NaN where it
    draws all, and for a model without averaged weights.
    """
    module: Any = doppelganger(generator)
    if module.averaged is None:
        return np.nan
    last, averaged = (
        each.measurements.lstm.weight_ih_l0.detach().double().cpu().numpy()
        for each in (module.generator, module.averaged)
    )
    lively, truth, said = moved(last, averaged), list[bool](), list[bool]()
    for block, where in columns(module.layout.metadata):
        if block.name in categorical(schema):
            truth += list(drawn[block.name].value_counts(normalize=True, sort=False) > DRAWN)
            said += list(lively[where])
    right = np.equal(truth, said)
    return np.nan if all(truth) else float(np.mean([right[truth].mean(), right[np.logical_not(truth)].mean()]))
