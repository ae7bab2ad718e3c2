"""How well scores tell members from non-members (§6.2): success rate, AUC, rates at few false alarms, a bound on ε.

Members are samples that the model was trained on, non-members others of the same distribution. Whatever the attack, a
larger score says that a sample looks more like a member.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import ceil, floor, sqrt

import numpy as np
from numpy.typing import NDArray
from scipy.stats import beta, binomtest, hypergeom, mannwhitneyu

Array = NDArray[np.float64]

FEWEST = 10  # members and non-members; of so many, guessing gets 30 to 70 % right in 95 % of trials
FALSE_POSITIVES = (0.001, 0.01, 0.1)
LEVEL = 0.95


@dataclass(frozen=True)
class Rate:
    """The share of members that is found where `at` of the non-members are, with its 95 % interval (Clopper-Pearson).

    The interval is over members, for the threshold that these non-members give.
    """

    at: float
    value: float
    low: float
    high: float


@dataclass(frozen=True)
class Outcome:
    """What an attack has achieved.

    members, nonmembers: how many were judged
    success: the share of members among the samples that are called members, as many as there are members
    chance: what guessing has on average; z: how many standard deviations of guessing the success is above it
    auc: the probability that a member has a larger score than a non-member
    rates: at each of FALSE_POSITIVES; None where `needed(at)` non-members are not there
    epsilon: `epsilon_bound`
    """

    members: int
    nonmembers: int
    success: float
    chance: float
    z: float
    auc: float
    rates: tuple[Rate | None, ...]
    epsilon: float


def judge(members: Array, nonmembers: Array, *, rng: np.random.Generator, delta: float = 0.0) -> Outcome:
    """The outcome of an attack that gives these scores to members [n] and to non-members [m].

    rng: breaks ties, and halves the samples for the bound on ε
    Raises ValueError for fewer than ten of either, and for scores that are not finite.
    """
    _refuse(members, nonmembers, FEWEST)
    n, m = len(members), len(nonmembers)
    success, chance = success_rate(members, nonmembers, rng=rng), n / (n + m)
    return Outcome(
        members=n,
        nonmembers=m,
        success=success,
        chance=chance,
        z=(success - chance) / _deviation(n, m),
        auc=auc(members, nonmembers),
        rates=tuple(true_positive_rate(members, nonmembers, at) for at in FALSE_POSITIVES),
        epsilon=epsilon_bound(members, nonmembers, rng=rng, delta=delta),
    )


def success_rate(members: Array, nonmembers: Array, *, rng: np.random.Generator) -> float:
    """The paper's success rate, LOGAN's: the n largest of all scores are called members; the share that are, of n.

    With as many non-members it is the accuracy, and 1/2 by guessing. rng: breaks ties
    """
    _refuse(members, nonmembers)
    scores = np.concatenate([members, nonmembers])
    ranked = np.lexsort([rng.random(len(scores)), -scores])
    return float((ranked[: len(members)] < len(members)).mean())


def chance_interval(members: int, nonmembers: int) -> tuple[float, float]:
    """Between which success rates guessing stays with a probability of 95 % at least (hypergeometric)."""
    guessing = hypergeom(members + nonmembers, members, members)
    low, high = guessing.ppf((1 - LEVEL) / 2), guessing.ppf((1 + LEVEL) / 2)
    return float(low / members), float(high / members)


def auc(members: Array, nonmembers: Array) -> float:
    """The area under the ROC curve: the Mann-Whitney statistic U / (n m), ties count half."""
    _refuse(members, nonmembers)
    return float(mannwhitneyu(members, nonmembers).statistic / (len(members) * len(nonmembers)))


def true_positive_rate(members: Array, nonmembers: Array, at: float) -> Rate | None:
    """The share of members above the threshold that at most a share `at` of the non-members exceeds.

    None where it cannot be told, with fewer than `needed(at)` non-members.
    """
    _refuse(members, nonmembers)
    if len(nonmembers) < needed(at):
        return None
    allowed = floor(at * len(nonmembers) + 1e-9)
    threshold = np.sort(nonmembers)[-allowed - 1] if allowed < len(nonmembers) else -np.inf
    found = int((members > threshold).sum())
    interval = binomtest(found, len(members)).proportion_ci(LEVEL, method="exact")
    return Rate(at, found / len(members), float(interval.low), float(interval.high))


def needed(at: float) -> int:
    """How many non-members it takes for one of them to be a share `at`."""
    return ceil(1 / at - 1e-9)


def epsilon_bound(members: Array, nonmembers: Array, *, rng: np.random.Generator, delta: float = 0.0) -> float:
    """The ε under which, with 95 % confidence, the model is not (ε, δ)-differentially private; 0: nothing is shown.

    Of an attack on such a model TPR ≤ e^ε FPR + δ, and the same of what is called non-members, TNR ≤ e^ε FNR + δ. A
    threshold is chosen on a random half of the samples and judged on the other half, by the Clopper-Pearson bounds of
    the true-positive rate from below and of the false-positive rate from above, each at 97.5 %; both inequalities
    follow from these two. Guesses count as independent, which those about samples of one training are not quite.
    """
    _refuse(members, nonmembers, 2)
    if not 0 <= delta < 1:
        raise ValueError(f"delta should be a probability below 1, got {delta}")
    halves = [np.array_split(rng.permutation(side), 2) for side in (members, nonmembers)]
    (chosen_on, judged), (others_chosen_on, others_judged) = halves
    thresholds = np.unique(np.concatenate([chosen_on, others_chosen_on]))
    best = thresholds[_bounds(chosen_on, others_chosen_on, thresholds, delta).argmax()]
    return float(_bounds(judged, others_judged, np.array([best]), delta)[0])


def _bounds(members: Array, nonmembers: Array, thresholds: Array, delta: float) -> Array:
    """The bound on ε that each threshold gives."""
    n, m = len(members), len(nonmembers)
    found = n - np.searchsorted(np.sort(members), thresholds)
    alarms = m - np.searchsorted(np.sort(nonmembers), thresholds)
    tail = (1 - LEVEL) / 2
    true = np.where(found > 0, beta.ppf(tail, np.maximum(found, 1), n - found + 1), 0.0)
    false = np.where(alarms < m, beta.ppf(1 - tail, alarms + 1, np.maximum(m - alarms, 1)), 1.0)
    ratios = np.maximum((true - delta) / false, (1 - false - delta) / (1 - true))
    return np.log(np.maximum(ratios, 1.0))


def _deviation(n: int, m: int) -> float:
    """The standard deviation of the success rate of guessing (hypergeometric), 1 / (2 √(2n - 1)) where m is n."""
    return m / ((n + m) * sqrt(n + m - 1))


def _refuse(members: Array, nonmembers: Array, fewest: int = 1) -> None:
    for name, scores in (("members", members), ("non-members", nonmembers)):
        if len(scores) < fewest:
            raise ValueError(f"membership inference: {len(scores)} {name} are too few, it takes {fewest}")
        if not np.isfinite(scores).all():
            at = int((~np.isfinite(scores)).argmax())
            raise ValueError(f"membership inference: the score of number {at} of the {name} is {scores[at]}")
