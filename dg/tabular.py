"""Samples as a table again: the names, types, order and times of the table that was read."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from pandas.api.types import is_float_dtype

from dg.clocks import DAY, SECOND, Clock, dated
from dg.fields import MISSING, POOLED, Categorical, Continuous, Field
from dg.schema import Schema
from dg.table import Table

DAYS, SECONDS = "days since 1970-01-01", "seconds since 1970-01-01"
UNITS = {DAYS: DAY, SECONDS: SECOND}


class Samples(NamedTuple):
    """What a TimeSeriesDataset has."""

    schema: Schema
    metadata: pd.DataFrame
    measurements: NDArray[np.float32]
    lengths: NDArray[np.int64]

    @property
    def active(self) -> NDArray[np.bool_]:
        """bool [n, t]: where a sample has a record."""
        return np.arange(self.schema.max_length) < self.lengths[:, None]

    def measurement(self, name: str) -> NDArray[np.float32]:
        """The series [n, t] of a measurement."""
        return self.measurements[:, :, [field.name for field in self.schema.measurements].index(name)]

    def missing(self, name: str) -> NDArray[np.bool_] | None:
        """bool [n, t]: where a measurement is missing; None: it has no mask."""
        has = any(field.name == mask_of(name) for field in self.schema.measurements)
        return self.measurement(mask_of(name)) > 0 if has else None


def mask_of(name: str) -> str:
    """The categorical measurement that says whether the one called `name` is missing."""
    return f"{name} is missing"


def long_table(samples: Samples, *, first_sample: int, seed: int) -> pd.DataFrame:
    """A row a record; see `TimeSeriesDataset.to_long`."""
    table = _with_sample(samples.schema.table or _plain(samples.schema), samples.schema)
    kinds, lengths, active = dict(table.columns), samples.lengths, samples.active
    sample, begin = np.arange(len(lengths)).repeat(lengths), lengths.cumsum() - lengths
    columns = {table.sample: _typed(pd.Series(sample + first_sample), kinds[table.sample])}
    if table.time:
        since = (np.arange(len(sample)) - begin[sample]).astype(np.float64)
        if table.gap:
            passed = samples.measurement(table.gap)[active].astype(np.float64).cumsum()
            since = passed - passed[begin][sample]
        first = samples.metadata[table.first].to_numpy()[sample] if table.first in samples.metadata else 0
        moments = np.asarray(table.start + (first + since) * table.step, dtype=np.float64)
        columns[table.time] = _moments(moments, table, kinds[table.time])
    for name, values in _metadata(samples, table, first_sample, seed):
        columns[name] = values.iloc[sample].reset_index(drop=True)
    for place, field in enumerate(_fields(samples.schema, table)):
        rng = np.random.default_rng((seed, first_sample, place, 1))
        restored = _restored(pd.Series(samples.measurement(field.name)[active]), field, table, rng)
        missing = samples.missing(field.name)
        columns[field.name] = restored if missing is None else restored.mask(missing[active])
    return pd.DataFrame({name: columns[name] for name in kinds if name in columns})


def wide_table(samples: Samples, *, first_sample: int, seed: int) -> pd.DataFrame:
    """A row a sample; see `TimeSeriesDataset.to_wide`."""
    schema, n = samples.schema, len(samples.lengths)
    table = schema.table or _plain(schema)
    kinds, columns = dict(table.columns), dict(_metadata(samples, table, first_sample, seed))
    if table.sample:
        columns[table.sample] = _typed(pd.Series(np.arange(n) + first_sample), kinds[table.sample])
    wide = dict(table.wide) or {
        field.name: tuple(f"{field.name} {step}" for step in range(schema.max_length)) for field in schema.measurements
    }
    inside = samples.active
    for place, field in enumerate(_fields(schema, table)):
        rng = np.random.default_rng((seed, first_sample, place, 1))
        series, missing = samples.measurement(field.name), samples.missing(field.name)
        hidden = ~inside if missing is None else ~inside | missing
        for step, column in enumerate(wide[field.name]):
            values = _restored(pd.Series(series[:, step]), field, table, rng, kinds.get(column))
            columns[column] = values.mask(hidden[:, step]) if hidden[:, step].any() else values
    order = [name for name in kinds if name in columns] if table.wide else list(columns)
    return pd.DataFrame({name: columns[name] for name in order})


def _with_sample(table: Table, schema: Schema) -> Table:
    """A long table of samples that a wide one names not, and of measurements instead of steps."""
    if not table.wide:
        return table
    kinds = {name: kind for name, kind in table.columns if name in {table.sample, *(f.name for f in schema.metadata)}}
    series = {name: dict(table.columns)[columns[0]] for name, columns in table.wide}
    sample = table.sample or ("sample" if "sample" not in {**kinds, **series} else "sample number")
    return replace(table, sample=sample, columns=tuple(({sample: "int64"} | kinds | series).items()), wide=())


def _metadata(samples: Samples, table: Table, first_sample: int, seed: int) -> Iterator[tuple[str, pd.Series]]:
    """Each column of the metadata, a row a sample."""
    for place, field in enumerate(samples.schema.metadata):
        if field.name == table.first:
            continue
        values = samples.metadata[field.name].reset_index(drop=True)
        if isinstance(field, Categorical):
            values = values.cat.codes
        rng = np.random.default_rng((seed, first_sample, place, 0))
        yield field.name, _restored(values, field, table, rng)


def _fields(schema: Schema, table: Table) -> list[Field]:
    """The measurements that the table has: not the gaps between times, and no masks."""
    own = {table.gap, *map(mask_of, table.masked)}
    return [field for field in schema.measurements if field.name not in own]


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


def _restored(
    values: pd.Series, field: Field, table: Table, rng: np.random.Generator, dtype: str | None = None
) -> pd.Series:
    """Codes or numbers as the table had them. Of pooled categories one is drawn, as often as each was there."""
    dtype = dtype or dict(table.columns).get(field.name) or _plain_type(field)
    if not isinstance(field, Categorical):
        return _number(values.to_numpy(np.float64), field, table, dtype)
    codes, names = values.to_numpy(np.int64), list(field.values)
    if field.pooled:
        pool = codes == names.index(POOLED)
        counts = np.array([count for _, count in field.pooled], dtype=np.float64)
        drawn = rng.choice(len(counts), len(codes), p=counts / counts.sum())
        codes, names = np.where(pool, len(names) + drawn, codes), [*names, *(value for value, _ in field.pooled)]
    hidden = {POOLED} if field.pooled else set[str]()
    if MISSING in names and field.name in table.masked:
        codes, hidden = np.where(codes == names.index(MISSING), -1, codes), hidden | {MISSING}
    shown = [name for name in names if name not in hidden]
    if dtype == "category":
        kept = pd.Categorical.from_codes(codes, dtype=pd.CategoricalDtype(names), validate=False)
        return pd.Series(kept.set_categories(shown) if shown != names else kept)
    if dtype in ("bool", "boolean"):
        values = pd.Series(codes == names.index("True") if "True" in names else np.zeros(len(codes), dtype=bool))
        return values.astype("boolean").mask(codes < 0) if dtype == "boolean" else values
    told = pd.Series(np.array([*names, None], dtype=object)[codes])
    return told if dtype == "object" else told.astype(dtype) if dtype in ("str", "string") else _parsed(told, dtype)


def _parsed(told: pd.Series, dtype: str) -> pd.Series:
    """Categories that were numbers or dates."""
    return told.astype(dtype) if dtype.startswith("datetime64") else _typed(pd.to_numeric(told), dtype)


def _number(values: NDArray[np.float64], field: Continuous, table: Table, dtype: str) -> pd.Series:
    if field.unit in UNITS and is_date(field.name, table, dtype):
        return _date(values * UNITS[field.unit], "utc", field.name, table, dtype)
    return _typed(pd.Series(values), dtype)


def _moments(numbers: NDArray[np.float64], table: Table, dtype: str) -> pd.Series:
    if table.clock == "numbers" or not is_date(table.time, table, dtype):
        return _typed(pd.Series(numbers), dtype)
    return _date(numbers, table.clock, table.time, table, dtype)


def is_date(name: str, table: Table, dtype: str) -> bool:
    """Whether a column of this type has dates, maybe as text."""
    return dtype == "date" or dtype.startswith("datetime64") or name in dict(table.formats)


def zone_of(dtype: str) -> str:
    """The time zone of a column of this type; empty: it has none."""
    return dtype.partition(", ")[2].rstrip("]") if dtype.startswith("datetime64") else ""


def _date(numbers: NDArray[np.float64], clock: Clock, name: str, table: Table, dtype: str) -> pd.Series:
    """Dates of a column: as text in the format that it had, as days, or as pandas' own."""
    moments = dated(numbers, clock, zone_of(dtype))
    if name in dict(table.formats):
        return moments.dt.strftime(dict(table.formats)[name]).astype("str" if dtype == "date" else dtype)
    return pd.Series(moments.dt.date, dtype=object) if dtype == "date" else moments.astype(dtype)


def _typed(values: pd.Series, dtype: str) -> pd.Series:
    if "int" in dtype.lower() and is_float_dtype(values.dtype):
        values = values.round()
    return (values.astype(str) if dtype in ("object", "str", "string") else values).astype(dtype)
