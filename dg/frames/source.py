"""The columns of a table as it comes: their types, dates that are text, and what cannot be read at all."""

from __future__ import annotations

import datetime
import decimal
import re
from collections.abc import Collection, Mapping, Sequence
from types import MappingProxyType
from typing import NamedTuple

import numpy as np
import pandas as pd
from pandas.api.types import is_float_dtype
from pandas.tseries.api import guess_datetime_format

from dg.files import short
from dg.frames.opening import Opened, refuse_namesakes
from dg.table import DTYPES

FORMAT = r"(?=.*%Y|.*%y)(?=.*%m|.*%b|.*%B)"  # of a text that is a date: it names the year and the month
NUMERIC = r"\d{1,2}([./-])\d{1,2}\1(\d{2}|\d{4})([ T]\d{1,2}:\d{2}(:\d{2}(\.\d{1,6})?)?( ?[AP]M)?)?"
FIRST = {"%d": "day", "%m": "month", "%y": "year"}
ZERO = r"\b0(?=\d)"  # before a single digit
POLICIES = "leave these rows out, or say missing='drop', 'interpolate' or 'mask'"


class Source(NamedTuple):
    """A table whose dates are dates.

    frame: its rows; the index numbers them in the file, from 0
    where: what errors call it
    kinds: the types that its columns had, by pandas' names, and `date` for days
    formats: of columns whose dates were text
    """

    frame: pd.DataFrame
    where: str
    kinds: dict[str, str]
    formats: dict[str, str]


def source_of(
    opened: Opened,
    named: Sequence[str],
    *,
    categorical: Collection[str] = (),
    only: bool = False,
    empty: Collection[str] = (),
    known: Mapping[str, str] = MappingProxyType({}),
) -> Source:
    """A table that has the columns `named`; with `only`, its other columns are left out.

    categorical: columns that are not looked at for dates
    empty: columns that need no values
    known: formats of columns whose dates are text, where they have been told before
    Raises ValueError that names the column, row and remedy.
    """
    frame, where = opened
    _refuse_names(frame, named, where)
    frame = frame.set_axis(frame.columns.astype(str), axis=1)
    if only:
        frame = frame[[column for column in frame if column in named]]
    kinds: dict[str, str] = {}
    formats: dict[str, str] = {}
    columns: dict[str, pd.Series] = {}
    for name in frame:
        values = frame[name]
        if isinstance(values.dtype, pd.ArrowDtype):
            values = values.convert_dtypes(dtype_backend="numpy_nullable")
        values, kinds[name] = _plain(values, where)
        if kinds[name] in ("object", "str", "string") and name not in categorical:
            values, formats[name] = _dates(values, where, known.get(name))
        columns[name] = values
        if name not in empty:
            _refuse_empty(values, where)
        _refuse_infinite(values, where)
    return Source(pd.DataFrame(columns), where, kinds, {name: found for name, found in formats.items() if found})


def refuse_missing(source: Source, remedy: str = POLICIES) -> None:
    """Raises ValueError for the first column with missing values: how many, the first row, and what may be done."""
    for column, values in source.frame.items():
        missing = values.isna().to_numpy()
        if missing.any():
            first = int(source.frame.index[missing.argmax()])
            refuse_counted(source.where, str(column), int(missing.sum()), first, remedy)


def refuse_counted(where: str, column: str, missing: int, first: int, remedy: str = POLICIES) -> None:
    """Raises ValueError for a column that misses so many values, the first in the row of that number, from 0."""
    raise ValueError(
        f"{where}: column {column!r} has {missing:,} missing values, the first in row {first + 1:,}; fill them, "
        f"{remedy}"
    )


def _refuse_names(frame: pd.DataFrame, named: Sequence[str], where: str) -> None:
    if not len(frame):
        raise ValueError(f"{where} has no rows")
    columns = [str(column) for column in frame]
    refuse_namesakes(columns, where)
    for name in named:
        if name not in columns:
            raise ValueError(f"{where} has no column {name!r}; it has {short(columns)}")
        if list(named).count(name) > 1:
            raise ValueError(f"{where}: column {name!r} is named twice, and can be one thing only")


def _plain(values: pd.Series, where: str) -> tuple[pd.Series, str]:
    """A column of a type that pandas computes with, and the name of the type that it had."""
    kind = str(values.dtype)
    if not re.match(DTYPES, kind):
        raise ValueError(
            f"{where}: column {values.name!r} is {kind}, which is neither text, numbers, booleans nor dates; convert it"
        )
    if kind != "object":
        return values, kind
    present = values.dropna()
    if present.map(lambda value: type(value) is datetime.date).all() and len(present):
        return pd.to_datetime(values).astype("datetime64[us]"), "date"
    for allowed, dtype in ((bool | np.bool_, "boolean"), (decimal.Decimal, "float64")):
        if len(present) and present.map(lambda value, kind=allowed: isinstance(value, kind)).all():
            return values.astype(dtype), dtype
    if len(present) and present.map(lambda value: isinstance(value, datetime.datetime)).all():
        return pd.to_datetime(values).astype("datetime64[us]"), "datetime64[us]"
    strange = ~present.map(lambda value: isinstance(value, str)).to_numpy(bool)
    if strange.any():
        row, value = present.index[strange.argmax()], present[strange].iloc[0]
        raise ValueError(
            f"{where}: column {values.name!r} of row {row + 1:,} is {short(value)}, a {type(value).__name__} among "
            "others; make its values text, numbers, booleans or dates"
        )
    return values, kind


def _dates(values: pd.Series, where: str, known: str | None) -> tuple[pd.Series, str]:
    """Dates for texts that are all dates in one format, and that format: the `known` one, or else one that is found.

    Raises ValueError where it cannot be told whether days or months come first, but for 31.12.2026, days first.
    """
    told = pd.Series(values.dropna().unique(), dtype=object)
    if known is not None and _parsed(told, known) is not None:
        return pd.to_datetime(values, format=known).astype("datetime64[us]"), known
    found = {style: dates for style in _styles(told) if (dates := _parsed(told, style)) is not None}
    if not found:
        return values, ""
    chosen = list(found)[-1]
    if not chosen.startswith("%d.") and not all(dates.equals(found[chosen]) for dates in found.values()):
        raise ValueError(
            f"{where}: column {values.name!r} may have the {' or the '.join(FIRST[style[:2]] for style in found)} "
            f"first, {told.iloc[0]!r} in row {values.index[values.notna().argmax()] + 1:,}; write its dates as "
            "year-month-day, or name it by categorical="
        )
    return pd.to_datetime(values, format=chosen).astype("datetime64[us]"), chosen


def _styles(told: pd.Series) -> list[str]:
    """The formats that the first of some texts may be a date in; days first is the last of them."""
    first = told.iloc[0] if len(told) else ""
    numeric = re.fullmatch(NUMERIC, first)
    if numeric is None:
        guess = guess_datetime_format(first)
        return [guess] if guess is not None and "%z" not in guess and re.match(FORMAT, guess) else []
    mark, year, time, seconds, fraction, half = numeric.groups()
    clock = "" if time is None else f"{time[0]}{'%I' if half else '%H'}:%M"
    clock += (":%S" if seconds else "") + (".%f" if fraction else "") + (f"{half[:-2]}%p" if half else "")
    orders = ("%m %d %Y", "%d %m %Y") if len(year) == 4 else ("%y %m %d", "%m %d %y", "%d %m %y")
    return [order.replace(" ", mark) + clock for order in orders]


def _parsed(told: pd.Series, style: str) -> pd.Series | None:
    """The dates, if the format gives the same texts back, but for zeros before single digits."""
    dates = pd.to_datetime(told, format=style, errors="coerce")
    if dates.isna().any():
        return None
    back = pd.Series(dates.dt.strftime(style), dtype=object)
    return dates if back.replace(ZERO, "", regex=True).equals(told.replace(ZERO, "", regex=True)) else None


def _refuse_empty(values: pd.Series, where: str) -> None:
    if values.isna().all():
        raise ValueError(f"{where}: column {values.name!r} has no values at all; leave it out")


def _refuse_infinite(values: pd.Series, where: str) -> None:
    if is_float_dtype(values.dtype):
        infinite = np.isinf(values.to_numpy(np.float64, na_value=np.nan))
        if infinite.any():
            raise ValueError(
                f"{where}: column {values.name!r} of row {values.index[infinite.argmax()] + 1:,} is infinite; replace "
                "it by a number"
            )
