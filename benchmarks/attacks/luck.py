"""How often guessing does as well as an attack (§6.2): exact, for members and non-members that could change places."""

from __future__ import annotations

from math import ceil, floor

from scipy.stats import hypergeom, norm

from benchmarks.attacks.guessing import LEVEL, Outcome, Rate


def of_success(outcome: Outcome) -> float:
    """The probability that guessing has such a success rate at least."""
    n, m = outcome.members, outcome.nonmembers
    return float(hypergeom(n + m, n, n).sf(round(outcome.success * n) - 1))


def of_rate(rate: Rate, outcome: Outcome) -> float:
    """The probability that guessing finds as many members at least where the same number of non-members is found.

    Of the samples with the largest scores, as many as were found and a false alarms, at least those found are members:
    this is what it takes for them to come before the non-member after the a-th (negative hypergeometric). Ties, which
    are not counted as found, make it larger than it is.
    """
    n, m = outcome.members, outcome.nonmembers
    found, alarms = round(rate.value * n), floor(rate.at * m + 1e-9)
    return float(hypergeom(n + m, n, found + alarms).sf(found - 1))


def least(outcome: Outcome) -> tuple[float, int]:
    """The smallest of the probabilities of all that was counted, the success and each rate, and how many there are."""
    chances = [of_success(outcome), *(of_rate(rate, outcome) for rate in outcome.rates if rate is not None)]
    return min(chances), len(chances)


def members_for(success: float) -> int:
    """How many members, and as many others, it takes for a success rate to lie at the end of what guessing has in 95 %.

    By the normal approximation: 1/2 + z / (2 √(2n - 1)) is the success rate.
    """
    if not 0.5 < success < 1:
        raise ValueError(f"a success rate above guessing lies between 1/2 and 1, got {success}")
    return ceil(((norm.ppf((1 + LEVEL) / 2) / (2 * success - 1)) ** 2 + 1) / 2)
