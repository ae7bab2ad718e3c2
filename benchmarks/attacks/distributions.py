"""Attribute-distribution inference (§6.1): which metadata was a batch-normalised network trained on?

A network that is fed metadata, one of c known combinations and noise of N(0, 1) beside it, and normalises its first
hidden layer, keeps the mean and the variance of each hidden unit over the last batches of training. With what each
combination alone would give they are equations for the combinations' shares, however the network is sampled later.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import nnls
from scipy.stats import norm

Array = NDArray[np.float64]

CERTAIN = 100.0  # the weight of "shares sum to 1" beside the largest other coefficient
STILL = 1e-5  # by which weights differ that the last batches have not moved: rounding alone


@dataclass(frozen=True)
class Normalised:
    """A dense layer with ReLU and what batch normalisation keeps of it: [h, z + m], [h], [h], [h]; z: noise inputs."""

    weight: Array
    bias: Array
    mean: Array
    variance: Array


def shares(layer: Normalised, candidates: Array) -> Array:
    """The share of each of c combinations, encoded [c, m], or [c, r, m] for r equally probable rows of each one."""
    rows = candidates[:, None] if candidates.ndim == 2 else candidates
    noise = layer.weight.shape[1] - rows.shape[2]
    middle = layer.bias + rows @ layer.weight[:, noise:].T
    deviation = np.linalg.norm(layer.weight[:, :noise], axis=1)
    expected = np.concatenate(rectified(middle, deviation), axis=2).mean(axis=1)
    return mixture(expected, np.concatenate([layer.mean, layer.variance + layer.mean**2]))


def rectified(middle: Array, deviation: Array) -> tuple[Array, Array]:
    """Mean and mean square of max(0, x) where x is normal; a deviation of 0 is a constant."""
    place = middle / np.maximum(deviation, 1e-12)
    below, density = norm.cdf(place), norm.pdf(place)
    return middle * below + deviation * density, (middle**2 + deviation**2) * below + middle * deviation * density


def mixture(components: Array, observed: Array) -> Array:
    """The shares [c], at least 0 and 1 together, with which components [c, q] come nearest to a mean of them, [q].

    Least squares; the unit of a number is its deviation over components, and one that is the same in all says nothing.
    """
    units = components.std(axis=0)
    told = units > 1e-9 * np.maximum(1, np.abs(components).max(axis=0))
    if not told.any():
        return np.full(len(components), 1 / len(components))
    matrix, goal = (components[:, told] / units[told]).T, observed[told] / units[told]
    certain = CERTAIN * np.abs(matrix).max()
    found, _ = nnls(np.vstack([matrix, np.full(len(components), certain)]), np.append(goal, certain))
    return found / found.sum()


def moved(last: Array, averaged: Array) -> NDArray[np.bool_]:
    """Which inputs [m] the last batches of training had, by the last and the averaged weights of a layer, [h, m].

    A category that was not drawn has no gradient, so that its weights stay and become their own average.
    """
    return np.abs(last - averaged).max(axis=0) > STILL
