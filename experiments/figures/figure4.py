"""Figure 4 (§4.1): the error of the autocorrelation by the batch parameter S, the records of one RNN pass, WWT."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pandas as pd
from matplotlib.figure import Figure

from benchmarks.statistics.autocorrelation import AUTOCORRELATION_MSE
from experiments.ink.models import REAL, colour_of, is_control, label_of, line_of
from experiments.ink.numbers import spread
from experiments.ink.plots import COLUMN, legend, panels
from experiments.paper.artifact import Paper
from experiments.paper.claims import Verdict, all_of, better, by_seed
from experiments.runs.choosing import AUTO
from experiments.runs.run import Run, one_a_seed

PAPER = Paper(
    name="Figure 4",
    section="4.1",
    claim="even a small S, but larger than 1, improves signals substantially; the larger S, the harder is a pass; "
    "S = 5 works well, and T/S around 50 (§4.4)",
)
OURS, SMALL, PASSES = "doppelganger", 5, 50
APART = 1.2  # times one labelled S to the next


def compute(runs: Sequence[Run]) -> pd.DataFrame:
    """One row a run: model, seed, sample_len (S), passes (T/S, rounded up), chosen, mse (that of Table 3), seconds.

    chosen: whether S was chosen by short trainings, whose time is not in `seconds`
    Every row is measured against the held-out half A′; `real` is A against it. Controls have no S.
    """
    rows = [_row(REAL, run, AUTOCORRELATION_MSE(run.real.held_out, run.real.train)) for run in one_a_seed(runs)]
    for run in runs:
        row = _row(run.model, run, AUTOCORRELATION_MSE(run.real.held_out, run.generated))
        if not is_control(run.model):
            networks: Any = run.generator.module.generator
            chosen = run.config.model.module.sample_len == AUTO
            row |= {"sample_len": networks.sample_len, "passes": networks.passes, "chosen": chosen}
            row |= {"seconds": run.provenance["seconds"]}
        rows.append(row)
    return pd.DataFrame(rows).astype({"sample_len": "Int64", "passes": "Int64"})


def render(frame: pd.DataFrame) -> Figure:
    """A point a run, a line through the medians, stars where S was chosen; controls are lines across, their medians."""
    figure, axes = panels(1, 1, width=COLUMN, height=3.4)
    axis = axes[0, 0]
    for model, rows in frame.groupby("model", sort=False):
        colour, style = colour_of(model), line_of(model)
        if rows["sample_len"].isna().all():
            axis.axhline(rows["mse"].median(), color=colour, ls=style, lw=0.9, label=label_of(model))
            continue
        named, chosen = _named(rows), rows[rows["chosen"]]
        medians = named.groupby("sample_len")["mse"].median()
        axis.plot(medians.index, medians, color=colour, ls=style, lw=1, label=label_of(model))
        axis.scatter(named["sample_len"], named["mse"], color=colour, s=10)
        if len(chosen):
            label = f"{label_of(model)}, S chosen"
            axis.scatter(chosen["sample_len"], chosen["mse"], color=colour, marker="*", s=60, label=label)
    ticks: list[int] = []
    for tick in sorted(_named(frame)["sample_len"].unique()):
        if not ticks or tick > APART * ticks[-1]:
            ticks.append(tick)
    axis.set(
        xscale="log",
        yscale="log",
        xlabel="S (records of one RNN pass)",
        ylabel="MSE of the autocorrelation",
    )
    axis.set_xticks(ticks, [f"{tick:.0f}" for tick in ticks])
    axis.set_xticks([], minor=True)
    legend(axis)
    return figure


def table(frame: pd.DataFrame) -> str:
    """The errors and the time of a training by S, those of chosen S, then the controls."""
    rows = []
    for model, of_model in frame.groupby("model", sort=False):
        parts = [(str(s), part) for s, part in _named(of_model).groupby("sample_len")]
        chosen = of_model[of_model["chosen"]]
        if len(chosen):
            parts.append((f"chosen: {', '.join(map(str, sorted(chosen['sample_len'].unique())))}", chosen))
        for s, part in parts or [("", of_model)]:
            rows.append(
                {
                    "model": label_of(model),
                    "S": s,
                    "passes": ", ".join(map(str, sorted(part["passes"].dropna().unique()))),
                    "MSE (min to max)": spread(part["mse"], ".5f"),
                    "seconds": spread(part["seconds"], ",.0f", undefined=""),
                    "seeds": len(part),
                }
            )
    return pd.DataFrame(rows).to_markdown(index=False, disable_numparse=True)


def claims(frame: pd.DataFrame) -> list[Verdict]:
    """By the S that were named: 5, and that of 50 passes, against 1; and the latter against the largest."""
    named = _named(frame[frame["model"] == OURS])
    if named.empty:
        return []
    scores = by_seed(named.assign(model="S = " + named["sample_len"].astype(str)), "mse")
    usual = named.loc[(named["passes"] - PASSES).abs().idxmin(), "sample_len"]
    one, small, near, most = (f"S = {s}" for s in (1, SMALL, usual, named["sample_len"].max()))
    larger = [s for s in dict.fromkeys((small, near)) if s != one]
    against_one = [part for s in larger for part in better(f"{s} against {one}", scores, s, [one])]
    found = all_of("A small S, but larger than 1, has a smaller error than S = 1", against_one)
    if near != most:
        found += better(f"T/S around {PASSES}, {near}, has a smaller error than the largest S", scores, near, [most])
    return found


def _named(frame: pd.DataFrame) -> pd.DataFrame:
    return frame[frame["sample_len"].notna() & ~frame["chosen"]]


def _row(model: str, run: Run, mse: float) -> dict[str, object]:
    return {
        "model": model,
        "seed": run.seed,
        "sample_len": None,
        "passes": None,
        "chosen": False,
        "mse": mse,
        "seconds": float("nan"),
    }
