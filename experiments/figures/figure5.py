"""Figure 5 (§4.2): generated samples without and with auto-normalization, WWT: is there mode collapse?"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd
from matplotlib.figure import Figure

from benchmarks.statistics.diversity import amplitude_spread, shape_similarity
from dg.dataset import TimeSeriesDataset
from experiments.ink.models import colour_of, label_of
from experiments.ink.plots import panels
from experiments.paper.artifact import Paper
from experiments.paper.claims import Verdict, better, by_seed
from experiments.runs.run import Run, one_a_seed

PAPER = Paper(
    name="Figure 5",
    section="4.2",
    claim="without auto-normalization, generated samples have similar shapes and amplitudes",
)
DRAWN = 6


def compute(runs: Sequence[Run]) -> pd.DataFrame:
    """One row per model, seed and number or record: model, seed, what, number, step, value.

    what: "amplitude spread", "shape similarity", or "series": the first measurement of six samples of the first seed
    """
    parts = []
    for run in one_a_seed(runs):
        parts += _rows("real", run.seed, run.real.held_out, drawn=run.seed == runs[0].seed)
    for run in runs:
        parts += _rows(run.model, run.seed, run.generated, drawn=run.seed == runs[0].seed)
    return pd.concat(parts, ignore_index=True)


def render(frame: pd.DataFrame) -> Figure:
    """One row per model, one column per sample."""
    series = frame[frame["what"] == "series"]
    models = list(series["model"].unique())
    figure, axes = panels(len(models), DRAWN, height=1.1)
    for row, model in enumerate(models):
        for number, rows in series[series["model"] == model].groupby("number"):
            axis = axes[row, int(number)]
            axis.plot(rows["step"], rows["value"], lw=0.5, color=colour_of(model))
            axis.set_yscale("symlog")
        axes[row, 0].set_title(_label(model))
    for axis in axes[-1]:
        axis.set_xlabel("day")
    figure.supylabel("page views a day")
    return figure


def table(frame: pd.DataFrame) -> str:
    """How much samples differ: medians and ranges over seeds, beside real samples."""
    rows = []
    for model in frame["model"].unique():
        row: dict[str, str | int] = {"samples of": _label(model)}
        for what in ("amplitude spread", "shape similarity"):
            values = frame.loc[(frame["model"] == model) & (frame["what"] == what), "value"]
            spread = f"{values.min():.3f} to {values.max():.3f}"
            undefined = values.isna().any()  # constant samples have no shape
            row |= {what: "undefined" if undefined else f"{values.median():.3f}"}
            row |= {f"{what}, min to max": "" if undefined else spread}
        rows.append(row | {"seeds": len(values)})
    text = pd.DataFrame(rows).to_markdown(index=False, disable_numparse=True)
    return (
        f"{text}\n\n- Amplitude spread: standard deviation of "
        "log₁₀(1 + (max + min)/2). Shape similarity: mean correlation of two samples. Collapse has less of the former, "
        "more of the latter, than real samples."
    )


def claims(frame: pd.DataFrame) -> list[Verdict]:
    """Amplitudes and shapes."""
    without, ours = "doppelganger_unnormalized", "doppelganger"
    amplitudes, shapes = (
        by_seed(frame[frame["what"] == what], "value", higher=what == "amplitude spread")
        for what in ("amplitude spread", "shape similarity")
    )
    return [
        *better("With auto-normalization amplitudes differ more", amplitudes, ours, [without], higher=True),
        *better("With auto-normalization shapes are less similar", shapes, ours, [without]),
    ]


def _rows(model: str, seed: int, data: TimeSeriesDataset, *, drawn: bool) -> list[pd.DataFrame]:
    numbers = {"amplitude spread": amplitude_spread(data), "shape similarity": _similarity(data)}
    rows = [pd.DataFrame({"model": model, "seed": seed, "what": list(numbers), "value": list(numbers.values())})]
    for number in range(min(DRAWN, len(data)) if drawn else 0):
        series = data.measurements[number, : data.lengths[number], 0]
        columns = {"number": number, "step": np.arange(len(series)), "value": series}
        rows.append(pd.DataFrame({"model": model, "seed": seed, "what": "series", **columns}))
    return rows


def _similarity(data: TimeSeriesDataset) -> float:
    try:
        return shape_similarity(data)
    except ValueError:
        return float("nan")


def _label(model: str) -> str:
    return "Real" if model == "real" else label_of(model)
