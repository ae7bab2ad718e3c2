"""Missing values, by a named policy: their samples are dropped, they are interpolated, or masked."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from typing import Literal, NamedTuple, TypeAlias

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from pandas.api.types import is_bool_dtype, is_datetime64_any_dtype, is_integer_dtype, is_numeric_dtype

from dg.fields import MISSING
from dg.files import short
from dg.frames.rows import NothingLeft, Rows

Missing: TypeAlias = Literal["refuse", "drop", "interpolate", "mask"]


class Known(NamedTuple):
    """What is known of a measurement: how many values are missing and there, their sum, and whether all are whole."""

    missing: int
    present: int
    total: float
    whole: bool

    def __or__(self, other: Known) -> Known:
        """The same of two parts of a table."""
        counts = (self.missing + other.missing, self.present + other.present, self.total + other.total)
        return Known(*counts, self.whole and other.whole)


logger = logging.getLogger(__name__)


def whole(rows: Rows, own: Sequence[str], series: Sequence[str]) -> NDArray[np.bool_]:
    """Of each sample whether it has a value of each of its `own` columns, and no missing one in its `series`."""
    missing = rows.frame[list(series)].isna().any(axis=1).to_numpy()
    kept = ~np.logical_or.reduceat(missing, rows.begin)
    for column in own:
        kept &= np.logical_or.reduceat(rows.frame[column].notna().to_numpy(), rows.begin)
    if not kept.any():
        raise NothingLeft(f"{rows.where}: no sample is without missing values; say missing='interpolate' or 'mask'")
    if not kept.all():
        logger.info("%s: %s of %s samples dropped: they miss values", rows.where, f"{(~kept).sum():,}", len(kept))
    return kept


def told_once(rows: Rows, column: str, *, masked: bool) -> pd.Series:
    """A column of the metadata, whose value one record of a sample tells for all; `masked`: none may tell it."""
    values = rows.frame[column]
    missing = values.isna().to_numpy()
    if not missing.any():
        return values
    first = rows.first(missing)
    never = first == len(missing)
    if never.any() and not (masked and _category(values)):
        row = rows.numbers[rows.begin[never.argmax()]]
        raise ValueError(
            f"{rows.where}: column {column!r} has no value in the sample of row {row:,}: nothing tells it; fill it, or "
            "say missing='drop'"
        )
    told = values.take(np.where(never, 0, first)[rows.sample]).set_axis(values.index)
    return _with_missing(told, never[rows.sample], rows.where) if never.any() else told


def known_of(rows: Rows, column: str) -> Known:
    """What is known of a measurement by some samples; of categories no more than how many there are."""
    values, missing = rows.frame[column], rows.frame[column].isna().to_numpy()
    numbers = np.zeros(0) if _category(values) else _numbers(values)[~missing]
    return Known(int(missing.sum()), int((~missing).sum()), float(numbers.sum()), _whole(values, numbers))


def masked(rows: Rows, column: str, known: Known | None = None) -> tuple[pd.Series, NDArray[np.bool_] | None]:
    """A measurement without missing values, and a mask of a number's; a category's are a category of their own."""
    values, missing = rows.frame[column], rows.frame[column].isna().to_numpy()
    if _category(values):
        return _with_missing(values, missing, rows.where), None
    never = float(_numbers(values)[~missing].mean()) if known is None else known.total / known.present
    return interpolated(rows, column, never, known), missing


def interpolated(rows: Rows, column: str, never: float | None = None, known: Known | None = None) -> pd.Series:
    """Numbers on a line between those before and after, within their sample; of categories, the one before.

    never: the number of samples that have none. Raises ValueError for them without it.
    known: of a table that is read in parts, some other part of which may miss values where this one does not
    """
    values, missing = rows.frame[column], rows.frame[column].isna().to_numpy()
    if not missing.any() and known is None:
        return values
    places, first = np.arange(len(missing)), rows.first(missing)
    last = np.maximum.reduceat(np.where(missing, -1, places), rows.begin)
    empty = last < 0
    if empty.any() and never is None:
        row = rows.numbers[rows.begin[empty.argmax()]]
        raise ValueError(
            f"{rows.where}: column {column!r} has no value in the sample of row {row:,}: there is nothing to "
            "interpolate; say missing='drop' or 'mask'"
        )
    if _category(values):
        before = np.maximum.accumulate(np.where(missing, -1, places))
        inside = np.maximum(before, first[rows.sample])
        return values.take(inside).set_axis(values.index)
    numbers, there = _numbers(values), ~missing
    ends = rows.begin + rows.lengths - 1
    numbers[rows.begin], numbers[ends] = numbers[np.minimum(first, len(missing) - 1)], numbers[last]
    there[rows.begin] = there[ends] = True
    for edge in (rows.begin, ends):
        numbers[edge[empty]] = never
    filled = np.interp(places, places[there], numbers[there])
    whole = _whole(values, numbers[~missing]) if known is None else known.whole
    filled = np.rint(filled) if whole else filled
    if is_datetime64_any_dtype(values.dtype):
        return pd.Series(pd.to_datetime(filled.astype(np.int64), unit="us"), index=values.index).astype(values.dtype)
    return pd.Series(filled.astype(np.int64) if whole else filled, index=values.index, name=values.name)


def _whole(values: pd.Series, numbers: NDArray[np.float64]) -> bool:
    return is_integer_dtype(values.dtype) or bool((numbers == np.rint(numbers)).all())


def _category(values: pd.Series) -> bool:
    kind = values.dtype
    return is_bool_dtype(kind) or not (is_numeric_dtype(kind) or is_datetime64_any_dtype(kind))


def _numbers(values: pd.Series) -> NDArray[np.float64]:
    if is_datetime64_any_dtype(values.dtype):
        values = values.astype("datetime64[us]").astype(np.int64)
    return np.array(values.to_numpy(np.float64, na_value=np.nan))


def _with_missing(values: pd.Series, missing: NDArray[np.bool_], where: str) -> pd.Series:
    told = values.astype(object).map(str, na_action="ignore")
    if (told == MISSING).any():
        raise ValueError(f"{where}: column {values.name!r} has the value {short(MISSING)} itself; rename it")
    return told.mask(missing, MISSING)
