"""What another distribution of metadata is (§6.1): a table of them, or shares that the model's own are given."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import torch
from numpy.typing import NDArray
from torch import Tensor

from dg.doppelganger.module import DoppelGANger
from dg.files import short
from dg.frames import read_metadata
from dg.generator import Generator
from dg.hyperparameters import Count, Seed
from dg.randomness import stream
from dg.schema import Categorical, Schema

DRAWN, FEWEST = 100_000, 50  # metadata that are drawn to be weighed, and how many of them a wanted value must have
ROUNDS, NEAR = 1000, 1e-6  # of weighing one field after the other, and how near all shares must then be

Shares = Mapping[str, Any]
"""Of categorical fields the weight of each value, e.g. {"technology": {"DSL": 1, "Cable": 4}}; the others have none."""


@dataclass(frozen=True, eq=False)
class Wanted:
    """A distribution of metadata: rows, one a sample, and the probability of each."""

    metadata: pd.DataFrame
    weights: NDArray[np.float64]

    def rows(self, n: int, rng: torch.Generator) -> Tensor:
        """The numbers of n rows, drawn with replacement."""
        ends = torch.as_tensor(self.weights).cumsum(0)
        drawn = torch.rand(n, generator=rng, dtype=torch.float64, device=rng.device).cpu() * ends[-1]
        return torch.searchsorted(ends, drawn, right=True).clamp_max(len(ends) - 1)


def wanted(generator: Generator, target: pd.DataFrame | str | Path | Shares, *, seed: Seed) -> Wanted:
    """The distribution that `target` asks for.

    The rows of a table are equally probable. Shares are given to metadata that the model draws: with those of one field
    the other fields keep their distribution given this one, P(others | field); those of several fields give the
    distribution nearest to the model's own that has them all (iterative proportional fitting, Deming and Stephan 1940).
    """
    doppelganger(generator)
    schema = generator.encoder.schema
    if not isinstance(target, Mapping):
        metadata = read_metadata(target, schema)
        _refuse_beyond(generator, metadata)
        return Wanted(metadata, np.full(len(metadata), 1 / len(metadata)))
    fields = {name: _share(schema, name, shares) for name, shares in target.items()}
    if not fields:
        raise ValueError("retrain: no share is given, e.g. of a field's values {'technology': {'DSL': 1, 'Cable': 4}}")
    metadata = draw_metadata(generator, DRAWN, seed=seed)
    codes = {name: metadata[name].cat.codes.to_numpy(np.int64) for name in fields}
    for name, share in fields.items():
        found = np.bincount(codes[name], minlength=len(share))
        rare = (share > 0) & (found < FEWEST)
        if rare.any():
            raise ValueError(
                f"retrain: the model draws {name!r} as {metadata[name].cat.categories[rare.argmax()]!r} in "
                f"{found[rare.argmax()]} of {DRAWN:,} metadata, which is too rare to learn the other fields from: give "
                "a table of metadata instead"
            )
    return Wanted(metadata, _weighed(codes, fields))


def draw_metadata(generator: Generator, n: Count, *, seed: Seed) -> pd.DataFrame:
    """n metadata without their time series."""
    module = doppelganger(generator).eval()
    drawn = module.draw_metadata(n, stream(seed, 0, 4, device=module.device))
    return generator.encoder.decode_metadata(drawn.cpu())


def doppelganger(generator: Generator) -> DoppelGANger:
    """The module of a generator whose metadata can be retrained; raises ValueError for any other."""
    module = generator.module
    if not isinstance(module, DoppelGANger):
        raise ValueError(
            f"retrain: {type(module).__name__} has no metadata generator of its own; DoppelGANger's is isolated from "
            "the measurements (§4.3), so that it alone can be retrained"
        )
    if module.generator.metadata is None:
        raise ValueError("retrain: the model has no metadata, so that there is nothing to retrain")
    return module


def _share(schema: Schema, name: str, shares: Any) -> NDArray[np.float64]:
    """The share of each value of a field, in the schema's order."""
    fields = {field.name: field for field in schema.metadata}
    if name not in fields:
        raise ValueError(f"retrain: there is no metadata field {name!r}; there are {short(list(fields))}")
    field = fields[name]
    if not isinstance(field, Categorical):
        raise ValueError(f"retrain: {name!r} is a number, and values of it have no shares: give a table of metadata")
    if not isinstance(shares, Mapping) or not shares:
        raise ValueError(f"retrain: {name!r} needs the share of at least one value, got {short(shares)}")
    for value, share in shares.items():
        if value not in field.values:
            raise ValueError(f"retrain: {name!r} is never {value!r}; it is one of {short(list(field.values))}")
        if isinstance(share, bool) or not isinstance(share, int | float) or not 0 <= share < np.inf:
            raise ValueError(f"retrain: the share of {name!r} {value!r} is {short(share)}; name a number from 0 on")
    if not (total := sum(shares.values())):
        raise ValueError(f"retrain: all shares of {name!r} are 0; give one value a share")
    return np.array([shares.get(value, 0) / total for value in field.values])


def _weighed(codes: Mapping[str, NDArray[np.int64]], fields: Mapping[str, NDArray[np.float64]]) -> NDArray[np.float64]:
    """Weights of the metadata with which every field has its shares."""
    weights = np.full(len(next(iter(codes.values()))), 1.0)
    for _ in range(ROUNDS):
        away = 0.0
        for name, share in fields.items():
            now = np.bincount(codes[name], weights, len(share)) / weights.sum()
            away = max(away, np.abs(now - share).max())
            weights *= np.divide(share, now, out=np.zeros_like(share), where=now > 0)[codes[name]]
            if not weights.any():
                break
        if away < NEAR:
            return weights / weights.sum()
        if not weights.any():
            break
    raise ValueError(
        f"retrain: the shares of {' and '.join(map(repr, fields))} cannot be had together by what the model draws, "
        "which never has some of these values with each other: give a table of metadata instead"
    )


def _refuse_beyond(generator: Generator, metadata: pd.DataFrame) -> None:
    """Numbers that no output of the metadata generator decodes to."""
    for name in metadata.columns.intersection(list(generator.encoder.scales)):
        values, (low, high) = metadata[name].to_numpy(np.float64), generator.encoder.outer(name)
        edge = 1e-6 * (high - low)
        beyond = ~((values >= low - edge) & (values <= high + edge))
        if beyond.any():
            row = int(beyond.argmax())
            raise ValueError(
                f"retrain: {name!r} of row {row + 1:,} is {values[row]:g}, and the model was trained on {low:g} to "
                f"{high:g}: clip it, or leave the row out"
            )
