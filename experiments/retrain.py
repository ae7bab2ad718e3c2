"""Retrains the metadata generator of a model, alone, to other shares of values or to a table of metadata (§6.1)."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import hydra
import numpy as np
import pandas as pd
from omegaconf import DictConfig

import baselines  # noqa: F401, its models are known, and refused with a reason
from dg.doppelganger.retrain import retrain
from dg.doppelganger.wanted import draw_metadata, wanted
from dg.hyperparameters import Count, Seed
from dg.model_file import load
from experiments.console.door import arguments, enter, expected

SEEN = 10_000  # metadata whose shares are told
LEAST = 5e-4  # of a share that is told


def change(
    generator: str,
    out: str,
    *,
    weights: Mapping[str, Any] | None = None,
    table: str | None = None,
    batches: Count,
    seed: Seed,
    forget: bool = False,
) -> pd.DataFrame:
    """Retrains the model that `generator` names into the folder or file `out`, which appears when it is whole.

    Returns a row for each field and value: what was wanted, its share before and after. Raises ValueError as `retrain`
    does, where `out` is there already, and where not just one of `weights` and `table` is given.
    """
    if bool(weights) == bool(table):
        raise ValueError("retrain: name either weights, e.g. +weights.technology.DSL=0.2, or a table= of metadata")
    path = Path(out)
    if path.exists():
        raise ValueError(f"{out} is there already; name another, or remove it")
    target: Any = table or {str(field): dict(_values(shares)) for field, shares in (weights or {}).items()}
    former = load(generator)
    goal = wanted(former, target, seed=seed)
    after = retrain(former, goal, batches=batches, seed=seed, forget=forget)
    after.save(path)
    equal = np.full(SEEN, 1 / SEEN)
    sides = {
        "wanted": _shares(goal.metadata, goal.weights),
        "before": _shares(draw_metadata(former, SEEN, seed=seed), equal),
        "after": _shares(draw_metadata(after, SEEN, seed=seed), equal),
    }
    told = pd.DataFrame(sides).rename_axis(index=["field", "value"])
    return told[(told.abs() >= LEAST).any(axis=1)].reset_index()


def _values(shares: object, name: str = "") -> list[tuple[str, Any]]:
    """The values that Hydra has cut at their dots, whole again, e.g. es.wikipedia.org."""
    if not isinstance(shares, Mapping):
        return [(name, shares)]
    return [pair for key, inner in shares.items() for pair in _values(inner, f"{name}.{key}" if name else str(key))]


def _shares(metadata: pd.DataFrame, weights: Any) -> pd.Series:
    """Of each field and value; of a number its mean."""
    rows: dict[tuple[str, str], float] = {}
    for field, column in metadata.items():
        if isinstance(column.dtype, pd.CategoricalDtype):
            share = np.bincount(column.cat.codes, weights, len(column.cat.categories))
            rows |= {(str(field), value): found for value, found in zip(column.cat.categories, share, strict=True)}
        else:
            rows[str(field), "(mean)"] = float(np.average(column, weights=weights))
    return pd.Series(rows, dtype=float)


@hydra.main(config_path="../conf", config_name="retrain", version_base="1.3")
@expected
def main(config: DictConfig) -> None:
    """The command."""
    print(change(**arguments(config, change)).to_markdown(index=False, floatfmt=".3f"))


if __name__ == "__main__":
    enter(main)
