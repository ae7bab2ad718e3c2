"""Trained on generated samples, tested on real ones: what Figures 13 and 24 have in common."""

from __future__ import annotations

import numpy as np
import pandas as pd
from matplotlib.figure import Figure

from experiments.ink.models import colour_of, is_control, kind_of, label_of
from experiments.ink.numbers import printed, spread
from experiments.ink.plots import legend, panels


def bars(frame: pd.DataFrame, *scores: str, lowest: float = 0.0) -> Figure:
    """One panel per score, one group of bars per predictor: medians over seeds, ranges as whiskers; real in black.

    lowest: where the axis ends and bars are cut
    """
    tested = _tested(frame)
    models = list(tested["model"].unique())
    predictors = list(tested.loc[~tested["control"], "predictor"].unique())
    figure, axes = panels(len(scores), 1, width=9, height=3.4)
    width = 0.85 / len(models)
    for axis, score in zip(axes[:, 0], scores, strict=True):
        for number, model in enumerate(models):
            seeds = tested[tested["model"] == model].pivot(index="predictor", columns="seed", values=score)
            seeds = seeds.loc[predictors]
            low, middle, high = (side(axis=1).clip(lowest) for side in (seeds.min, seeds.median, seeds.max))
            reach = np.stack([middle - low, high - middle])
            at = np.arange(len(predictors)) + (number - (len(models) - 1) / 2) * width
            colour = colour_of(model)
            axis.bar(at, middle, width, yerr=reach, color=colour, label=label_of(model), error_kw={"lw": 0.6})
        controls = tested[tested["control"] & (tested["model"] == "real")]
        axis.axhline(controls[score].median(), color="black", lw=0.8, ls="--", label=controls["predictor"].iloc[0])
        axis.set_xticks(range(len(predictors)), [name.replace(", ", ",\n") for name in predictors])
        axis.set_ylabel(f"{score} on A′")
        axis.set_ylim(bottom=lowest)
    legend(axes[0, 0], columns=3)
    return figure


def table(frame: pd.DataFrame, score: str) -> str:
    """The score on A′ of every predictor by what it was trained on: the median over seeds and their range."""
    tested = _tested(frame)
    predictors = list(tested["predictor"].unique())
    medians = tested.groupby(["model", "predictor"])[score].median().unstack()[predictors]
    ranked = [name for name in predictors if name not in set(tested.loc[tested["control"], "predictor"])]
    real = medians.loc["real", ranked].mean()
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
                "mean, of real": printed(medians.loc[model, ranked].mean() / real),
                "not converged": f"{unsure.sum()} of {len(of_model)}",
                "seeds": of_model["seed"].nunique(),
            }
        )
    return pd.DataFrame(rows).to_markdown(index=False, disable_numparse=True)


def best(frame: pd.DataFrame, score: str) -> pd.Series:
    """For each predictor, the model whose samples train it best; controls are left out."""
    tested = _tested(frame)
    generated = tested[~tested["model"].map(is_control) & ~tested["control"]]
    medians = generated.groupby(["predictor", "model"], sort=False)[score].median().unstack()
    return medians.idxmax(axis=1)


def verdict(frame: pd.DataFrame, score: str, claim: str) -> str:
    """For how many predictors DoppelGANger is best, and which model is best for each."""
    found = best(frame, score)
    won = sum(kind_of(model) == "doppelganger" for model in found)
    listed = "; ".join(f"{predictor}: {label_of(model)}" for predictor, model in found.items())
    return f"- The paper: {claim}. Ours, by {score}: {won} of {len(found)}. Best, {listed}."


def _tested(frame: pd.DataFrame) -> pd.DataFrame:
    """The rows of predictors trained on A or B and tested on A′."""
    tested = frame[frame["tested"].eq("A′") & frame["trained"].isin(["A", "B"])]
    return tested.astype({"control": bool})
