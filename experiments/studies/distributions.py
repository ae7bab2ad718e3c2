"""Distributions of a statistic over samples, real and generated: what Figures 8 to 10, 14 and 18 to 20 have in common.

Their frames have one row per panel, model, seed and bin (or value): panel, model, seed, low, high (or value), share,
and the distance of the whole distribution to that of A′. `held_out` is A′ itself, `real` is A; where nothing is held
out, `real` is one half of A against the other. A model that cannot take part has one row with the reason in `left out`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence

import numpy as np
import pandas as pd
from matplotlib.figure import Figure
from numpy.typing import NDArray

from benchmarks.distances import jensen_shannon, wasserstein1
from benchmarks.metric import Statistic
from benchmarks.statistics.frequency import frequency
from dg.dataset import TimeSeriesDataset
from experiments.ink.models import is_control, kind_of, label_of
from experiments.ink.numbers import printed, reach
from experiments.ink.plots import bars as draw_bars
from experiments.ink.plots import curve, histogram, legend, panels, same_range
from experiments.paper.claims import Verdict, closest
from experiments.runs.run import Run, one_a_seed
from experiments.studies.capabilities import copying, left_out, unable, with_left_out

Part = Callable[[TimeSeriesDataset], TimeSeriesDataset]
"""The samples of a panel, e.g. the homes with DSL."""

EVERYTHING: Mapping[str, Part] = {"": lambda dataset: dataset}
RARE = 1e-3  # where the axis of bars begins


def shares(
    runs: Sequence[Run],
    statistic: Statistic,
    edges: NDArray[np.float64],
    *,
    parts: Mapping[str, Part] = EVERYTHING,
    needs: Sequence[str] = (),
) -> pd.DataFrame:
    """The share of the values of `statistic` between `edges`, and its Wasserstein-1 distance to A′.

    needs: "metadata" or "lengths"; a model that lacks one is left out
    """
    rows = []
    for model, seed, real, candidate in _pairs(runs, needs):
        for panel, part in parts.items():
            reference, values = statistic(part(real)), statistic(part(candidate))
            bins = {"panel": panel, "model": model, "seed": seed, "low": edges[:-1], "high": edges[1:]}
            if len(reference) and len(values):
                counted = np.histogram(np.clip(values, edges[0], edges[-1]), edges)[0] / len(values)
                rows.append(pd.DataFrame({**bins, "share": counted, "distance": wasserstein1(reference, values)}))
            else:
                rows.append(pd.DataFrame({**bins, "share": np.nan, "distance": np.nan}))
    return with_left_out(pd.concat(rows, ignore_index=True), unable(runs, needs))


def frequencies(runs: Sequence[Run], field: str) -> pd.DataFrame:
    """The share of each value of a categorical field, and its Jensen-Shannon divergence from A′ in bits."""
    rows = []
    for model, seed, real, candidate in _pairs(runs, ("metadata",)):
        reference, counted = frequency(real, field), frequency(candidate, field)
        values = list(real.metadata[field].cat.categories)
        distance = jensen_shannon(reference, counted)
        rows.append(
            pd.DataFrame({"panel": "", "model": model, "seed": seed, "value": values, "share": counted}).assign(
                distance=distance
            )
        )
    return with_left_out(pd.concat(rows, ignore_index=True), unable(runs, ("metadata",)) | copying(runs, "metadata"))


def histograms(frame: pd.DataFrame, label: str, *, log_x: bool = False, log_y: bool = False) -> Figure:
    """One panel per model over the histogram of A′: the samples of all seeds, and the seeds' ranges as bands."""
    models = _generators(frame)
    figure, axes = panels(-(-len(models) // 2), 2, height=1.5)
    for axis, model in zip(axes.ravel(), models, strict=False):
        for shown in ("held_out", model):
            edges, middle, band = _bins(frame[frame["model"] == shown], cumulative=False)
            histogram(axis, edges, middle, "real" if shown == "held_out" else model, name(shown), band)
        axis.set_ylabel("share of samples")
        axis.set_xscale("log" if log_x else "linear")
        axis.set_yscale("log" if log_y else "linear")
        legend(axis)
    for axis in axes.ravel()[len(models) :]:
        axis.set_axis_off()
    for axis in axes[-1]:
        axis.set_xlabel(label)
    same_range(axes)
    return figure


def cumulative(frame: pd.DataFrame, label: str) -> Figure:
    """One panel per part, one line per model's CDF, A′ in black: the samples of all seeds.

    Bands are the ranges over seeds of DoppelGANger and of A′; more of them would hide each other.
    """
    titles = list(frame["panel"].dropna().unique())
    figure, axes = panels(len(titles), 1, height=2.8)
    for axis, title in zip(axes[:, 0], titles, strict=True):
        rows = frame[frame["panel"] == title]
        for model in (*_generators(rows), "held_out"):
            edges, middle, band = _bins(rows[rows["model"] == model], cumulative=True)
            if not np.isnan(middle).all():
                shown = "real" if model == "held_out" else model
                banded = kind_of(shown) == "doppelganger" or shown == "real"
                curve(axis, edges[1:], middle, shown, name(model), band if banded else None)
        axis.set_ylabel(f"{title}: share of samples below" if title else "share of samples below")
    legend(axes[0, 0])
    axes[-1, 0].set_xlabel(label)
    return figure


def bars(frame: pd.DataFrame, label: str) -> Figure:
    """One bar per value and model, A′ in black: the samples of all seeds, the seeds' ranges as whiskers; log scale."""
    models = ["held_out", *_generators(frame)]
    values = list(frame["value"].dropna().unique())
    figure, axes = panels(1, 1, height=2.6)
    axis, width = axes[0, 0], 0.8 / len(models)
    for number, model in enumerate(models):
        seeds = frame[frame["model"] == model].pivot(index="value", columns="seed", values="share").loc[values]
        middle = seeds.mean(axis=1).to_numpy()
        reach = np.stack([middle - seeds.min(axis=1), seeds.max(axis=1) - middle])
        at = np.arange(len(values)) + (number - (len(models) - 1) / 2) * width
        draw_bars(axis, at, width, middle, reach, "real" if model == "held_out" else model, name(model))
    axis.set_xticks(
        range(len(values)), values, rotation=30 if len(values) > 5 else 0, ha="right" if len(values) > 5 else "center"
    )
    axis.set_ylabel("share of samples")
    axis.set_yscale("log")
    axis.set_ylim(bottom=RARE, top=1)
    axis.set_xlabel(label)
    legend(axis)
    return figure


def distances(frame: pd.DataFrame, distance: str) -> str:
    """The distances to A′, nearest first, and which models are left out and why.

    A seed whose distance is undefined, because it has no such sample, counts as farther than any other.
    """
    measured = frame[(frame["model"] != "held_out") & frame["panel"].notna()]
    first = measured.groupby(["panel", "model", "seed"], sort=False)["distance"].first().fillna(np.inf)
    rows = []
    for (panel, model), values in sorted(
        first.groupby(["panel", "model"], sort=False), key=lambda item: (item[0][0], item[1].median())
    ):
        row = {"part": panel} if panel else {}
        spread = "" if values.min() == np.inf else reach(values, ".4g")
        row |= {"model": label_of(model), distance: printed(values.median(), ".4g"), "min to max": spread}
        rows.append(row | {"seeds": len(values)})
    text = pd.DataFrame(rows).to_markdown(index=False, disable_numparse=True)
    return "\n\n".join(part for part in (text, "\n".join(left_out(frame))) if part)


def claims(frame: pd.DataFrame, claim: str = "DoppelGANger is closest") -> list[Verdict]:
    """Of each panel by itself: whether the distance of DoppelGANger is the smallest."""
    measured = frame[frame["panel"].notna()]
    return [
        verdict
        for panel, rows in measured.groupby("panel", sort=False)
        for verdict in closest(f"{claim}, {panel}" if panel else claim, rows, "distance", "doppelganger")
    ]


def _pairs(
    runs: Sequence[Run], needs: Sequence[str]
) -> Iterator[tuple[str, int, TimeSeriesDataset, TimeSeriesDataset]]:
    """model, seed, A′ and what is compared with it."""
    for run in one_a_seed(runs):
        yield "held_out", run.seed, run.real.held_out, run.real.held_out
        if run.real.nothing_held_out:
            one, other = run.real.train.split(0.5, 0.5, seed=run.seed)
            yield "real", run.seed, one, other
        else:
            yield "real", run.seed, run.real.held_out, run.real.train
    for run in runs:
        if not set(needs) & set(run.lacks):
            yield run.model, run.seed, run.real.held_out, run.generated


def _generators(frame: pd.DataFrame) -> list[str]:
    """The models to draw: those that are not left out; controls only where there is nothing else."""
    shown = [model for model in frame[frame["panel"].notna()]["model"].unique() if model != "held_out"]
    return [model for model in shown if not is_control(model)] or shown


def _bins(rows: pd.DataFrame, *, cumulative: bool) -> tuple[NDArray, NDArray, tuple[NDArray, NDArray]]:
    """Edges, and the mean and the range over seeds of the shares or of their cumulative sums.

    Each seed has as many samples as the others, so that the mean is the distribution of all of them together.
    """
    seeds = rows.pivot(index="low", columns="seed", values="share")
    seeds = seeds.cumsum() if cumulative else seeds
    edges = np.append(seeds.index.to_numpy(), rows["high"].max())
    return edges, seeds.mean(axis=1).to_numpy(), (seeds.min(axis=1).to_numpy(), seeds.max(axis=1).to_numpy())


def name(model: str) -> str:
    """What a legend calls `model`."""
    return "Real (A′)" if model == "held_out" else label_of(model)
