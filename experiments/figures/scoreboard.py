"""Scoreboard, beyond the paper: what Table 3 cannot see, each in its own unit and scaled by the controls."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from scikit_posthocs import critical_difference_diagram, posthoc_nemenyi_friedman
from tqdm import tqdm

from experiments.ink.models import REAL, colour_of, competitors, floors, is_control, label_of
from experiments.ink.numbers import printed, reach
from experiments.ink.plots import panels
from experiments.paper.artifact import Paper
from experiments.paper.claims import Verdict, better
from experiments.runs.run import Run, one_a_seed
from experiments.studies.budgets import LAST, RULE, last_quarter, untrained
from experiments.studies.columns import mean_ranks, measured

PAPER = Paper(
    name="Scoreboard",
    section="5.2",
    claim="nothing of all columns together: it looks at one statistic at a time",
)
CEILING, WORST = "bootstrap", "shuffled"
MARGIN = 1.1  # times as far from the ideal as real and resampled rows: where `shuffled` is not, a column has no scale
LEVEL = 0.05  # of the Friedman and Nemenyi tests


def compute(runs: Sequence[Run]) -> pd.DataFrame:
    """The frame of experiments.studies.columns against A′, and of what it costs: seconds to train and to draw as many.

    `real` is A in the models' place, where the question is not about A itself.
    Raises ValueError where nothing but the bootstrap is to be shown, which has no rank.
    """
    if {run.model for run in runs} == {CEILING}:
        raise ValueError(f"the scoreboard shows models beside the {CEILING}, which has no rank: name one by model=")
    rows = [row for run in one_a_seed(runs) for row in measured(run, "held_out", run.real.train)]
    for run in tqdm(runs, desc="scoreboard", unit="run"):
        rows += [*measured(run, "held_out"), *_cost(run)]
    return pd.DataFrame(rows)


def render(frame: pd.DataFrame) -> Figure:
    """Scaled medians as a map, 0 `real` and 1 `shuffled`; below, mean ranks and which differences are significant."""
    ranks, scaled = ranks_of(frame), scaled_medians(frame)
    order = [*ranks.mean().sort_values().index, *untrained(frame)]
    shown = scaled.loc[[model for model in order if model in scaled.index], scaled.notna().any()]
    figure, axes = panels(2, 1, height=0.15 * len(shown) + 1.9)
    above, below = axes[:, 0]
    image = above.imshow(shown, cmap="cividis", vmin=0, vmax=1, aspect="auto")
    above.set_xticks(range(shown.shape[1]), shown.columns, rotation=60, ha="left")
    above.xaxis.tick_top()
    above.set_yticks(range(len(shown)), map(label_of, shown.index))
    above.grid(False)
    for (row, column), value in np.ndenumerate(shown.to_numpy()):
        if np.isfinite(value):
            colour = "black" if value > 0.5 else "white"
            above.annotate(f"{value:.2f}", (column, row), ha="center", va="center", color=colour)
    figure.colorbar(image, ax=above, label="0: real, 1: shuffled in time", pad=0.01)
    _critical_difference(below, ranks)
    return figure


def table(frame: pd.DataFrame) -> str:
    """Of each aspect the medians in their own unit, with the scaled ones in brackets; then the mean ranks."""
    ranks, scaled, short = ranks_of(frame), scaled_medians(frame), untrained(frame)
    order = ranks.mean().sort_values()
    models = [REAL, *order.index, *short]
    medians = frame.groupby(["model", "column"])["value"].median().unstack()
    copied = frame.groupby(["model", "column"])["copied"].first().unstack().fillna("").ne("")
    parts = []
    for aspect, rows in frame.groupby("aspect", sort=False):
        named = rows.drop_duplicates("column")
        cells = {
            f"{row.column} ({row.unit})": [
                _cell(*(part.loc[model, row.column] for part in (medians, scaled, copied))) for model in models
            ]
            for row in named.itertuples()
        }
        text = pd.DataFrame({"model": [label_of(model) for model in models], **cells})
        parts.append(f"{str(aspect).capitalize()}:\n\n{text.to_markdown(index=False, disable_numparse=True)}")
    rows = [
        {"model": label_of(model), "mean rank": f"{rank:.1f}", "min to max": reach(ranks[model], ".1f")}
        | {"seeds": str(ranks[model].count())}
        for model, rank in order.items()
    ]
    rows += [{"model": label_of(model), "mean rank": "not trained"} for model in short]
    placed = pd.DataFrame(rows).fillna("").to_markdown(index=False, disable_numparse=True)
    parts.append(f"Mean ranks over the columns:\n\n{placed}")
    told = frame[frame["reference"].ne("")].drop_duplicates("reference")
    lines = [
        "- In brackets: 0 is `real`, 1 is `shuffled`; nothing where series shuffled in time are as good as real ones.",
        "- *: drawn from training samples, not learnt, and not ranked in that column; the bootstrap is ranked in none.",
        f"- References: {'; '.join(told['reference'])}.",
    ]
    below = [label_of(m) for m in order.index if not is_control(m) and order[m] >= _best_floor(order)]
    if short:
        lines.append(f"- {RULE.capitalize()}.")
    if below:
        lines.append(f"- No better by mean rank than the best of the controls: {', '.join(below)}.")
    return "\n\n".join([*parts, "\n".join(lines)])


def claims(frame: pd.DataFrame) -> list[Verdict]:
    """By mean rank, against the competitors, those at their best included, and against the controls."""
    ranks = ranks_of(frame)
    return [
        verdict
        for ours in ("doppelganger", "doppelganger_best")
        for rivals, which in ((competitors(ranks), "every competitor's"), (list(floors()), "the controls'"))
        for verdict in better(f"The mean rank of {label_of(ours)} is lower than {which}", ranks, ours, rivals)
    ]


def ranks_of(frame: pd.DataFrame) -> pd.DataFrame:
    """`columns.mean_ranks` of all that are ranked: not `real` and the bootstrap, which are drawn from real rows."""
    return mean_ranks(frame[~frame["model"].isin([REAL, CEILING, *untrained(frame)])])


def scaled_medians(frame: pd.DataFrame) -> pd.DataFrame:
    """Median errors, [model x column], 0 for `real` and 1 for `shuffled`.

    NaN where shuffling in time does no harm beyond that of resampling, e.g. to the distribution of a sample's maximum.
    """
    errors = frame.groupby(["column", "model"], sort=False)["error"]
    medians, highest = errors.median().unstack(), errors.max().unstack()
    real, controls = medians[REAL].fillna(0), highest.columns.intersection([REAL, CEILING])
    worst = medians.get(WORST, real)
    span = (worst - real).where(worst > MARGIN * highest[controls].max(axis=1))
    return medians.sub(real, axis=0).div(span, axis=0).T[list(dict.fromkeys(frame["column"]))]


def _cost(run: Run) -> Iterator[dict[str, object]]:
    start = time.perf_counter()
    run.generator.sample(len(run.real.held_out), seed=run.seed)
    seconds = {"training": run.provenance["seconds"], "sampling": time.perf_counter() - start}
    for column, value in seconds.items():
        row = {"model": run.model, "seed": run.seed, "column": column, "aspect": "cost", "unit": "seconds"}
        row |= {LAST: last_quarter(run)}
        yield row | {"reference": "", "value": value, "error": np.nan, "copied": ""}


def _critical_difference(axes: Axes, ranks: pd.DataFrame) -> None:
    """Demšar 2006: mean ranks on a line; a bar joins models whose ranks the Nemenyi test does not tell apart."""
    ranks = ranks.dropna(axis="columns")
    if len(ranks) < 2 or ranks.shape[1] < 3:
        axes.set_axis_off()
        return
    colours = {label_of(model): colour_of(model) or "black" for model in ranks}
    ranks.columns = list(colours)
    apart = posthoc_nemenyi_friedman(ranks.reset_index(drop=True))
    look = {"color_palette": colours, "label_props": {"fontsize": 7}, "elbow_props": {"ls": "-", "linewidth": 0.8}}
    drawn = critical_difference_diagram(
        ranks.mean(), apart, alpha=LEVEL, ax=axes, crossbar_props={"ls": "-", "linewidth": 2}, **look
    )
    for (bar,) in drawn["crossbars"]:  # its points are those of a set, in no order
        bar.set_xdata(np.sort(bar.get_xdata()))
    low, high = ranks.mean().min(), ranks.mean().max()
    axes.set_xlim(low - 0.6 * (high - low), high + 1.0 * (high - low))  # room for names on both sides
    axes.set_xticks([tick for tick in axes.get_xticks() if low - 1 <= tick <= high + 1])
    axes.set_title("mean rank over the columns\na bar joins what the seeds do not tell apart (Nemenyi)")


def _best_floor(order: pd.Series) -> float:
    found = [order[model] for model in floors() if model in order]
    return min(found, default=np.inf)


def _cell(value: float, scaled: float, copied: bool) -> str:
    if not np.isfinite(value):
        return ""
    return f"{printed(value, '.3g')}{'*' if copied else ''}" + (f" ({scaled:.2f})" if np.isfinite(scaled) else "")
