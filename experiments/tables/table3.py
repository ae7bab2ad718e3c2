"""Table 3 (§5.2): mean square error of the autocorrelation of daily page views, WWT."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import Any

import numpy as np
import pandas as pd
from scipy.stats import spearmanr

from benchmarks.statistics.autocorrelation import AUTOCORRELATION_MSE, AUTOCORRELATION_STANDARD_MSE
from dg.dataset import TimeSeriesDataset
from experiments.ink.models import KEPT, PEER, floors, is_control, label_of
from experiments.paper.artifact import Paper
from experiments.paper.claims import Verdict, all_of, better, by_seed, closest
from experiments.paper.published import TABLE3
from experiments.runs.run import Run, one_a_seed
from experiments.studies import peer
from experiments.studies.budgets import LAST, RULE, last_quarter, untrained

PAPER = Paper(
    name="Table 3",
    section="5.2",
    claim="DoppelGANger is closest to the real autocorrelation; then RCGAN, naive GAN, ..., AR, HMM",
)
FEW = "doppelganger_500"
FEWEST = 30  # samples of a domain on each side; with fewer, its column stays empty


def compute(runs: Sequence[Run]) -> pd.DataFrame:
    """One row per model and seed: model, seed, samples, mse (the paper's), mse_standard (textbook), mse of each domain.

    Every row is measured against the held-out half A′; `real` is A against it (D9). `rcgan_kept` and the like are
    the best generator that was kept during training (`keep_best`), `peer` is an outside
    implementation. `lacks metadata` says why a row has no domains.
    """
    rows = [_row("real", run.seed, run.real.held_out, run.real.train) for run in one_a_seed(runs)]
    for run in runs:
        samples = {"samples": len(run.real.train), "lacks metadata": run.lacks.get("metadata", "")}
        samples[LAST] = last_quarter(run)
        rows.append(_row(run.model, run.seed, run.real.held_out, run.generated) | samples)
        if run.best_generated is not None:
            rows.append(_row(f"{run.model}{KEPT}", run.seed, run.real.held_out, run.best_generated) | samples)
    for run, generated in peer.rows(runs):
        samples = {"samples": len(run.real.train), "lacks metadata": ""}
        rows.append(_row(PEER, run.seed, run.real.held_out, generated) | samples)
    frame = pd.DataFrame(rows)
    frame = frame.drop(columns=[column for column in frame if column.startswith("mse ") and frame[column].isna().all()])
    return frame.astype({"samples": "Int64"}).fillna({"lacks metadata": ""})


def render(frame: pd.DataFrame) -> str:
    """The comparison with the paper, the errors by domain, and the rank correlation with the paper's order."""
    medians, short = frame.groupby("model")["mse"].median().sort_values(), untrained(frame)
    overall = pd.DataFrame(
        [
            {
                "model": label_of(model),
                "paper": f"{TABLE3[model]:.4f}" if model in TABLE3 else "",
                "ours (median)": f"{medians[model]:.5f}",
                "min to max": f"{scores.min():.5f} to {scores.max():.5f}",
                "seeds": len(scores),
                "training samples": _samples(rows),
                "budget": "not trained" if model in short else "",
                "of shuffled": _share(medians, model),
                "textbook estimator": f"{rows['mse_standard'].median():.5f}",
            }
            for model in medians.index
            for rows in [frame[frame["model"] == model]]
            for scores in [rows["mse"]]
        ]
    )
    parts = [
        overall.to_markdown(index=False, disable_numparse=True),
        _by_domain(frame, list(medians.index)),
        _order(frame, medians, short),
    ]
    return "\n\n".join(part for part in parts if part)


def claims(frame: pd.DataFrame) -> list[Verdict]:
    """Of the paper's defaults with all training samples, with 500 (§5.2), and of one competitor after the other."""
    scores = by_seed(frame, "mse")
    ranked = [model for model in sorted(TABLE3, key=TABLE3.__getitem__) if model in scores and model != FEW]
    return [
        *closest("DoppelGANger is closest", frame, "mse", "doppelganger"),
        *better(
            "DoppelGANger with 500 training samples is closer than every competitor (§5.2)",
            scores,
            FEW,
            [model for model in ranked if model != "doppelganger"],
        ),
        *all_of(
            f"The order {' < '.join(map(label_of, ranked))}",
            [
                verdict
                for ours, theirs in pairwise(ranked)
                for verdict in better(f"{label_of(ours)} < {label_of(theirs)}", scores, ours, [theirs])
            ],
        ),
    ]


def _row(model: str, seed: int, real: TimeSeriesDataset, candidate: TimeSeriesDataset) -> dict[str, Any]:
    row: dict[str, Any] = {
        "model": model,
        "seed": seed,
        "mse": AUTOCORRELATION_MSE(real, candidate),
        "mse_standard": AUTOCORRELATION_STANDARD_MSE(real, candidate),
    }
    if "domain" not in candidate.metadata:
        return row
    for domain in sorted(real.metadata["domain"].unique()):
        sides = real.where(domain=domain), candidate.where(domain=domain)
        enough = min(map(len, sides)) >= FEWEST
        row[f"mse {domain}"] = AUTOCORRELATION_MSE(*sides) if enough else np.nan
    return row


def _share(medians: pd.Series, model: str) -> str:
    return f"{medians[model] / medians['shuffled']:.3f}" if "shuffled" in medians else ""


def _samples(rows: pd.DataFrame) -> str:
    return ", ".join(map(str, sorted(rows["samples"].dropna().unique())))


def _by_domain(frame: pd.DataFrame, order: list[str]) -> str:
    columns = [column for column in frame.columns if column.startswith("mse ")]
    if not columns:
        return ""
    reasons = frame.groupby("model")["lacks metadata"].first()
    shown = [model for model in order if not reasons[model]]
    table = frame.groupby("model")[columns].median().loc[shown]
    table.columns = [column.removeprefix("mse ") for column in columns]
    table.index = pd.Index([label_of(model) for model in shown], name="median MSE by domain")
    text = table.map(lambda mse: "" if np.isnan(mse) else f"{mse:.5f}").to_markdown(disable_numparse=True)
    left_out = [f"- Not by domain: {label_of(m)}, {reasons[m]}." for m in order if reasons[m]]
    return "\n\n".join([text, "\n".join(left_out)]) if left_out else text


def _order(frame: pd.DataFrame, medians: pd.Series, short: list[str]) -> str:
    ours = [model for model in medians.index if model in TABLE3 and model != FEW]
    at_best = [f"{model}_best" if f"{model}_best" in medians else model for model in ours]
    lines = [f"- {RULE.capitalize()}."] if short else []
    orders = [(ours, "")]
    if at_best != ours:
        orders.append((at_best, ", each model at its best where it has such a preset"))
    for models, how in orders:
        trained = [model for model in models if model not in short]
        if len(trained) > 2:
            lines.append(f"- {_rank_correlations(frame, trained)}{how}.")
    generated = [model for model in medians.index if not is_control(model)]
    for control, what in floors().items():
        if control in medians:
            below = [label_of(model) for model in generated if medians[model] >= medians[control]]
            lines.append(f"- No better than {what}: {', '.join(below) or 'none'}.")
    return "\n".join(lines)


def _rank_correlations(frame: pd.DataFrame, models: list[str]) -> str:
    """Correlations of the models' order with the paper's: that of the medians, then the range over seeds."""
    seeds = frame[frame["model"].isin(models)].pivot(index="seed", columns="model", values="mse")
    papers = [TABLE3[model.removesuffix("_best")] for model in seeds.columns]
    median, *ranks = (float(spearmanr(scores, papers).statistic) for scores in (seeds.median(), *seeds.to_numpy()))
    return (
        f"Rank correlation (Spearman) of the {len(models)} models' order with the paper's: {median:.2f}; "
        f"over the seeds {min(ranks):.2f} to {max(ranks):.2f}"
    )
