"""Do prediction algorithms keep their order on generated data? What Table 5 and Figures 25 and 26 have in common.

The order to keep is that of training on A and testing on A′, model `truth`; model `real` exchanges the two.
Frame: task, model, seed, predictor, score (trained on B, tested on B′), rank, transferred (the score on A′), and, for
the model and seed as a whole, blind (the best score of a control, which learns nothing), correlation, low, high (95 %
of resampled test sets) and tied.
"""

from __future__ import annotations

import textwrap

import matplotlib
import numpy as np
import pandas as pd
from matplotlib.figure import Figure

from benchmarks.downstream.ranking import interval, rank_correlation, ranks, tied
from experiments.ink.models import competitors, floors, label_of
from experiments.ink.numbers import printed, reach
from experiments.ink.plots import legend, mark_cut, panels
from experiments.paper.claims import Verdict, better, by_seed
from experiments.studies.capabilities import left_out

CLAIM = "DoppelGANger and AR are best at keeping the algorithms' ranking"
BLIND = "the best control, which learns nothing"
BAR = {"error_kw": {"lw": 0.6}, "edgecolor": "black", "linewidth": 0.3}
NONE = "no order"  # where all algorithms tie; it counts as worse than any
KEPT, POOR = 0.75, 0.8  # above KEPT an order is kept; below POOR, a share of real's score, samples are poor


def compute(scores: pd.DataFrame, score: str) -> pd.DataFrame:
    """The ranks of the algorithms by `score`, from the frame of studies.downstream; controls do not take part."""
    parts, where = [], ["model", "trained", "tested"]
    for seed, rows in scores[scores["task"].notna()].groupby("seed"):
        control = rows["control"].astype(bool)
        tested = {key: part.set_index("predictor") for key, part in rows[~control].groupby(where)}
        blind = rows[control].groupby(where)[score].max()
        truth = tested["real", "A", "A′"]
        sides = {"truth": (("real", "A", "A′"), truth), "real": (("real", "A′", "A"), truth)}
        for model in rows["model"].unique():
            if model != "real":
                sides[model] = (model, "B", "B′"), tested[model, "B", "A′"]
        for model, (inside, across) in sides.items():
            within = tested[inside]
            own = {"task": truth["task"], "model": model, "seed": seed, "score": within[score]}
            own |= {"rank": ranks(within[score]), "transferred": across[score], "blind": blind[inside]}
            parts.append(pd.DataFrame({**own, **_correlation(truth, within, score)}).reset_index())
    left = scores[scores["task"].isna()].dropna(axis="columns", how="all")
    return pd.concat([*parts, left], ignore_index=True)


def render(frame: pd.DataFrame, label: str, *, lowest: float = 0.0) -> Figure:
    """Bars of every model, one an algorithm with its place: medians and ranges over seeds, cut at `lowest`.

    A place has one figure, as bars are narrow: two that tie for the first are both 1, where the page has 1.5.
    A black line across a model's bars is what learns nothing.
    """
    shown = frame[frame["predictor"].notna()]
    models, predictors = list(shown["model"].unique()), list(shown["predictor"].unique())
    figure, axes = panels(1, 1, height=3.7)
    axis, width = axes[0, 0], 0.85 / len(predictors)
    scores = shown.groupby(["model", "predictor"])["score"]
    low, medians, high = (part.unstack()[predictors] for part in (scores.min(), scores.median(), scores.max()))
    places = medians.rank(axis=1, method="min", ascending=False, na_option="bottom")
    shades = matplotlib.colormaps["cividis"](np.linspace(0, 0.95, len(predictors)))  # no model's colours
    for number, predictor in enumerate(predictors):
        at = np.arange(len(models)) + (number - (len(predictors) - 1) / 2) * width
        ends, middles, tops = (part.loc[models, predictor].clip(lowest).to_numpy() for part in (low, medians, high))
        reach = np.stack([middles - ends, tops - middles])
        axis.bar(at, middles, width, yerr=reach, color=shades[number], label=predictor, **BAR)
        mark_cut(axis, at, medians.loc[models, predictor].to_numpy(), lowest)
        for x, top, model in zip(at, tops, models, strict=True):
            axis.annotate(f"{places.loc[model, predictor]:.0f}", (x, max(top, 0)), ha="center", va="bottom")
    if "blind" in shown:
        blind = shown.groupby("model")["blind"].median()[models].clip(lowest)
        axis.hlines(blind, np.arange(len(models)) - 0.45, np.arange(len(models)) + 0.45, "black", lw=0.8, label=BLIND)
    names = [textwrap.fill(_name(model), 24) for model in models]
    crowded = len(models) > 8
    axis.set_xticks(range(len(models)), names, rotation=45 if crowded else 0, ha="right" if crowded else "center")
    axis.set_ylabel(label)
    axis.set_xlabel("samples that the predictors are trained and tested on")
    axis.set_ylim(bottom=lowest)
    legend(axis)
    return figure


def page(frame: pd.DataFrame, paper: dict[str, float]) -> str:
    """What stands beside Figures 25 and 26: scores with their ranks, and the rank correlations."""
    return "\n\n".join([placed(frame), table(frame, paper), "\n".join(remarks(frame))])


def claims(frame: pd.DataFrame) -> list[Verdict]:
    """Whether DoppelGANger, and AR, keep the order better than every other model; what the controls keep stands beside.

    Where shuffled series keep the order as well, it says nothing about the samples.
    """
    scores = by_seed(frame[frame["predictor"].notna()], "correlation", higher=True)
    rivals = [model for model in competitors(scores) if model != "ar"]
    return [
        verdict
        for ours in ("doppelganger", "ar")
        for verdict in (
            *better(f"{label_of(ours)} keeps the order best", scores, ours, rivals, higher=True),
            *better(f"{label_of(ours)} keeps it better than the controls", scores, ours, list(floors()), higher=True),
        )
    ]


def table(frame: pd.DataFrame, paper: dict[str, float]) -> str:
    """Spearman's rank correlations beside the paper's, and how good the samples are, which they do not show."""
    shown = frame[frame["predictor"].notna() & (frame["model"] != "truth")]
    of_real = shown.loc[shown["model"] == "real", "transferred"].mean()
    rows = []
    for model, of_model in shown.groupby("model", sort=False):
        one = of_model.groupby("seed")[["correlation", "low", "high", "tied"]].first()
        ordered = one["correlation"].fillna(-np.inf)
        ranges = of_model.groupby("seed")["score"].agg(np.ptp)
        rows.append(
            {
                "model": _name(str(model)),
                "paper": f"{paper[str(model)]:.2f}" if model in paper else "",
                "rank correlation (median)": printed(ordered.median(), ".2f", undefined=NONE),
                "min to max": reach(ordered, ".2f", undefined=NONE),
                "95 % of resamples, widest": reach(pd.Series([one["low"].min(), one["high"].max()]), ".2f"),
                "seeds": len(one),
                "tied algorithms": f"{one['tied'].median():g}",
                "best less worst score": printed(ranges.median(), ".3f"),
                "mean score on A′": printed(of_model["transferred"].mean(), ".3f"),
                "of real": printed(of_model["transferred"].mean() / of_real, ".2f"),
            }
        )
    return pd.DataFrame(rows).to_markdown(index=False, disable_numparse=True)


def _correlation(truth: pd.DataFrame, within: pd.DataFrame, score: str) -> dict[str, float]:
    low, high = interval(np.stack(truth["resampled"], axis=1), np.stack(within["resampled"], axis=1))
    correlation = rank_correlation(truth[score], within[score])
    return {"correlation": correlation, "low": low, "high": high, "tied": tied(within[score])}


def placed(frame: pd.DataFrame) -> str:
    """Every algorithm's median score, with its rank in brackets."""
    shown = frame[frame["predictor"].notna()]
    predictors = list(shown["predictor"].unique())
    medians = shown.groupby(["model", "predictor"], sort=False)["score"].median().unstack()[predictors]
    blind = shown.groupby("model")["blind"].median()
    rows = []
    for model, scores in medians.iterrows():
        cells = (f"{printed(score, '.2f')} ({place:g})" for score, place in zip(scores, ranks(scores), strict=True))
        told = {"model": _name(str(model)), **dict(zip(predictors, cells, strict=True))}
        rows.append(told | {BLIND: printed(blind[model], ".2f")})
    return pd.DataFrame(rows).to_markdown(index=False, disable_numparse=True)


def remarks(frame: pd.DataFrame) -> list[str]:
    """How to read the table: an order may be kept by poor samples."""
    lines = [
        "- The order of A tested on A′ against that of B tested on B′; the first row is A′ tested on A: what an order "
        "of so few is worth. Ties share their mean rank; a seed where all tie has no order, and is worse than any. "
        "The intervals are of a seed's test sets, resampled; from the lowest end of all seeds to the highest.",
        "- B and B′ of bootstrap and shuffled share samples of A, so that an algorithm that memorises wins there.",
    ]
    shown = frame[frame["predictor"].notna() & (frame["model"] != "truth")]
    models = shown.groupby("model", sort=False)
    correlation, score = models["correlation"].median(), models["transferred"].mean()
    if correlation.get("shuffled", -np.inf) > KEPT:
        lines.append(
            f"- Series shuffled in time keep the order as well ({correlation['shuffled']:.2f}): that a model keeps it "
            "says nothing here about its samples."
        )
    poor = score[(correlation > KEPT) & (score < POOR * score["real"])]
    if len(poor):
        names = ", ".join(label_of(model) for model in poor.index)
        lines.append(
            f"- The order is kept, the samples are poor (their mean score on A′ is under {POOR} of real's): {names}. A "
            "rank correlation alone is misleading, as the paper says of AR (§5.2)."
        )
    return lines + left_out(frame)


def _name(model: str) -> str:
    return {"truth": "Real (A tested on A′)", "real": "Real (A′ tested on A)"}.get(model, label_of(model))
