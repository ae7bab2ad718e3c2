"""The few drawing primitives and the one style sheet of all figures."""

from __future__ import annotations

import textwrap
from collections.abc import Sequence
from typing import Any

import matplotlib
import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from numpy.typing import NDArray

from dg.dataset import TimeSeriesDataset
from experiments.ink.models import LINES, colour_of, line_of

HATCHES = ("", "////", "....", "xxxx")  # of bars, one for each of LINES
STYLE: dict[Any, Any] = {
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.grid": True,
    "grid.alpha": 0.3,
    "figure.constrained_layout.use": True,
    "font.size": 9,
}


def panels(
    rows: int, columns: int, width: float = 7.0, height: float = 2.4, widths: Sequence[float] | None = None
) -> tuple[Figure, NDArray[np.object_]]:
    """An empty figure in the house style, and its axes [rows, columns]; `widths` of the columns, relative."""
    with matplotlib.rc_context(STYLE):
        figure = Figure(figsize=(width, height * rows), layout="constrained")
        return figure, figure.subplots(rows, columns, squeeze=False, width_ratios=widths)


def curve(
    axes: Axes, x: NDArray, y: NDArray, model: str, label: str, band: tuple[NDArray, NDArray] | None = None
) -> None:
    """One model's line, with the range over its seeds as a band."""
    width, depth = (1.3, 3) if model == "real" else (0.9, 2)
    axes.plot(x, y, color=colour_of(model), ls=line_of(model), lw=width, label=label, zorder=depth)
    if band is not None:
        axes.fill_between(x, *band, color=colour_of(model), alpha=0.2, lw=0)


def histogram(
    axes: Axes, edges: NDArray, shares: NDArray, model: str, label: str, band: tuple[NDArray, NDArray] | None = None
) -> None:
    """One model's histogram as steps, with the range over its seeds as a band."""
    axes.stairs(shares, edges, color=colour_of(model), ls=line_of(model), lw=1.1, label=label)
    if band is not None:
        axes.stairs(band[1], edges, baseline=band[0], color=colour_of(model), alpha=0.2, lw=0, fill=True)


def bars(axes: Axes, at: NDArray, width: float, middle: NDArray, reach: NDArray, model: str, label: str) -> None:
    """One model's bars, with whiskers as far below and above as `reach` [2, n] says; presets are hatched."""
    hatch, whiskers = HATCHES[LINES.index(line_of(model))], {"lw": 0.6}
    drawn = axes.bar(at, middle, width, yerr=reach, color=colour_of(model), label=label, error_kw=whiskers)
    for bar in drawn:
        bar.set(hatch=hatch, edgecolor="white", linewidth=0)


def mark_cut(axes: Axes, at: NDArray, values: NDArray, lowest: float) -> None:
    """Says at the foot of the axis which of the bars at `at` go on below it, and to where."""
    for x, value in zip(at, values, strict=True):
        if value < lowest:
            axes.annotate(f"↓ {value:,.3g}", (x, lowest), rotation=90, ha="center", va="bottom", fontsize=6)


def same_range(axes: NDArray[np.object_]) -> None:
    """Gives all panels in use the widest range of their y-axes, so that they can be compared."""
    used = [axis for axis in axes.ravel() if axis.axison]
    low, high = zip(*(axis.get_ylim() for axis in used), strict=True)
    for axis in used:
        axis.set_ylim(min(low), max(high))


def footer(figure: Figure, note: str) -> None:
    """Adds a note under the whole figure, as wide as it is."""
    letters = int(15 * figure.get_figwidth())
    figure.supxlabel(textwrap.fill(note, letters), x=0.01, ha="left", fontsize=8, color="#555555")


def legend(axes: Axes, columns: int = 5) -> None:
    """Adds a legend above the panel, where it hides no line."""
    axes.legend(ncols=columns, loc="lower center", bbox_to_anchor=(0.5, 1), frameon=False, fontsize=8)


def sample_grid(real: TimeSeriesDataset, generated: TimeSeriesDataset, title: str, count: int = 3) -> Figure:
    """The first few real series above as many generated ones, first measurement, log scale where none is negative."""
    figure, axes = panels(2, count, height=1.6)
    for row, (name, data) in enumerate((("real", real), ("generated", generated))):
        for column in range(min(count, len(data))):
            series = data.measurements[column, : data.lengths[column], 0]
            axes[row, column].plot(series, lw=0.7, color=colour_of("real" if row == 0 else "doppelganger"))
            axes[row, column].set_yscale("symlog" if series.min() >= 0 else "linear")
        axes[row, 0].set_ylabel(name)
    figure.suptitle(title)
    return figure
