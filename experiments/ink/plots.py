"""The few drawing primitives of all figures, in the style of paper.mplstyle."""

from __future__ import annotations

import logging
import textwrap
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import matplotlib
import matplotlib.style
import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from numpy.typing import NDArray

from dg.dataset import TimeSeriesDataset
from experiments.ink.models import LINES, REAL, colour_of, line_of

STYLE = Path(__file__).with_name("paper.mplstyle")
COLUMN, PAGE = 3.33, 7.0  # inches: a column and the page of a two-column paper
LETTERS = 19.5  # an inch, of text of 7 points
HATCHES = ("", "/////", ".....", "xxxxx")  # of bars, one for each of LINES
UNDATED = {"png": {"Software": None}, "pdf": {"CreationDate": None, "Producer": None}, "svg": {"Date": None}}

logging.getLogger("fontTools").setLevel(logging.WARNING)  # it tells every table of every font in a .pdf
matplotlib.style.use(STYLE)  # here alone: texts and lines take their look when they are made, not when they are saved


def panels(
    rows: int, columns: int, width: float = PAGE, height: float = 2.0, widths: Sequence[float] | None = None
) -> tuple[Figure, NDArray[np.object_]]:
    """An empty figure, and its axes [rows, columns]; `width` and `height` of a row in inches, `widths` of columns."""
    figure = Figure(figsize=(width, height * rows), layout="constrained")
    return figure, figure.subplots(rows, columns, squeeze=False, width_ratios=widths)


def save(figure: Figure, file: Path) -> None:
    """Writes .png, .pdf or .svg, by the name of the file; the same figure gives the same bytes, without a date."""
    form = file.suffix.removeprefix(".")
    figure.savefig(file, format=form, metadata=UNDATED[form])


def curve(
    axes: Axes, x: NDArray, y: NDArray, model: str, label: str, band: tuple[NDArray, NDArray] | None = None
) -> None:
    """One model's line, with the range over its seeds as a band; what is no model takes the next of other colours."""
    width, depth = (1.3, 3.0) if model == REAL else (0.9, 2.0)
    look: dict[str, Any] = {"color": colour_of(model), "ls": line_of(model)} if colour_of(model) else {}
    (line,) = axes.plot(x, y, lw=width, label=label, zorder=depth, **look)
    if band is not None:
        axes.fill_between(x, *band, color=line.get_color(), alpha=0.2, lw=0)


def histogram(
    axes: Axes, edges: NDArray, shares: NDArray, model: str, label: str, band: tuple[NDArray, NDArray] | None = None
) -> None:
    """One model's histogram as steps, with the range over its seeds as a band, which the axis may cut."""
    axes.stairs(shares, edges, color=colour_of(model), ls=line_of(model), lw=1.1, label=label)
    if band is not None:
        reach = axes.dataLim.frozen()
        axes.stairs(band[1], edges, baseline=band[0], color=colour_of(model), alpha=0.2, lw=0, fill=True)
        axes.dataLim.set(reach)
        axes.autoscale_view()


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
            told = f"{value:,.2g}" if value > -1e5 else f"{value:.0e}".replace("e+", "e")
            text = axes.annotate(f"↓ {told}", (x, lowest), (0, 1), textcoords="offset points", rotation=90)
            text.set(ha="center", va="bottom", bbox={"fc": "white", "ec": "none", "pad": 0.3, "alpha": 0.8}, zorder=4)


def same_range(axes: NDArray[np.object_]) -> None:
    """Gives all panels in use the widest range of their y-axes, so that they can be compared."""
    used = [axis for axis in axes.ravel() if axis.axison]
    low, high = zip(*(axis.get_ylim() for axis in used), strict=True)
    for axis in used:
        axis.set_ylim(min(low), max(high))


def heading(figure: Figure, text: str) -> None:
    """Says above the whole figure which one of the paper it is."""
    figure.suptitle(textwrap.fill(text, int(0.7 * LETTERS * figure.get_figwidth())), x=0.01, ha="left")


def footer(figure: Figure, note: str) -> None:
    """Adds a note under the whole figure, as wide as it is."""
    wide = textwrap.fill(note, int(LETTERS * figure.get_figwidth()))
    figure.supxlabel(wide, x=0.01, ha="left", color="#555555")


def legend(axes: Axes) -> None:
    """Adds a legend above the panel, where it hides no line, of as many columns as fit its width."""
    handles, labels = axes.get_legend_handles_labels()
    figure, place = axes.get_figure(root=True), axes.get_subplotspec()
    assert figure is not None and place is not None
    room = 0.85 * figure.get_figwidth() * place.get_position(figure).width / 0.775  # 0.775: of axes before layout
    columns = max(1, int(room / (max(map(len, labels)) / LETTERS + 0.45)))
    rows = -(-len(labels) // columns)
    axes.legend(handles, labels, ncols=-(-len(labels) // rows), loc="lower left", bbox_to_anchor=(0, 1))


def sample_grid(real: TimeSeriesDataset, generated: TimeSeriesDataset, title: str, count: int = 3) -> Figure:
    """The first few real series above as many generated ones, first measurement, log scale where none is negative."""
    figure, axes = panels(2, count, height=1.6)
    field = real.schema.measurements[0]
    for row, (name, data) in enumerate((("real", real), ("generated", generated))):
        for column in range(min(count, len(data))):
            series = data.measurements[column, : data.lengths[column], 0]
            axes[row, column].plot(series, lw=0.7, color=colour_of(REAL if row == 0 else "doppelganger"))
            axes[row, column].set_yscale("symlog" if series.min() >= 0 else "linear")
        axes[row, 0].set_ylabel(f"{name}\n{field.name}, {getattr(field, 'unit', 'code')}")
    for axis in axes[-1]:
        axis.set_xlabel("record (number)")
    figure.suptitle(title)
    return figure
