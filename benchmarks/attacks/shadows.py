"""LiRA (Carlini et al. 2022), online: what would a model score this sample if it were a member, and if it were not?

Shadow models are trained as the target is, each on a random half of the candidates. Of every candidate there are then
scores by models that saw it and by models that did not, and the target's score is likelier among one or the other.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.stats import norm

Array = NDArray[np.float64]

OWN_SPREAD = 64  # shadow models from which on each candidate has standard deviations of its own
FEWEST = 2  # shadow models that saw a candidate, and as many that did not
SMALLEST = 1e-12  # variance


def halves(n: int, models: int, *, rng: np.random.Generator) -> NDArray[np.bool_]:
    """Which of n candidates each shadow model is trained on, [models, n]: a random half, the other half, and so on.

    So half of the models saw each candidate. Raises ValueError for an odd number of models.
    """
    if models < 2 or models % 2:
        raise ValueError(f"LiRA: {models} shadow models are no pairs, one on either half; take an even number of them")
    first = np.stack([rng.permutation(n) < n // 2 for _ in range(models // 2)])
    return np.stack([first, ~first], axis=1).reshape(models, n)


def likelihood_ratio(scores: Array, members: NDArray[np.bool_], target: Array) -> Array:
    """log N(s; μ_in, σ_in) - log N(s; μ_out, σ_out) of each candidate's score s by the target: larger for members, [n].

    scores: [K, n], by K shadow models; target: [n], by the model that is attacked
    members: [K, n], whether a shadow model was trained on a candidate (`halves`)
    The scores of each model are standardised over the candidates first, for those of a Wasserstein critic have no scale
    of their own. With fewer than 64 shadow models, σ_in and σ_out are pooled over all candidates.
    Raises ValueError where fewer than two shadow models saw a candidate, or fewer than two did not, and where a model
    does not tell candidates apart.
    """
    if scores.ndim != 2 or scores.shape != members.shape or scores.shape[1:] != target.shape:
        raise ValueError(
            f"LiRA: scores and members are [K, n] and the target's scores [n], got {scores.shape}, {members.shape} and "
            f"{target.shape}"
        )
    for chosen, what in ((members, "saw"), (~members, "did not see")):
        count = chosen.sum(axis=0)
        if (count < FEWEST).any():
            at = int(count.argmin())
            raise ValueError(
                f"LiRA: {count[at]} of {len(scores)} shadow models {what} candidate {at}, it takes {FEWEST}; train "
                "them in pairs, on either half of the candidates (`halves`)"
            )
    shadows, attacked = _standardised(scores, "shadow model {}"), _standardised(target[None], "the target")[0]
    own = len(scores) >= OWN_SPREAD
    return _likelihood(attacked, shadows, members, own) - _likelihood(attacked, shadows, ~members, own)


def _likelihood(attacked: Array, shadows: Array, chosen: NDArray[np.bool_], own: bool) -> Array:
    """log N(s; μ, σ) with the moments of those scores of each candidate that are chosen."""
    count = chosen.sum(axis=0)
    mean = np.where(chosen, shadows, 0.0).sum(axis=0) / count
    squares = np.where(chosen, (shadows - mean) ** 2, 0.0).sum(axis=0)
    variance = squares / (count - 1) if own else np.full(len(mean), squares.sum() / (count - 1).sum())
    return norm.logpdf(attacked, mean, np.sqrt(np.maximum(variance, SMALLEST)))


def _standardised(scores: Array, who: str) -> Array:
    """Each row less its mean and over its standard deviation."""
    deviation = scores.std(axis=1, keepdims=True)
    useless = ~(deviation[:, 0] > 0) | np.isinf(deviation[:, 0])
    if useless.any():
        name = who.format(int(useless.argmax()))
        raise ValueError(f"LiRA: the scores by {name} are not finite, or are the same for all candidates")
    return (scores - scores.mean(axis=1, keepdims=True)) / deviation
