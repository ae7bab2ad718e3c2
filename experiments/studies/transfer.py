"""Trained on generated samples, tested on real ones: what Figures 13 and 24 have in common."""

from __future__ import annotations

import numpy as np
import pandas as pd
from matplotlib.figure import Figure

from experiments.ink.models import LINES, competitors, label_of
from experiments.ink.numbers import printed, spread
from experiments.ink.plots import bars as draw_bars
from experiments.ink.plots import legend, mark_cut, panels
from experiments.paper.claims import Verdict, all_of, better, by_seed


def bars(frame: pd.DataFrame, *scores: str, lowest: float = 0.0) -> Figure:
    """One panel per score, one group of bars per predictor: medians over seeds, ranges as whiskers; real in black.

    lowest: where the axis ends and bars are cut
    """
    tested = _tested(frame)
    models = list(tested["model"].unique())
    predictors = list(tested.loc[~tested["control"], "predictor"].unique())
    figure, axes = panels(len(scores), 1, height=2.1 + 1.1 / len(scores))
    width = 0.85 / len(models)
    for axis, score in zip(axes[:, 0], scores, strict=True):
        for number, model in enumerate(models):
            seeds = tested[tested["model"] == model].pivot(index="predictor", columns="seed", values=score)
            seeds = seeds.loc[predictors]
            low, middle, high = (side(axis=1).clip(lowest).to_numpy() for side in (seeds.min, seeds.median, seeds.max))
            at = np.arange(len(predictors)) + (number - (len(models) - 1) / 2) * width
            draw_bars(axis, at, width, middle, np.stack([middle - low, high - middle]), model, label_of(model))
            mark_cut(axis, at, seeds.median(axis=1).to_numpy(), lowest)
        for (control, values), line in zip(
            _controls(tested).groupby("predictor", sort=False)[score], LINES[1:], strict=False
        ):
            axis.axhline(values.median(), color="black", lw=0.8, ls=line, label=control)
        axis.set_xticks(range(len(predictors)), [name.replace(", ", ",\n") for name in predictors])
        axis.set_ylabel(f"{score} on A′")
        axis.set_ylim(bottom=lowest)
    axes[-1, 0].set_xlabel("predictor")
    legend(axes[0, 0])
    return figure


def table(frame: pd.DataFrame, score: str) -> str:
    """The score on A′ of every predictor by what it was trained on: the median over seeds and their range.

    A share of real's score stands there only where predictors that are trained on real samples beat the controls.
    """
    tested = _tested(frame)
    predictors = list(tested["predictor"].unique())
    medians = tested.groupby(["model", "predictor"])[score].median().unstack()[predictors]
    ranked = [name for name in predictors if name not in set(tested.loc[tested["control"], "predictor"])]
    real = medians.loc["real", ranked].mean()
    blind = medians.loc["real"].drop(ranked)
    learnt = real > blind.max()
    rows = []
    for model in medians[ranked].mean(axis=1).sort_values(ascending=False).index:
        of_model = tested[tested["model"] == model]
        row = {"trained on": label_of(model)}
        for predictor in predictors:
            row[predictor] = spread(of_model.loc[of_model["predictor"] == predictor, score])
        unsure = ~of_model["converged"].astype(bool)
        rows.append(
            row
            | {
                "mean, of real": printed(medians.loc[model, ranked].mean() / real) if learnt else "",
                "not converged": f"{unsure.sum()} of {len(of_model)}",
                "seeds": of_model["seed"].nunique(),
            }
        )
    text = pd.DataFrame(rows).to_markdown(index=False, disable_numparse=True)
    if learnt:
        return text
    return (
        f"{text}\n\nOn real samples the predictors have {real:.3f} on average, and what learns nothing, "
        f"{blind.idxmax()}, has {blind.max():.3f}: a share of real would say nothing here."
    )


def claims(frame: pd.DataFrame, *scores: str) -> list[Verdict]:
    """By each score: whether DoppelGANger trains each predictor best, and better than what learns from no inputs."""
    tested = _tested(frame)
    controls = _controls(tested).assign(model=lambda rows: rows["predictor"])
    found = []
    for score in scores:
        parts, over = [], []
        for predictor, rows in tested[~tested["control"]].groupby("predictor", sort=False):
            by_model = by_seed(rows, score, higher=True)
            parts += better(str(predictor), by_model, "doppelganger", competitors(by_model), higher=True)
            against = by_seed(pd.concat([rows, controls]), score, higher=True)
            over += better(str(predictor), against, "doppelganger", list(controls["model"].unique()), higher=True)
        found += all_of(f"DoppelGANger trains every predictor best, by {score}", parts)
        found += all_of(f"It trains every predictor to more than what learns nothing has, by {score}", over)
    return found


def _controls(tested: pd.DataFrame) -> pd.DataFrame:
    """Of those predictors that learn nothing from inputs, fitted to real samples."""
    return tested[tested["control"] & (tested["model"] == "real")]


def _tested(frame: pd.DataFrame) -> pd.DataFrame:
    """The rows of predictors trained on A or B and tested on A′."""
    tested = frame[frame["tested"].eq("A′") & frame["trained"].isin(["A", "B"])]
    return tested.astype({"control": bool})
