"""Scores, beyond the paper: TimeGAN's and SDMetrics', by which other generators of time series are compared (D42)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd
from joblib import Parallel, delayed
from tqdm import tqdm

from benchmarks.downstream.recurrent import discriminative_score, predictive_score
from benchmarks.downstream.similarity import difference_similarity, length_similarity, statistic_similarity
from dg.dataset import TimeSeriesDataset
from experiments.ink.models import is_control, label_of
from experiments.ink.numbers import UNDEFINED, spread
from experiments.paper.artifact import Paper
from experiments.runs.data import Split
from experiments.runs.run import Run, one_a_seed

PAPER = Paper(
    name="Scores",
    section="5.2",
    claim="none of these scores, which are here to be laid beside the tables of TimeGAN, Diffusion-TS and TSGBench",
)
LOWER = {"discriminative": "discriminative ↓", "predictive": "predictive ↓"}
HIGHER = {"lengths": "lengths ↑", "means": "means ↑", "deviations": "deviations ↑", "differences": "differences ↑"}


def compute(runs: Sequence[Run]) -> pd.DataFrame:
    """One row per model and seed: model, seed, the six scores, the GRUs' training steps, and `lacks lengths`.

    B is compared with A′ and scaled by A; `real` is A in the place of B. Where a model does not generate lengths, their
    score is empty and `lacks lengths` says why. The rows are computed in parallel over the cores, one thread each.
    Raises ValueError where nothing is held out.
    """
    for run in runs:
        if run.real.nothing_held_out:
            raise ValueError(f"{run.folder}: scores compare with held-out samples; choose dataset.held_out=0.5")
    steps = learnt(runs[0].config.scale.batches)
    cells = [("real", run, run.real.train, "") for run in one_a_seed(runs)]
    cells += [(run.model, run, run.generated, run.lacks.get("lengths", "")) for run in runs]
    work = (
        delayed(_scores)(run.real, candidate, list(run.config.dataset.log), run.seed, steps)
        for _, run, candidate, _ in cells
    )
    done = tqdm(Parallel(n_jobs=-1, return_as="generator")(work), total=len(cells), desc="scores", unit="model")
    rows = [
        {"model": model, "seed": run.seed, **scores, **{f"{name} steps": number for name, number in steps.items()}}
        for (model, run, _, _), scores in zip(cells, done, strict=True)
    ]
    frame = pd.DataFrame(rows).assign(**{"lacks lengths": [reason for *_, reason in cells]})
    frame.loc[frame["lacks lengths"] != "", "lengths"] = np.nan
    return frame


def render(frame: pd.DataFrame) -> str:
    """Medians over seeds with their range, hardest to tell from real first, and what the scores mean."""
    medians = frame.groupby("model")[list(LOWER)].median().sort_values(list(LOWER))
    rows = []
    for model in medians.index:
        of_model = frame[frame["model"] == model]
        row = {"model": label_of(model)}
        row |= {shown: _spread(of_model[name], ".4f") for name, shown in LOWER.items()}
        row |= {shown: _spread(of_model[name], ".3f") for name, shown in HIGHER.items()}
        if of_model["lacks lengths"].any():
            row[HIGHER["lengths"]] = ""
        rows.append(row | {"seeds": str(len(of_model))})
    text = pd.DataFrame(rows).to_markdown(index=False, disable_numparse=True)
    return f"{text}\n\n" + "\n".join(_notes(frame, medians))


def _scores(
    real: Split, candidate: TimeSeriesDataset, log: list[str], seed: int, steps: Mapping[str, int]
) -> dict[str, float]:
    """The six scores of one row; each of joblib's workers has one thread."""
    train, held_out = real.train, real.held_out
    told, predicted = (steps[name] for name in LOWER)
    return {
        "discriminative": discriminative_score(held_out, candidate, scale=train, seed=seed, log=log, steps=told),
        "predictive": predictive_score(candidate, held_out, scale=train, seed=seed, log=log, steps=predicted),
        "lengths": length_similarity(held_out, candidate),
        "means": statistic_similarity(held_out, candidate, "mean"),
        "deviations": statistic_similarity(held_out, candidate, "std"),
        "differences": difference_similarity(held_out, candidate),
    }


def learnt(batches: int) -> dict[str, int]:
    """Steps that a GRU learns: TimeGAN's 2,000 and 5,000, fewer where the scale has fewer than 500 batches."""
    return {"discriminative": min(2000, 4 * batches), "predictive": min(5000, 10 * batches)}


def _spread(values: pd.Series, form: str) -> str:
    """The median and the range; neither where the score is undefined for any seed."""
    return UNDEFINED if values.isna().any() else spread(values, form)


def _notes(frame: pd.DataFrame, medians: pd.DataFrame) -> list[str]:
    told, predicted = (
        " or ".join(f"{steps:,}" for steps in sorted(frame[f"{name} steps"].unique())) + " steps" for name in LOWER
    )
    lines = [
        "- Medians over seeds (min to max); ↓ lower is better, ↑ higher is better.",
        "- Windows of 24 records, one a sample, on the range of the training samples (D42); GRUs of 8 units.",
        f"- Discriminative: |accuracy - 1/2| after {told}, on the fifth of A′ and of the generated samples that it has "
        "not seen. 0: cannot be told from real; 1/2: always told. `real` differs from 0 by chance: samples are few.",
        f"- Predictive: mean absolute error on A′ of the next record, in shares of the range, after {predicted} on "
        "generated samples. `real` was trained on A.",
        "- SDMetrics: 1 less the Kolmogorov-Smirnov statistic of lengths, of each sample's mean and standard deviation "
        "and of the differences from record to record.",
    ]
    if "shuffled" in medians.index:
        for name in LOWER:
            generated = [model for model in medians.index if not is_control(model)]
            below = [
                label_of(model) for model in generated if medians.loc[model, name] >= medians.loc["shuffled", name]
            ]
            lines.append(f"- {name.title()}: no better than series shuffled in time: {', '.join(below) or 'none'}.")
    lacking = frame[frame["lacks lengths"] != ""][["model", "lacks lengths"]].drop_duplicates()
    lines += [f"- No lengths: {label_of(model)}, {reason}." for model, reason in lacking.itertuples(index=False)]
    return lines
