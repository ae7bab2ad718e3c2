"""The samples that an attack judges: members and non-members of one distribution, none of them both (§6.2)."""

from __future__ import annotations

from collections.abc import Callable
from itertools import combinations

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from benchmarks.attacks.neighbors import distances
from benchmarks.coverage import NEIGHBOURS
from benchmarks.metadata import classes
from dg.dataset import TimeSeriesDataset, concatenate
from dg.schema import Categorical

Chosen = tuple[NDArray[np.bool_], NDArray[np.bool_]]
"""Which members [n] and which non-members [m] belong to a group."""

EVERY, OUTLYING = "all", "most outlying 10 %"
SHARE = 0.1


def candidates(
    members: TimeSeriesDataset, nonmembers: TimeSeriesDataset, *, rng: np.random.Generator
) -> tuple[TimeSeriesDataset, TimeSeriesDataset]:
    """As many members as non-members, drawn at random from the larger side; raises ValueError where both overlap."""
    refuse_overlap({"members": members, "non-members": nonmembers})
    smaller = min(len(members), len(nonmembers))
    first, second = (
        side if len(side) == smaller else side.take(np.sort(rng.permutation(len(side))[:smaller]))
        for side in (members, nonmembers)
    )
    return first, second


def refuse_overlap(
    sets: dict[str, TimeSeriesDataset], place: Callable[[str, int], str] = "number {1} of the {0}".format
) -> None:
    """Raises ValueError where two of the named sets have a sample in common, or another schema than each other.

    place: what the error calls a sample, of the name of its set and its number there
    """
    keys = {name: _keys(dataset) for name, dataset in sets.items()}
    for first, second in combinations(sets, 2):
        if sets[first].schema != sets[second].schema:
            raise ValueError(
                f"membership inference: {first} and {second} have different schemas, {sets[first].schema.name!r} and "
                f"{sets[second].schema.name!r}; take both from one dataset"
            )
        both = np.isin(keys[first], keys[second])
        if both.any():
            number = int(both.argmax())
            other = int((keys[second] == keys[first][number]).argmax())
            raise ValueError(
                f"membership inference: {int(both.sum())} of the {first} are among the {second} too, the first is "
                f"{place(first, number)} and {place(second, other)}; leave them out of both"
            )


def distinct(dataset: TimeSeriesDataset) -> TimeSeriesDataset:
    """The samples without those that are equal to one before them."""
    return dataset.take(np.sort(np.unique(_keys(dataset), return_index=True)[1]))


def groups(members: TimeSeriesDataset, nonmembers: TimeSeriesDataset, outlying: Chosen) -> dict[str, Chosen]:
    """All candidates, the outlying ones, and those of each class of metadata, quarters where these are numbers.

    A class that all candidates are of is left out.
    """
    found: dict[str, Chosen] = {
        EVERY: (np.ones(len(members), dtype=bool), np.ones(len(nonmembers), dtype=bool)),
        OUTLYING: outlying,
    }
    if not members.schema.metadata:
        return found
    both = concatenate([members, nonmembers])
    for field, codes in zip(both.schema.metadata, classes(both, both).T, strict=True):
        for code in np.unique(codes):
            value = field.values[code] if isinstance(field, Categorical) else f"quarter {code + 1}"
            chosen = codes == code
            if not chosen.all():
                found[f"{field.name}: {value}"] = (chosen[: len(members)], chosen[len(members) :])
    return found


def outlying(points: NDArray[np.float64]) -> NDArray[np.float64]:
    """How far each of `points` [n, d] is from the others, the distance to its fifth nearest: who stands out, [n]."""
    return distances(points, points, NEIGHBOURS + 1)  # the nearest is the point itself


def worst(members: NDArray[np.float64], nonmembers: NDArray[np.float64], share: float = SHARE) -> Chosen:
    """Those that stand out most, by `outlying` of all candidates [n] and [m]: a share of each side, one at least."""
    first, second = (_largest(side, max(1, round(share * len(side)))) for side in (members, nonmembers))
    return first, second


def _largest(values: NDArray[np.float64], count: int) -> NDArray[np.bool_]:
    chosen = np.zeros(len(values), dtype=bool)
    chosen[np.argsort(-values, kind="stable")[:count]] = True
    return chosen


def _keys(dataset: TimeSeriesDataset) -> NDArray[np.uint64]:
    """A hash of each sample's metadata, length and measurements, [n]; equal samples have equal ones."""
    series = dataset.measurements + 0.0  # no -0.0
    rows = pd.Series([row.tobytes() for row in np.ascontiguousarray(series)])
    numbers = {"length": dataset.lengths, "series": rows, **dict(dataset.metadata.astype(str).items())}
    return pd.util.hash_pandas_object(pd.DataFrame(numbers), index=False).to_numpy()
