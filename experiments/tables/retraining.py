"""Retraining (§6.1): other distributions of metadata for a trained DoppelGANger, and what rejection sampling costs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from time import perf_counter
from typing import NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from benchmarks.distances import standardised_wasserstein1
from benchmarks.statistics.marginals import level
from dg.dataset import TimeSeriesDataset
from dg.doppelganger.retrain import BATCHES, retrain
from dg.doppelganger.wanted import draw_metadata
from dg.generator import Generator
from dg.schema import Categorical, Schema
from experiments.ink.models import label_of
from experiments.ink.numbers import spread
from experiments.paper.artifact import Paper
from experiments.runs.run import TEST_SEEDS, Run

PAPER = Paper(
    name="Retraining",
    section="6.1",
    claim="the metadata generator alone can be retrained to any distribution, P(R | A) stays, and rejecting samples is "
    "inefficient; it gives no number",
)
ROWS = 10_000  # of the wanted table, and metadata whose distribution is measured
MANY = 100_000  # metadata from which the model's own distribution is told
NEVER = "never"  # would a sample be kept: the model does not draw a combination that is wanted
SERIES = 10_000  # samples whose levels are compared, at most ten for each of training
RARE = 0.01  # what is left of the most frequent value


class Levels(NamedTuple):
    """Of n samples the metadata, and the mean of each one's records, [n, k], in log units."""

    metadata: pd.DataFrame
    levels: NDArray[np.float64]


def compute(runs: Sequence[Run]) -> pd.DataFrame:
    """One row per run and wanted distribution.

    before, after, noise: total variation from the wanted distribution, over combinations of categorical fields, of the
        model's metadata before and after, and of as many rows drawn from the wanted distribution itself
    draws: samples that rejection sampling draws for each that it keeps, the largest ratio of wanted to learnt; infinite
        where the model never draws a wanted combination
    retraining, sample, metadata: seconds of retraining, of one whole sample, of its metadata alone
    series: Wasserstein-1 distance of the series' levels, in standard deviations, before and after, of `matched`
        samples, equally many of each combination; `again` of two sets before, `other` of another seed's model
    """
    rows = []
    for place, run in enumerate(runs):
        if "metadata" in run.lacks:
            continue
        schema, n = run.real.train.schema, min(SERIES, 10 * len(run.real.train))
        began = perf_counter()
        learnt = joint(draw_metadata(run.generator, MANY, seed=run.seed), schema)
        metadata_seconds = (perf_counter() - began) / MANY
        others = [each for each in (*runs[place + 1 :], *runs[:place]) if each.model == run.model]
        before, again = (_levels(run.generator, n, seed=seed) for seed in (run.seed, run.seed + TEST_SEEDS))
        controls = {"again": again} | ({"other": _levels(others[0].generator, n, seed=run.seed)} if others else {})
        for name, table in tables(run.real.train, seed=run.seed).items():
            goal, batches = joint(table, schema), min(BATCHES, run.config.batches)
            began = perf_counter()
            after = retrain(run.generator, table, batches=batches, seed=run.seed)
            retraining = perf_counter() - began
            began = perf_counter()
            levels = _levels(after, n, seed=run.seed + 2 * TEST_SEEDS)
            sample = (perf_counter() - began) / n
            drawn = draw_metadata(after, ROWS, seed=run.seed)
            resampled = table.sample(ROWS, replace=True, random_state=run.seed)
            rows.append(
                {
                    "model": run.model,
                    "seed": run.seed,
                    "wanted": name,
                    "combinations": len(goal),
                    "before": total_variation(learnt, goal),
                    "after": total_variation(joint(drawn, schema), goal),
                    "noise": total_variation(joint(resampled, schema), goal),
                    "draws": float((goal / learnt.reindex(goal.index)).fillna(np.inf).max()),
                    "batches": batches,
                    "retraining": retraining,
                    "sample": sample,
                    "metadata": metadata_seconds,
                    **_apart(before, {"series": levels, **controls}, schema),
                }
            )
    return pd.DataFrame(rows)


def render(frame: pd.DataFrame) -> str:
    """Medians and ranges over seeds: how near, at which cost, and whether the series stay."""
    groups = list(frame.groupby(["model", "wanted"], sort=False))
    near, cost = [], []
    for (model, wanted), found in groups:
        first = {"model": label_of(model), "wanted": wanted, "seeds": len(found)}
        near.append(
            first
            | {"combinations": spread(found["combinations"], ".0f")}
            | {
                title: spread(found[column], ".3f")
                for title, column in (("before", "before"), ("after", "after"), ("sampling noise", "noise"))
            }
            | {
                title: spread(found[column], ".3f")
                for title, column in (
                    ("series, before and after", "series"),
                    ("before, twice", "again"),
                    ("another seed", "other"),
                )
                if column in found
            }
        )
        thousand = 1000 * found["draws"]
        cost.append(
            first
            | {
                "draws a sample kept": _spread(found["draws"]),
                "retraining, s": spread(found["retraining"], ".0f"),
                "then 1,000 samples, s": spread(1000 * found["sample"], ".1f"),
                "1,000 by rejecting samples, s": _spread(thousand * found["sample"]),
                "1,000 by rejecting metadata, s": _spread(thousand * found["metadata"] + 1000 * found["sample"]),
            }
        )
    batches = " and ".join(f"{batches:,}" for batches in sorted(frame["batches"].unique()))
    lines = [
        f"- Retraining: {batches} batches; medians and ranges over seeds. Distances of metadata are total variations "
        "from the wanted distribution, 0 to 1; the sampling noise is that of as many rows drawn from it.",
        "- Series: Wasserstein-1 of the samples' levels in standard deviations, the same number of each combination in "
        f"every set ({spread(frame['matched'], '.0f')} samples). Two sets from before show the sampling noise, the "
        "model of another seed what a change looks like.",
        "- Seconds are of the machine that made this table. Rejecting metadata before series are made for them costs "
        "hardly more than sampling; it never gives a combination that the model does not draw, and the model still "
        "holds the former distribution.",
    ]
    parts = [pd.DataFrame(rows).to_markdown(index=False, disable_numparse=True) for rows in (near, cost)]
    return "\n\n".join([*parts, "\n".join(lines)])


def tables(train: TimeSeriesDataset, *, seed: int) -> Mapping[str, pd.DataFrame]:
    """The wanted distributions, as rows of the training metadata, drawn with other weights."""
    metadata, schema, rng = train.metadata, train.schema, np.random.default_rng(seed)
    combination = metadata.groupby(_categorical(schema), observed=True).ngroup()
    counts = combination.value_counts()
    reversed_counts = pd.Series(counts.to_numpy()[::-1], index=counts.index)
    field, value, share = _most_frequent(metadata[_categorical(schema)])
    common = (metadata[field] == value).to_numpy()
    weights = {
        "uniform over training's combinations": 1 / combination.map(counts),
        f"the most frequent {field} at {RARE:.0%}": pd.Series(np.where(common, RARE / share, (1 - RARE) / (1 - share))),
        "frequencies reversed": combination.map(reversed_counts) / combination.map(counts),
    }
    return {name: _drawn(metadata, each.to_numpy(float), rng) for name, each in weights.items()}


def joint(metadata: pd.DataFrame, schema: Schema) -> pd.Series:
    """The share of each combination of categorical fields."""
    counts = metadata[_categorical(schema)].astype(str).value_counts()
    return counts / counts.sum()


def total_variation(one: pd.Series, other: pd.Series) -> float:
    """Half of the sum of absolute differences, 0 to 1."""
    return float(one.subtract(other, fill_value=0).abs().sum() / 2)


def _spread(values: pd.Series) -> str:
    return spread(values, ".1f", undefined=NEVER) if np.isfinite(values).any() else NEVER


def _drawn(metadata: pd.DataFrame, weights: NDArray[np.float64], rng: np.random.Generator) -> pd.DataFrame:
    return metadata.iloc[rng.choice(len(metadata), ROWS, p=weights / weights.sum())].reset_index(drop=True)


def _most_frequent(metadata: pd.DataFrame) -> tuple[str, str, float]:
    """The field, the value and the share of the most frequent value that not all samples have."""
    shares = {str(name): column.value_counts(normalize=True) for name, column in metadata.items()}
    return max(
        ((name, str(found.index[0]), float(found.iloc[0])) for name, found in shares.items() if found.iloc[0] < 1),
        key=lambda each: each[2],
    )


def _categorical(schema: Schema) -> list[str]:
    return [field.name for field in schema.metadata if isinstance(field, Categorical)]


def _levels(generator: Generator, n: int, *, seed: int) -> Levels:
    parts = [Levels(each.metadata, level(each.only_numeric())) for each in generator.batches(n, seed=seed)]
    metadata, levels = zip(*parts, strict=True)
    return Levels(pd.concat(metadata, ignore_index=True), np.concatenate(levels))


def _apart(before: Levels, others: Mapping[str, Levels], schema: Schema) -> dict[str, float]:
    """How far the levels of each of `others` are where metadata are the same; NaN where they never are.

    matched: the samples in every set, as many of each combination as the set that has the fewest
    """
    sets = [before, *others.values()]
    places = [each.metadata.groupby(_categorical(schema), observed=True).indices for each in sets]
    common = [key for key in places[0] if all(key in each for each in places)]
    fewest = {key: min(len(each[key]) for each in places) for key in common}
    matched = sum(fewest.values())
    if not matched:
        return {"matched": 0, **dict.fromkeys(others, np.nan)}
    first, *rest = (
        each.levels[np.concatenate([at[key][: fewest[key]] for key in common])]
        for each, at in zip(sets, places, strict=True)
    )
    distances = (standardised_wasserstein1(first, each) for each in rest)
    return {"matched": matched, **dict(zip(others, distances, strict=True))}
