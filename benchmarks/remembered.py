"""A statistic that several columns of the scoreboard look at, computed once a dataset."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import TypeVar
from weakref import WeakKeyDictionary

from dg.dataset import TimeSeriesDataset

Value = TypeVar("Value")


def remembered(statistic: Callable[[TimeSeriesDataset], Value]) -> Callable[[TimeSeriesDataset], Value]:
    """`statistic`, which keeps its value as long as the dataset exists; nobody may write into the value."""
    known: WeakKeyDictionary[TimeSeriesDataset, Value] = WeakKeyDictionary()

    @wraps(statistic)
    def once(dataset: TimeSeriesDataset) -> Value:
        if dataset not in known:
            known[dataset] = statistic(dataset)
        return known[dataset]

    return once
