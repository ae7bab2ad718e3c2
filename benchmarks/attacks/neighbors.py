"""Attacks that see synthetic samples alone: is one of them nearer to a member than it would be by chance?"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from benchmarks.neighbors import nearest, never_negative, normalized
from dg.dataset import TimeSeriesDataset, one_hot
from dg.schema import Categorical

Array = NDArray[np.float64]

TINY = 1e-12  # a distance; that of a copy is 0, and its logarithm is taken


def points(scale: TimeSeriesDataset, *others: TimeSeriesDataset) -> list[Array]:
    """The samples of each dataset as points, [n, d]: their series, flat, and their metadata.

    The lowest and the highest value in `scale` become 0 and 1. Measurements without a negative value anywhere are taken
    as log(1 + x). Categories are one-hot, those of metadata and of measurements; past a sample's end all is 0.
    """
    sets = [scale, *others]
    log = set.intersection(*(set(never_negative(dataset)) for dataset in sets))
    return [_points(dataset, scale, log) for dataset in sets]


def _points(dataset: TimeSeriesDataset, scale: TimeSeriesDataset, log: set[str]) -> Array:
    n, parts = len(dataset), list[NDArray[np.floating]]()
    if any(not isinstance(field, Categorical) for field in dataset.schema.measurements):
        parts.append(normalized(dataset.only_numeric(), scale.only_numeric(), log).reshape(n, -1))
    for field in dataset.schema.measurements:
        if isinstance(field, Categorical):
            parts.append(one_hot(dataset.measurement(field.name), dataset.active, len(field.values)).reshape(n, -1))
    for field in dataset.schema.metadata:
        values, known = dataset.metadata[field.name], scale.metadata[field.name]
        if isinstance(field, Categorical):
            parts.append(np.eye(len(field.values))[values.cat.codes])
        else:
            parts.append(((values - known.min()) / ((known.max() - known.min()) or 1.0)).to_numpy()[:, None])
    return np.concatenate(parts, axis=1, dtype=np.float64)


def closeness(candidates: Array, synthetic: Array) -> Array:
    """The distance of each of `candidates` [n, d] to the closest of `synthetic` [m, d], with a minus sign: [n].

    A baseline. It is not calibrated: a sample in a dense region is near to synthetic ones whether or not it is a
    member. That it fails is no evidence of safety, for sets that look private by this distance have been attacked.
    """
    return -distances(candidates, synthetic)


def density_ratio(candidates: Array, synthetic: Array, reference: Array, k: int = 1) -> Array:
    """How much denser synthetic samples lie about each of `candidates` [n, d] than real ones do: log p_G / p_R, [n].

    reference: other samples of the members' distribution, neither members nor those that are judged
    k: the densities are those of the k nearest neighbours, p = k / (m r^d) but for a constant (DOMIAS in this form)
    """
    far, near = (np.log(distances(candidates, side, k) + TINY) for side in (reference, synthetic))
    return candidates.shape[1] * (far - near) + np.log(len(reference) / len(synthetic))


def distances(candidates: Array, others: Array, k: int = 1) -> Array:
    """From each of `candidates` [n, d] to the k-th nearest of `others` [m, d], exact for copies: [n]."""
    if len(others) < k:
        raise ValueError(f"membership inference: {len(others)} samples have no {k} nearest; give it {k} at least")
    if candidates.shape[1] != others.shape[1]:
        raise ValueError(
            f"membership inference: points have {candidates.shape[1]} and {others.shape[1]} numbers; make both by "
            "`points` of datasets that share a schema"
        )
    _, index = nearest(candidates, others, k)
    exact = [np.linalg.norm(candidates - others[one], axis=1) for one in index.T]
    return np.max(exact, axis=0)
