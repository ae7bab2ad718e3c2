"""Verdicts on claims of the paper: each by one rule over seeds, never by a best run or the best of several presets."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.stats import sem, t

from experiments.ink.models import competitors, floors, label_of

HOLDS, FAILS, OPEN = "holds", "fails", "inconclusive"
FEWEST = 3  # seeds; with fewer nothing is decided
LEVEL = 0.95
RULE = (
    f"{LEVEL:.0%} t intervals over seeds, paired where two models are compared (of ratios where lower is better); "
    f"fewer than {FEWEST} seeds decide nothing; an undefined seed is worse than any number, and all must then agree"
)


@dataclass(frozen=True)
class Verdict:
    """What is claimed, whether it holds, and the numbers that decided."""

    claim: str
    outcome: str
    reason: str

    def __str__(self) -> str:
        return f"{self.claim}: **{self.outcome}**; {self.reason}."


def by_seed(frame: pd.DataFrame, score: str, *, higher: bool = False) -> pd.DataFrame:
    """A row for each seed, a column for each model. NaN: not run; what is undefined counts as worse than any number."""
    worst = -np.inf if higher else np.inf
    scores = frame.drop_duplicates(["model", "seed"]).set_index(["seed", "model"])[score]
    return scores.astype(float).fillna(worst).unstack()


def better(
    claim: str, scores: pd.DataFrame, ours: str, theirs: Sequence[str], *, higher: bool = False
) -> list[Verdict]:
    """Whether `ours` scores better than each of `theirs`: it holds against all, or fails where it loses to one.

    scores: from `by_seed`. Models without a run are left out; where ours or all of theirs have none, nothing is said.
    """
    rivals = [model for model in theirs if model in scores]
    if ours not in scores or not rivals:
        return []
    found = {model: _against(scores[[ours, model]].dropna(), model, higher=higher) for model in rivals}
    lost = [reason for outcome, reason in found.values() if outcome == FAILS]
    undecided = [reason for outcome, reason in found.values() if outcome == OPEN]
    reasons = lost or undecided or [reason for _, reason in found.values()]
    outcome = FAILS if lost else OPEN if undecided else HOLDS
    return [Verdict(claim, outcome, "; ".join(reasons))]


def closest(claim: str, frame: pd.DataFrame, score: str, ours: str, *, higher: bool = False) -> list[Verdict]:
    """Whether `ours` scores better than every competitor, and than every control that may be shared in its place."""
    scores = by_seed(frame, score, higher=higher)
    return [
        *better(claim, scores, ours, competitors(scores), higher=higher),
        *better(f"{claim}, controls included", scores, ours, list(floors()), higher=higher),
    ]


def within(claim: str, values: pd.Series, bound: Callable[[float], bool], form: str = ".3g") -> Verdict:
    """Whether the mean of `values`, one for each seed, is where `bound` says, with its whole interval."""
    if len(values) < FEWEST or not np.isfinite(values).all():
        return Verdict(claim, OPEN, f"{_seeds(len(values))}, {np.isfinite(values).sum()} of them defined")
    low, high = _interval(values.to_numpy(float))
    sides = {bound(low), bound(high)}
    outcome = OPEN if len(sides) > 1 else HOLDS if sides == {True} else FAILS
    return Verdict(claim, outcome, f"{values.mean():{form}}, {low:{form}} to {high:{form}}")


def all_of(claim: str, parts: Sequence[Verdict]) -> list[Verdict]:
    """One verdict on a claim of several parts: it holds where all do, and fails where one fails."""
    if not parts:
        return []
    outcomes = [part.outcome for part in parts]
    outcome = FAILS if FAILS in outcomes else OPEN if OPEN in outcomes else HOLDS
    deciding = [part for part in parts if part.outcome == outcome]
    return [Verdict(claim, outcome, "; ".join(f"{part.claim}: {part.reason}" for part in deciding))]


def _against(pairs: pd.DataFrame, model: str, *, higher: bool) -> tuple[str, str]:
    ours, theirs = (pairs[column].to_numpy(float) * (-1 if higher else 1) for column in pairs)
    n, name = len(pairs), label_of(model)
    if n < FEWEST:
        return OPEN, f"{name} {_seeds(n)}"
    if not np.isfinite(pairs).all(axis=None):
        won, lost = int((ours < theirs).sum()), int((ours > theirs).sum())
        outcome = HOLDS if won == n else FAILS if lost == n else OPEN
        return outcome, f"{name} better than with {won}, worse than with {lost} of {n} seeds"
    if not higher and min(ours.min(), theirs.min()) > 0:
        low, high = np.exp(_interval(np.log(ours / theirs)))
        middle, one, unit = np.exp(np.log(ours / theirs).mean()), 1.0, " times"
    else:
        low, high = _interval(ours - theirs)
        middle, one, unit = (ours - theirs).mean(), 0.0, ""
        if higher:
            low, middle, high = -high, -middle, -low
    inside = low <= one <= high
    outcome = OPEN if inside else HOLDS if (middle > one) == higher else FAILS
    told = f"{middle:.2g}{unit} ({low:.2g} to {high:.2g})" if unit else f"{middle:+.2g} ({low:+.2g} to {high:+.2g})"
    return outcome, f"against {name} {told}"


def _interval(values: NDArray[np.float64]) -> tuple[float, float]:
    reach = float(t.ppf((1 + LEVEL) / 2, len(values) - 1) * sem(values))
    return float(values.mean()) - reach, float(values.mean()) + reach


def _seeds(count: int) -> str:
    return "1 seed" if count == 1 else f"{count} seeds"
