"""Your own table: one row a record becomes one sample a series, and generated samples become such a table again."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import NamedTuple

import duckdb
import numpy as np
import pandas as pd
from numpy.typing import NDArray
from pandas.api.types import (
    is_bool_dtype,
    is_datetime64_any_dtype,
    is_float_dtype,
    is_integer_dtype,
    is_numeric_dtype,
)

from dg.dataset import TimeSeriesDataset
from dg.datasets.tables import OFFLINE, text
from dg.files import alias, reading, regular, short
from dg.schema import DTYPES, Categorical, Continuous, Field, Schema, Table

DAY, SECOND = 86_400_000_000, 1_000_000  # microseconds
DAYS, SECONDS = "days since 1970-01-01", "seconds since 1970-01-01"
UNITS = {DAYS: DAY, SECONDS: SECOND}
FEW = 20  # samples, of which each may have a value of its own by chance
CATEGORIES = 1000


class Rows(NamedTuple):
    """A table's rows, sample by sample in the order of time; samples are in the order of their first rows.

    where: what errors call the table
    numbers: of the rows in the table, counted from 1
    begin, lengths: each sample's first place among the rows, and how many it has
    """

    frame: pd.DataFrame
    where: str
    numbers: NDArray[np.int64]
    begin: NDArray[np.int64]
    lengths: NDArray[np.int64]

    def steady(self, column: str) -> NDArray[np.bool_]:
        """Of each row whether its value is that of its sample's first one."""
        values = self.frame[column]
        return np.asarray(values.to_numpy() == values.iloc[self.begin.repeat(self.lengths)].to_numpy(), dtype=bool)


def read_long(
    table: pd.DataFrame | str | Path,
    *,
    sample: str,
    time: str = "",
    metadata: Sequence[str] | None = None,
    measurements: Sequence[str] | None = None,
    name: str = "",
) -> TimeSeriesDataset:
    """The samples of a long table: a DataFrame, a CSV (also in gzip) or a Parquet file with one row a record.

    sample: the column that says to which sample a record belongs
    time: the column that orders a sample's records, equally spaced numbers or dates; without it they are in order
    metadata, measurements: columns; those that are not named are metadata where no sample has two values of them
    name: of the schema; that of the file unless given
    Types are those that pandas or DuckDB find: text, booleans and categories are categorical fields, whole numbers stay
    whole, and dates in the metadata are days or seconds. The schema's `table` notes all that `to_long` needs.
    Raises ValueError that names the table, the column, the row (counted from 1, without the header) and the remedy.
    """
    frame, where = _read(table)
    keys = [sample, time] if time else [sample]
    named = [*keys, *(metadata or ()), *(measurements or ())]
    _refuse_names(frame, named, where)
    _refuse_values(frame, where)
    rows = _sorted(frame, sample, time, where)
    free = [str(column) for column in frame if column not in named]
    steady = {column for column in free if rows.steady(column).all()}
    own = [column for column in free if column in steady] if metadata is None else list(metadata)
    series = [column for column in free if column not in steady] if measurements is None else list(measurements)
    if not series:
        raise ValueError(f"{where}: no column changes within a sample; name the measurements by measurements=")
    fields = {column: _field(rows.frame[column], where) for column in (*own, *series)}
    _refuse_changes(rows, metadata or (), sample)
    _refuse_ids(rows, [column for column in own if isinstance(fields[column], Categorical)])
    note, offsets = Table(tuple((str(column), str(frame[column].dtype)) for column in frame), sample), None
    counted: list[Field] = []
    if time:
        start, step, offsets = _spaced(rows, time)
        first = f"first {time}" if offsets.any() else ""
        counted = [Continuous(first, unit="steps", low=0, integer=True)] if first else []
        note = replace(note, time=time, first=first, start=start, step=step)
    schema = Schema(
        name or ("table" if isinstance(table, pd.DataFrame) else Path(table).name.partition(".")[0]),
        (*(fields[column] for column in own), *counted),
        tuple(fields[column] for column in series),
        int(rows.lengths.max()),
        table=note,
    )
    return _assembled(rows, schema, offsets)


def read_like(table: pd.DataFrame | str | Path, schema: Schema) -> TimeSeriesDataset:
    """The samples of a table that is like the one a schema was read from: its columns, fields and categories.

    Raises ValueError as `read_long` does, and where a value, a length or a step of time is not the schema's.
    """
    note = schema.table
    if note is None:
        raise ValueError(f"the schema {schema.name!r} was read from no table: read one by dg.read_long")
    frame, where = _read(table)
    fields = [field.name for field in (*schema.metadata, *schema.measurements) if field.name != note.first]
    _refuse_names(frame, [note.sample, *([note.time] if note.time else []), *fields], where)
    _refuse_values(frame, where)
    rows, offsets = _sorted(frame, note.sample, note.time, where), None
    if note.time:
        start, step, offsets = _spaced(rows, note.time)
        if (rows.lengths > 1).any() and not np.isclose(step, note.step):
            raise ValueError(f"{where}: {note.time!r} has steps of {step:g}, the schema {note.step:g}; resample it")
        offsets = offsets + round((start - note.start) / note.step)
    if rows.lengths.max() > schema.max_length:
        longest = int(rows.lengths.argmax())
        raise ValueError(
            f"{where}: the sample of row {rows.numbers[rows.begin[longest]]:,} has {rows.lengths[longest]:,} records, "
            f"more than the schema's {schema.max_length:,}; cut it"
        )
    return _assembled(rows, schema, offsets)


def _assembled(rows: Rows, schema: Schema, offsets: NDArray[np.int64] | None) -> TimeSeriesDataset:
    """The samples; `offsets` say how many steps after the first time of all each of them begins."""
    n, first = len(rows.begin), schema.table.first if schema.table else ""
    inside = np.arange(schema.max_length) < rows.lengths[:, None]
    measurements = np.zeros((n, schema.max_length, len(schema.measurements)), dtype=np.float32)
    for place, field in enumerate(schema.measurements):
        measurements[inside, place] = _codes(rows, field)
    metadata = {
        field.name: offsets if field.name == first else _decoded(_codes(rows, field)[rows.begin], field)
        for field in schema.metadata
    }
    return TimeSeriesDataset(schema, pd.DataFrame(metadata, index=range(n)), measurements, rows.lengths)


def to_long(dataset: TimeSeriesDataset, *, first_sample: int = 0) -> pd.DataFrame:
    """The samples as a table, a row a record, with the columns, types and order of the table that was read.

    Where none was read they are `sample`, `record`, the metadata and the measurements. Samples have numbers for names,
    from `first_sample` on, as text where names were text.
    """
    table = dataset.schema.table or _plain(dataset.schema)
    kinds, active = dict(table.columns), dataset.active
    sample, begin = np.arange(len(dataset)).repeat(dataset.lengths), dataset.lengths.cumsum() - dataset.lengths
    step = np.arange(len(sample)) - begin[sample]
    columns = {table.sample: _typed(pd.Series(sample + first_sample), kinds[table.sample])}
    if table.time:
        first = dataset.metadata[table.first].to_numpy()[sample] if table.first in dataset.metadata else 0
        columns[table.time] = _typed(pd.Series(table.start + (first + step) * table.step), kinds[table.time])
    for field in dataset.schema.metadata:
        if field.name != table.first:
            columns[field.name] = _restored(_repeated(dataset, field), field, kinds[field.name])
    for field in dataset.schema.measurements:
        values = pd.Series(_decoded(dataset.measurement(field.name)[active], field))
        columns[field.name] = _restored(values, field, kinds[field.name])
    return pd.DataFrame({name: columns[name] for name in kinds if name in columns})


def _repeated(dataset: TimeSeriesDataset, field: Field) -> pd.Series:
    """A field of the metadata, once for each record."""
    values = dataset.metadata[field.name]
    if not isinstance(field, Categorical):
        return pd.Series(values.to_numpy().repeat(dataset.lengths))
    codes = values.cat.codes.to_numpy().repeat(dataset.lengths)
    return pd.Series(pd.Categorical.from_codes(codes, dtype=values.dtype, validate=False))


def _plain(schema: Schema) -> Table:
    """The table of a schema that was read from none."""
    kinds = {field.name: _plain_type(field) for field in (*schema.metadata, *schema.measurements)}
    names = iter(name for name in ("sample", "record", "sample number", "record number") if name not in kinds)
    sample, time = next(names), next(names)
    return Table(((sample, "int64"), (time, "int64"), *kinds.items()), sample, time)


def _plain_type(field: Field) -> str:
    if isinstance(field, Categorical):
        return "category"
    return "int64" if field.integer else "float64"


def _read(table: pd.DataFrame | str | Path) -> tuple[pd.DataFrame, str]:
    """The rows, and what errors call them: a Parquet file by its own types, any other as CSV by those DuckDB finds."""
    if isinstance(table, pd.DataFrame):
        return table.reset_index(drop=True), "the table"
    with open(regular(table), "rb") as opened:
        begins = opened.read(4)
    with reading(table, "save it as CSV or Parquet"):
        if begins == b"PAR1":
            return pd.read_parquet(table), str(table)
        packing = "gzip" if begins.startswith(b"\x1f\x8b") else "none"
        with alias(table) as path, duckdb.connect(config=OFFLINE) as database:
            options = f"header = true, hive_partitioning = false, sample_size = -1, compression = '{packing}'"
            return database.execute(f"SELECT * FROM read_csv({text(path)}, {options})").df(), str(table)


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


def _refuse_values(frame: pd.DataFrame, where: str) -> None:
    for column in frame:
        if not re.match(DTYPES, str(frame[column].dtype)):
            raise ValueError(
                f"{where}: column {column!r} is {frame[column].dtype}, which is neither text, numbers, booleans nor "
                "dates; convert it"
            )
        missing = frame[column].isna().to_numpy()
        if missing.any():
            raise ValueError(
                f"{where}: column {column!r} has {missing.sum():,} missing values, the first in row "
                f"{missing.argmax() + 1:,}; fill them, or leave these rows out"
            )
        if is_float_dtype(frame[column].dtype):
            infinite = np.isinf(frame[column].to_numpy(np.float64))
            if infinite.any():
                raise ValueError(
                    f"{where}: column {column!r} of row {infinite.argmax() + 1:,} is infinite; replace it by a number"
                )


def _sorted(frame: pd.DataFrame, sample: str, time: str, where: str) -> Rows:
    codes, _ = pd.factorize(frame[sample])
    if not time:
        order = np.argsort(codes, kind="stable")
    else:
        kind = frame[time].dtype
        if is_bool_dtype(kind) or not (is_numeric_dtype(kind) or is_datetime64_any_dtype(kind)):
            raise ValueError(
                f"{where}: the time column {time!r} is {kind}, and should be numbers or dates; "
                f"{frame[time].iloc[0]!r} in row 1 is neither"
            )
        order = np.lexsort((_numbers(frame[time]), codes))
    begin = np.flatnonzero(np.diff(codes[order], prepend=-1))
    return Rows(frame.iloc[order], where, order + 1, begin, np.diff(np.append(begin, len(order))))


def _spaced(rows: Rows, time: str) -> tuple[float, float, NDArray[np.int64]]:
    """The first time of all, the step, and how many steps after it each sample begins."""
    found, shown = _numbers(rows.frame[time]), rows.frame[time].astype(str).to_numpy()
    steps, inside = np.diff(found), np.ones(max(0, len(found) - 1), dtype=bool)
    inside[rows.begin[1:] - 1] = False
    step = float(steps[inside].min()) if inside.any() else 1.0
    uneven = inside & ~np.isclose(steps, step, rtol=1e-9)
    if step <= 0 or uneven.any():
        place = int((inside & (steps <= 0)).argmax() if step <= 0 else uneven.argmax())
        between = f"rows {rows.numbers[place]:,} and {rows.numbers[place + 1]:,} of one sample"
        if step <= 0:
            raise ValueError(f"{rows.where}: {between} have the same time, {shown[place]}; leave one out")
        raise ValueError(
            f"{rows.where}: between {between}, {shown[place]} and {shown[place + 1]}, there is a gap: times should be "
            "equally spaced; add the records that are missing"
        )
    start = float(found[rows.begin].min())
    offsets = (found[rows.begin] - start) / step
    shifted = ~np.isclose(offsets, np.rint(offsets), atol=1e-6)
    if shifted.any():
        row = rows.numbers[rows.begin[shifted.argmax()]]
        raise ValueError(
            f"{rows.where}: the sample of row {row:,} begins between two steps of the others, at "
            f"{shown[rows.begin[shifted.argmax()]]}; shift it, or read the table without its times"
        )
    return start, step, np.rint(offsets).astype(np.int64)


def _field(values: pd.Series, where: str) -> Field:
    name, kind = str(values.name), values.dtype
    if is_bool_dtype(kind):
        return Categorical(name, ("False", "True"))
    if is_datetime64_any_dtype(kind):
        return Continuous(name, unit=SECONDS if (_numbers(values) % DAY).any() else DAYS, integer=True)
    if is_numeric_dtype(kind):
        return Continuous(name, integer=is_integer_dtype(kind))
    known = map(str, kind.categories) if isinstance(kind, pd.CategoricalDtype) else sorted(set(values.astype(str)))
    field = Categorical(name, tuple(known))
    if len(field.values) > CATEGORIES:
        raise ValueError(
            f"{where}: column {name!r} has {len(field.values):,} values, more than {CATEGORIES:,}: leave it out, or "
            "put the rare ones together"
        )
    return field


def _codes(rows: Rows, field: Field) -> NDArray:
    """A column as a dataset holds it among the measurements: codes of categories, else numbers."""
    values = rows.frame[field.name]
    if isinstance(field, Categorical):
        codes = np.asarray(pd.Categorical(values.astype(str), list(field.values)).codes, dtype=np.int64)
        if codes.min() < 0:
            place = int(codes.argmin())
            raise ValueError(
                f"{rows.where}: column {field.name!r} of row {rows.numbers[place]:,} is {values.iloc[place]!r}, which "
                f"is not one of {short(list(field.values))}"
            )
        return codes
    if is_datetime64_any_dtype(values.dtype) and field.unit in UNITS:
        return np.rint(_numbers(values) / UNITS[field.unit])
    if not is_numeric_dtype(values.dtype):
        raise ValueError(f"{rows.where}: column {field.name!r} is {values.dtype}, and should be numbers")
    return values.to_numpy(np.float64)


def _decoded(codes: NDArray, field: Field) -> NDArray:
    """Categories instead of their codes."""
    return np.array(field.values, dtype=object)[codes.astype(np.int64)] if isinstance(field, Categorical) else codes


def _refuse_changes(rows: Rows, named: Sequence[str], sample: str) -> None:
    """Of the columns that were named metadata; the others are, because they do not change."""
    for column in named:
        steady = rows.steady(column)
        if not steady.all():
            place = int(steady.argmin())
            raise ValueError(
                f"{rows.where}: column {column!r} changes within sample {rows.frame[sample].iloc[place]!r}, in row "
                f"{rows.numbers[place]:,}: metadata are the same for all records of a sample; name it a measurement"
            )


def _refuse_ids(rows: Rows, categorical: Sequence[str]) -> None:
    n = len(rows.begin)
    for column in categorical:
        if n > FEW and rows.frame[column].iloc[rows.begin].nunique() == n:
            raise ValueError(
                f"{rows.where}: column {column!r} has a value of its own for each of the {n:,} samples: it names them, "
                "and cannot be learnt; leave it out"
            )


def _numbers(times: pd.Series) -> NDArray[np.float64]:
    """Numbers as they are, dates as microseconds since 1970, in UTC."""
    if is_datetime64_any_dtype(times.dtype):
        naive = times.dt.tz_convert("UTC").dt.tz_localize(None) if times.dt.tz is not None else times
        return naive.astype("datetime64[us]").astype(np.int64).to_numpy(np.float64)
    return times.to_numpy(np.float64)


def _restored(values: pd.Series, field: Field, dtype: str) -> pd.Series:
    """A field's values as the table had them."""
    if isinstance(field, Categorical):
        if dtype == "category" and isinstance(values.dtype, pd.CategoricalDtype):
            return values
        if dtype == "category":
            return values.astype(pd.CategoricalDtype(list(field.values)))
        return _typed(values == "True" if dtype in ("bool", "boolean") else values, dtype)
    return _typed(values.astype(np.float64) * UNITS.get(field.unit, 1), dtype)


def _typed(values: pd.Series, dtype: str) -> pd.Series:
    if dtype.startswith("datetime64"):
        moments = pd.to_datetime(values.round().astype(np.int64), unit="us")
        zone = dtype.partition(", ")[2].rstrip("]")
        return (moments.dt.tz_localize("UTC").dt.tz_convert(zone) if zone else moments).astype(dtype)
    if "int" in dtype.lower() and is_float_dtype(values.dtype):
        values = values.round()
    return (values.astype(str) if dtype in ("object", "str", "string") else values).astype(dtype)
