"""Conditional sampling by rejection: drawn samples that fit go, in their order, to those that were asked for."""

from __future__ import annotations

from collections.abc import Callable
from itertools import count

import numpy as np
import pandas as pd
import torch
from numpy.typing import NDArray
from torch import Tensor

from dg.conditions import Conditions
from dg.schema import Categorical

RAREST, TRIES = 1e-3, 20_000  # share of samples that a condition leaves, and samples drawn before it is told
Rows = tuple[Tensor, ...]


def accepted(conditions: Conditions, wanted: pd.DataFrame, draw: Callable[[int], Rows]) -> Rows:
    """A drawn row for each row of `wanted`, in its order.

    `draw(round)` gives rows in parts, the first of which is their encoded metadata. What is asked alike gets the rows
    that fit in the order in which they were drawn. Raises ValueError where fewer than one of 1,000 rows fit.
    """
    seats, drawn = _Seats(conditions, wanted), 0
    kept: list[Rows] = []
    places: list[NDArray[np.int64]] = []
    for number in count():
        rows = draw(number)
        row, place = seats.take(conditions.encoder.decode_metadata(rows[0]))
        chosen, drawn = torch.from_numpy(row).to(rows[0].device), drawn + len(rows[0])
        kept.append(tuple(part[chosen] for part in rows))
        places.append(place)
        if seats.full:
            break
        if drawn >= TRIES:
            seats.refuse_rare(drawn)
    order = torch.from_numpy(np.concatenate(places).argsort()).to(kept[0][0].device)
    return tuple(torch.cat(parts)[order] for parts in zip(*kept, strict=True))


class _Seats:
    """The rows of `wanted`, put together in groups that ask for the same; each seat is taken once."""

    def __init__(self, conditions: Conditions, wanted: pd.DataFrame) -> None:
        self.conditions, self.exact = conditions, conditions.exact
        if self.exact:
            self.groups, self.first = np.unique(self._group_keys(wanted), axis=0, return_index=True)
            group = self._groups(wanted)
        else:
            self.first, group = np.array([0]), np.zeros(len(wanted), dtype=np.int64)
        self.wanted, self.order = wanted, group.argsort(kind="stable")
        self.seats = np.bincount(group)
        self.begin, self.found = self.seats.cumsum() - self.seats, np.zeros_like(self.seats)

    @property
    def full(self) -> bool:
        return bool((self.found >= self.seats).all())

    def take(self, drawn: pd.DataFrame) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """Which drawn rows are seated, and where."""
        group = np.where(self.conditions.within(drawn), self._groups(drawn) if self.exact else 0, -1)
        row = np.flatnonzero(group >= 0)
        group = group[row]
        rank = self.found[group] + pd.Series(group).groupby(group).cumcount().to_numpy()
        self.found += np.bincount(group, minlength=len(self.found))
        seated = rank < self.seats[group]
        return row[seated], self.order[self.begin[group[seated]] + rank[seated]]

    def refuse_rare(self, drawn: int) -> None:
        rare = (self.found < self.seats) & (self.found < drawn * RAREST)
        if rare.any():
            group = int(rare.argmax())
            asked = self.wanted.iloc[self.first[group]].to_dict() if self.exact else {}
            raise ValueError(
                f"metadata: of {drawn:,} samples {self.found[group]:,} had {self.conditions.told(asked)}: it is too "
                "rare to wait for; ask for less, or retrain the metadata by experiments.retrain"
            )

    def _groups(self, rows: pd.DataFrame) -> NDArray[np.int64]:
        """The group of each row, -1 where there is none."""
        known = pd.MultiIndex.from_arrays(list(self.groups.T))
        return np.asarray(known.get_indexer(pd.MultiIndex.from_arrays(list(self._group_keys(rows).T))), dtype=np.int64)

    def _group_keys(self, rows: pd.DataFrame) -> NDArray[np.float64]:
        fields = self.conditions.fields
        return np.stack(
            [
                rows[name].cat.codes if isinstance(fields[name], Categorical) else rows[name].to_numpy(np.float64)
                for name in self.exact
            ],
            axis=1,
        ).astype(np.float64)
