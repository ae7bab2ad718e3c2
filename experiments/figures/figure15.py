"""Figure 15 (§6.2): how often a guess about membership is right, by the number of training samples, WWT."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

import pandas as pd
from matplotlib.figure import Figure

from benchmarks.attacks.candidates import EVERY
from benchmarks.attacks.guessing import FALSE_POSITIVES, chance_interval, needed
from experiments.ink.models import label_of
from experiments.ink.numbers import spread
from experiments.ink.plots import COLUMN, PAGE, panels
from experiments.paper.artifact import Paper
from experiments.paper.claims import Verdict, all_of, better, by_seed, within
from experiments.paper.published import FIGURE15
from experiments.runs.run import Run
from experiments.studies.attacks import CRITIC, DISTANCE, RATIO, attacked

PAPER = Paper(
    name="Figure 15",
    section="6.2",
    claim="with 200 training samples 99.5 % of guesses about membership are right, and fewer with more samples",
)
OURS, FEW, NEARLY_ALL = "doppelganger", 200, 0.99
STRONGEST = "the strongest of them"
MARKERS = {CRITIC: "o", RATIO: "s", DISTANCE: "^"}


def compute(runs: Sequence[Run]) -> pd.DataFrame:
    """One row per run, attack and group of samples, as experiments.studies.attacks describes it."""
    return attacked(runs)


def render(frame: pd.DataFrame) -> Figure:
    """A panel a model: success rates of all attacks, medians and ranges over seeds, on what guessing gets (95 %).

    The band is that of the attack with the fewest samples to judge.
    """
    whole = frame[frame["group"] == EVERY]
    models = list(whole["model"].unique())
    figure, axes = panels(1, len(models), width=PAGE if len(models) > 1 else COLUMN, height=2.8)
    for axis, model in zip(axes[0], models, strict=True):
        shown = whole[whole["model"] == model]
        bands = {size: _chance(rows) for size, rows in shown.groupby("samples")}
        low, high = zip(*bands.values(), strict=True)
        axis.fill_between(list(bands), low, high, color="black", alpha=0.12, lw=0, label="guessing, 95 %")
        for attack, rows in shown.groupby("attack", sort=False):
            success = rows.groupby("samples")["success"]
            middle, reach = success.median(), [success.median() - success.min(), success.max() - success.median()]
            axis.errorbar(middle.index, middle, reach, label=str(attack), marker=MARKERS[str(attack)], capsize=2)
        if model == OURS:
            axis.scatter(list(FIGURE15), list(FIGURE15.values()), marker="x", color="C0", label="critic, the paper")
        axis.set(
            xscale="log",
            xlim=(50, 100_000),
            ylim=(0.3, 1.02),
            xlabel="training samples (number)",
            ylabel="right guesses (share)",
        )
        axis.set_title(label_of(model))
        axis.legend(loc="upper right")
    return figure


def table(frame: pd.DataFrame) -> str:
    """What each attack achieves, and the strongest of them; then the critic's on groups of samples."""
    rows = []
    for (model, samples), found in frame[frame["group"] == EVERY].groupby(["model", "samples"], sort=False):
        attacks = dict(iter(found.groupby("attack", sort=False)))
        if len(attacks) > 1:
            attacks[STRONGEST] = found.groupby("seed").max(numeric_only=True).reset_index()
        for attack, seeds in attacks.items():
            paper = FIGURE15.get(samples) if (model, attack) == (OURS, CRITIC) else None
            rows.append(
                {
                    "model": label_of(model),
                    "training samples": f"{samples:,}",
                    "attack": attack,
                    "right guesses": spread(seeds["success"], ".1%"),
                    "the paper": f"{paper:.1%}" if paper else "",
                    "guessing": _guessing(seeds) if attack != STRONGEST else "",
                    "z": spread(seeds["z"], ".1f"),
                    "AUC": spread(seeds["auc"], ".3f"),
                    **{f"found at {100 * at:g} % false": _found(seeds, at) for at in FALSE_POSITIVES},
                    "ε at least": spread(seeds["epsilon"], ".2f"),
                    "seeds": seeds["seed"].nunique(),
                }
            )
    return "\n\n".join([_markdown(rows), "\n".join(NOTES), _by_group(frame)]).strip()


NOTES = (
    "- As many members as non-members are judged, and as many called members. Guessing: the share that is right in "
    "95 % of trials (hypergeometric); z: how many of its standard deviations above a half.",
    "- Found: the share of members above a threshold that so few non-members exceed, with the widest of the seeds' "
    "95 % intervals (Clopper-Pearson).",
    "- ε at least: with 95 % confidence the model is not differentially private with a smaller ε.",
    f"- Of {STRONGEST} each number is the highest of a seed, without a correction for the choice: it may be luck.",
    f"- The {CRITIC} is asked by who holds the model file. The other two see as many generated samples as A′ and V "
    f"have: the {RATIO} says how much denser these lie about a sample than other real ones do (DOMIAS); the distance "
    f"of the {DISTANCE} is a baseline, and no evidence of safety.",
)


def claims(frame: pd.DataFrame) -> list[Verdict]:
    """By the critic on DoppelGANger: with 200 samples nearly all guesses are right, with each larger size fewer."""
    found = frame[(frame["model"] == OURS) & (frame["attack"] == CRITIC) & (frame["group"] == EVERY)]
    few = found.loc[found["samples"] == FEW, "success"]
    sizes = {size: f"{size:,} training samples" for size in sorted(found["samples"].unique())}
    scores = by_seed(found.assign(model=found["samples"].map(sizes)), "success")
    parts = [part for less, more in pairwise(sizes.values()) for part in better(more, scores, more, [less])]
    first = f"With {FEW} training samples {NEARLY_ALL:.0%} of guesses about membership are right"
    return [
        *([within(first, few, lambda value: value >= NEARLY_ALL)] if len(few) else []),
        *all_of("With more training samples fewer guesses about membership are right", parts),
    ]


def _guessing(seeds: pd.DataFrame) -> str:
    low, high = _chance(seeds)
    return f"{low:.1%} to {high:.1%}"


def _chance(found: pd.DataFrame) -> tuple[float, float]:
    """That of the fewest samples, which is the widest."""
    return chance_interval(int(found["members"].min()), int(found["nonmembers"].min()))


def _found(found: pd.DataFrame, at: float) -> str:
    values = found[f"found at {at:g}"]
    if values.isna().all():
        return f"needs {needed(at):,} non-members"
    low, high = found[f"found at {at:g} low"].min(), found[f"found at {at:g} high"].max()
    return f"{values.median():.1%} ({low:.1%} to {high:.1%})"


def _by_group(frame: pd.DataFrame) -> str:
    found = frame[(frame["attack"] == CRITIC) & (frame["group"] != EVERY)]
    rows = [
        {
            "model": label_of(model),
            "training samples": f"{samples:,}",
            "samples": group,
            "members": f"{int(rows['members'].median()):,}",
            "right guesses": spread(rows["success"], ".1%"),
            "by chance": spread(rows["chance"], ".1%"),
            "AUC": spread(rows["auc"], ".3f"),
            "ε at least": spread(rows["epsilon"], ".2f"),
        }
        for (model, samples, group), rows in found.groupby(["model", "samples", "group"], sort=False)
    ]
    return (
        f"The critic, by groups of samples of ten members and ten others at least:\n\n{_markdown(rows)}" if rows else ""
    )


def _markdown(rows: list[dict[str, object]]) -> str:
    return pd.DataFrame(rows).to_markdown(index=False, disable_numparse=True)
