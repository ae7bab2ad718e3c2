"""Table 3 (§5.2): mean square error of the autocorrelation of daily page views, WWT."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from benchmarks.statistics.autocorrelation import AUTOCORRELATION_MSE, AUTOCORRELATION_STANDARD_MSE
from dg.dataset import TimeSeriesDataset
from experiments.artifact import Paper
from experiments.published import CONTROLS, NAMES, TABLE3
from experiments.runs import Run, one_a_seed

PAPER = Paper(
    name="Table 3",
    section="5.2",
    claim="DoppelGANger is closest to the real autocorrelation; then RCGAN, naive GAN, ..., AR, HMM",
)
FEWEST = 30  # samples of a domain on either side under which its own column stays empty


def compute(runs: Sequence[Run]) -> pd.DataFrame:
    """One row a model and seed: model, seed, mse (the paper's), mse_standard (textbook estimator), mse of each domain.

    Every row is measured against the held-out half A′; `real` is A against it (D9).
    """
    rows = [_row("real", run.seed, run.real.held_out, run.real.train) for run in one_a_seed(runs)]
    rows += [_row(run.model, run.seed, run.real.held_out, run.generated) for run in runs]
    return pd.DataFrame(rows).dropna(axis="columns", how="all")


def render(frame: pd.DataFrame) -> str:
    """The comparison with the paper, the domains apart, and whether the paper's claims hold."""
    medians = frame.groupby("model")["mse"].median().sort_values()
    overall = pd.DataFrame(
        [
            {
                "model": NAMES.get(model, model),
                "paper": f"{TABLE3[model]:.4f}" if model in TABLE3 else "",
                "ours (median)": f"{medians[model]:.5f}",
                "min to max": f"{scores.min():.5f} to {scores.max():.5f}",
                "seeds": len(scores),
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
        _claims(medians),
    ]
    return "\n\n".join(part for part in parts if part)


def _row(model: str, seed: int, real: TimeSeriesDataset, candidate: TimeSeriesDataset) -> dict[str, str | int | float]:
    row: dict[str, str | int | float] = {
        "model": model,
        "seed": seed,
        "mse": AUTOCORRELATION_MSE(real, candidate),
        "mse_standard": AUTOCORRELATION_STANDARD_MSE(real, candidate),
    }
    for domain in sorted(real.metadata["domain"].unique()):
        sides = real.where(domain=domain), candidate.where(domain=domain)
        enough = min(map(len, sides)) >= FEWEST
        row[f"mse {domain}"] = AUTOCORRELATION_MSE(*sides) if enough else np.nan
    return row


def _share(medians: pd.Series, model: str) -> str:
    return f"{medians[model] / medians['shuffled']:.3f}" if "shuffled" in medians else ""


def _by_domain(frame: pd.DataFrame, order: list[str]) -> str:
    columns = [column for column in frame.columns if column.startswith("mse ")]
    if not columns:
        return ""
    table = frame.groupby("model")[columns].median().loc[order]
    table.columns = [column.removeprefix("mse ") for column in columns]
    table.index = pd.Index([NAMES.get(model, model) for model in order], name="median MSE by domain")
    return table.map(lambda mse: "" if np.isnan(mse) else f"{mse:.5f}").to_markdown(disable_numparse=True)


def _claims(medians: pd.Series) -> str:
    ours = [model for model in medians.index if model in TABLE3]
    paper = sorted(ours, key=TABLE3.__getitem__)
    lines = [
        f"- The paper: {PAPER.claim}.",
        f"- DoppelGANger is closest: {'holds' if ours[:1] == ['doppelganger'] else 'does not hold'}.",
        f"- The order {_chain(paper)}: {'holds' if ours == paper else f'does not hold, ours is {_chain(ours)}'}.",
    ]
    if "shuffled" in medians:
        generated = [model for model in medians.index if model not in CONTROLS]
        below = [NAMES.get(model, model) for model in generated if medians[model] >= medians["shuffled"]]
        lines.append(f"- No better than series shuffled in time: {', '.join(below) or 'none'}.")
    return "\n".join(lines)


def _chain(models: list[str]) -> str:
    return " < ".join(NAMES.get(model, model) for model in models)
