"""Retraining (§6.1): other distributions of metadata for a trained DoppelGANger, and what rejection sampling costs."""

from __future__ import annotations

from collections.abc import Sequence
from time import perf_counter

import numpy as np
import pandas as pd

from dg.doppelganger.retrain import BATCHES, retrain
from dg.doppelganger.wanted import draw_metadata
from experiments.ink.models import label_of
from experiments.ink.numbers import spread
from experiments.paper.artifact import Paper
from experiments.runs.run import TEST_SEEDS, Run
from experiments.studies.metadata import MANY, ROWS, SERIES, apart, joint, levels, tables, total_variation

PAPER = Paper(
    name="Retraining",
    section="6.1",
    claim="the metadata generator alone can be retrained to any distribution, P(R | A) stays, and rejecting samples is "
    "inefficient; it gives no number",
)
NEVER = "never"  # would a sample be kept: the model does not draw a combination that is wanted


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
        before, again = (levels(run.generator, n, seed=seed) for seed in (run.seed, run.seed + TEST_SEEDS))
        controls = {"again": again} | ({"other": levels(others[0].generator, n, seed=run.seed)} if others else {})
        for name, table in tables(run.real.train, seed=run.seed).items():
            goal, batches = joint(table, schema), min(BATCHES, run.config.batches)
            began = perf_counter()
            after = retrain(run.generator, table, batches=batches, seed=run.seed)
            retraining = perf_counter() - began
            began = perf_counter()
            moved = levels(after, n, seed=run.seed + 2 * TEST_SEEDS)
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
                    **apart(before, {"series": moved, **controls}, schema),
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


def _spread(values: pd.Series) -> str:
    return spread(values, ".1f", undefined=NEVER) if np.isfinite(values).any() else NEVER
