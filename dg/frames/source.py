"""A table as it comes: a DataFrame, CSV or Parquet; its columns' types, and what cannot be read at all."""

from __future__ import annotations

import datetime
import decimal
import re
import warnings
from collections.abc import Collection, Sequence
from pathlib import Path
from typing import NamedTuple

import duckdb
import numpy as np
import pandas as pd
from pandas.api.types import is_float_dtype
from pandas.tseries.api import guess_datetime_format
from pyarrow.parquet import ParquetFile

from dg.datasets.tables import OFFLINE, text
from dg.files import alias, packing, reading, short
from dg.memory import available
from dg.table import DTYPES

FORMAT = r"(?=.*%Y|.*%y)(?=.*%m|.*%b|.*%B)"  # of a text that is a date: it names the year and the month
POLICIES = "leave these rows out, or say missing='drop', 'interpolate' or 'mask'"
HELD, PACKED = 4, {"none": 1, "gzip": 8}  # times a table's bytes while it is read, and the bytes in one of gzip's


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


class Opened(NamedTuple):
    """A table as its file has it, and what errors call it."""

    frame: pd.DataFrame
    where: str


def opened(table: pd.DataFrame | str | Path, only: Sequence[str] | None = None) -> Opened:
    """A Parquet file by its own types, any other as CSV by those that DuckDB finds. A named index is columns too.

    only: of a Parquet file, other columns need not be read
    Raises ValueError where the rows would not fit into the free memory.
    """
    if isinstance(table, pd.DataFrame):
        return Opened(_without_index(table), "the table")
    packed = packing(table)
    with reading(table, "save it as CSV or Parquet"):
        if packed == "parquet":
            return Opened(_without_index(_parquet(table, only)), str(table))
        _refuse_large(Path(table).stat().st_size * PACKED[packed], str(table))
        with alias(table) as path, duckdb.connect(config=OFFLINE) as database:
            return Opened(database.execute(f"SELECT * FROM {csv(path, packed)}").df(), str(table))


def csv(path: Path, packed: str) -> str:
    """SQL that reads a CSV with a header, by the types that DuckDB finds in all of it."""
    options = f"header = true, hive_partitioning = false, sample_size = -1, compression = '{packed}'"
    return f"read_csv({text(path)}, {options})"


def _parquet(table: str | Path, only: Sequence[str] | None) -> pd.DataFrame:
    with ParquetFile(table) as file:
        groups = [file.metadata.row_group(number) for number in range(file.metadata.num_row_groups)]
        chunks = [group.column(number) for group in groups for number in range(group.num_columns)]
        known = {chunk.path_in_schema for chunk in chunks}
        chosen = (
            None if only is None or not known.issuperset(only) else [c for c in file.schema_arrow.names if c in only]
        )
        parts = (chunk for chunk in chunks if chosen is None or chunk.path_in_schema in chosen)
        _refuse_large(sum(chunk.total_uncompressed_size for chunk in parts), str(table))
    return pd.read_parquet(table, columns=chosen)


def _refuse_large(size: int, where: str) -> None:
    if HELD * size > available():
        raise ValueError(
            f"{where}: its {size / 1e9:,.1f} GB take up to {HELD * size / 1e9:,.1f} GB of memory, and "
            f"{available() / 1e9:,.1f} GB are free: name metadata= and measurements= of a Parquet file, whose other "
            "columns are then not read, read a long table by folder=, which keeps it on disk, or take a part of its "
            "samples"
        )


def _without_index(frame: pd.DataFrame) -> pd.DataFrame:
    return frame.reset_index(drop=all(name is None for name in frame.index.names))


def source_of(
    opened: Opened,
    named: Sequence[str],
    *,
    categorical: Collection[str] = (),
    only: bool = False,
    empty: Collection[str] = (),
) -> Source:
    """A table that has the columns `named`; with `only`, its other columns are left out.

    categorical: columns that are not looked at for dates
    empty: columns that need no values
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
            values, formats[name] = _dates(values, where)
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
    twice = sorted({column for column in columns if columns.count(column) > 1})
    if twice:
        raise ValueError(f"{where} has two columns called {short(twice[0])}; rename one")
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


def _dates(values: pd.Series, where: str) -> tuple[pd.Series, str]:
    """Dates for texts that are all dates in one format, and that format.

    Raises ValueError where it cannot be told whether days or months come first, but for 31.12.2026, days first.
    """
    told = pd.Series(values.dropna().unique(), dtype=object)
    found: dict[str, pd.Series] = {}
    for dayfirst in (False, True):
        with warnings.catch_warnings():  # that a day may come first, which is then tried
            warnings.simplefilter("ignore", UserWarning)
            guess = guess_datetime_format(told.iloc[0] if len(told) else "", dayfirst=dayfirst)
        if guess is None or "%z" in guess or not re.match(FORMAT, guess):
            continue
        dates = pd.to_datetime(told, format=guess, errors="coerce")
        if not dates.isna().any() and (dates.dt.strftime(guess) == told).all():
            found[guess] = dates
    if len(found) == 2 and not dates.equals(next(iter(found.values()))) and not guess.startswith("%d."):
        raise ValueError(
            f"{where}: column {values.name!r} may have the day or the month first, {told.iloc[0]!r}; write its dates "
            "as year-month-day, or name it by categorical="
        )
    if not found:
        return values, ""
    chosen = list(found)[-1]
    return pd.to_datetime(values, format=chosen).astype("datetime64[us]"), chosen


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
