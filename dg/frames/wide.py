"""A wide table, one row a sample and one column a step, becomes samples."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from types import MappingProxyType

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from pandas.api.types import is_numeric_dtype
from pandas.tseries.api import guess_datetime_format

from dg.dataset import TimeSeriesDataset
from dg.frames.assembly import name_of, samples_of
from dg.frames.missing import Missing
from dg.frames.opening import Opened, opened
from dg.frames.source import Source, source_of
from dg.hyperparameters import Count, check
from dg.table import Table

ROW = "row of the table"  # names the samples while a wide table is read


def read_wide(
    table: pd.DataFrame | str | Path,
    *,
    sample: str = "",
    metadata: Sequence[str] | None = None,
    measurements: Mapping[str, Sequence[str]] | None = None,
    categorical: Sequence[str] = (),
    missing: Missing = "refuse",
    pool: Count | None = None,
    name: str = "",
) -> TimeSeriesDataset:
    """The samples of a wide table: a DataFrame, a CSV or a Parquet file with one row a sample, one column a step.

    sample: a column that names the samples, and is not learnt
    metadata: columns; those that are neither the sample nor a step, unless named
    measurements: each with its columns, in the order of time. Unless named, the columns whose names are dates or
        numbers are the steps of one measurement, `value`; or all others, where the metadata are named
    categorical, missing, pool, name: as of `read_long`
    Empty cells at the end of a row end its sample; others are missing. Raises ValueError as `read_long` does.
    """
    check(read_wide, {"missing": missing, "pool": pool}, "read_wide")
    found = opened(table)
    columns = [str(column) for column in found.frame]
    if measurements is None:
        others = [column for column in columns if column != sample and column not in (metadata or ())]
        steps = [column for column in others if _is_step(column)] if metadata is None else others
        measurements = {"value": steps}
    steps = [column for several in measurements.values() for column in several]
    if not steps:
        raise ValueError(
            f"{found.where}: no column's name is a date or a number; name the columns of each measurement by "
            "measurements="
        )
    if len({len(several) for several in measurements.values()}) > 1:
        raise ValueError(
            f"{found.where}: the measurements have {[len(several) for several in measurements.values()]} columns, and "
            "should have equally many"
        )
    if metadata is None:
        metadata = [column for column in columns if column not in steps and column != sample]
    source = melted(found, sample, metadata, measurements, categorical=categorical, refuse=missing == "refuse")
    data = samples_of(
        source,
        Table(((ROW, "int64"),), ROW, formats=tuple(source.formats.items())),
        name or name_of(table),
        metadata=metadata,
        measurements=list(measurements),
        categorical=categorical,
        missing=missing,
        spacing="equal",
        pool=pool,
    )
    note = data.schema.table
    assert note is not None
    kinds = {column: kind for column, kind in source.kinds.items() if column in columns}
    wide = tuple((measurement, tuple(several)) for measurement, several in measurements.items())
    note = replace(note, columns=tuple(kinds.items()), sample=sample, wide=wide)
    return replace(data, schema=replace(data.schema, table=note))


def melted(
    found: Opened,
    sample: str,
    metadata: Sequence[str],
    measurements: Mapping[str, Sequence[str]],
    *,
    categorical: Collection[str],
    known: Mapping[str, str] = MappingProxyType({}),
    refuse: bool = False,
) -> Source:
    """The table with a row a record; its kinds are those of the wide columns, and of each measurement's first one."""
    steps = [column for several in measurements.values() for column in several]
    named = [*filter(None, [sample]), *metadata, *steps]
    source = source_of(found, named, categorical=categorical, only=True, empty=steps, known=known)
    frame, where = source.frame, source.where
    for measurement, several in measurements.items():
        for column in several:
            if is_numeric_dtype(frame[several[0]].dtype) and not is_numeric_dtype(frame[column].dtype):
                raise ValueError(
                    f"{where}: column {column!r} is {frame[column].dtype}, and the first of {measurement!r} is "
                    f"{frame[several[0]].dtype}; make them alike, or say which columns are metadata"
                )
    present = [frame[list(several)].notna().to_numpy() for several in measurements.values()]
    there: NDArray[np.bool_] = np.logical_or.reduce(present)
    n, t = there.shape
    lengths = np.where(there.any(axis=1), t - there[:, ::-1].argmax(axis=1), 0)
    if not lengths.all():
        raise ValueError(f"{where}: row {frame.index[lengths.argmin()] + 1:,} has no values at all; leave it out")
    inside = (np.arange(t) < lengths[:, None]).ravel()
    if refuse:
        _refuse_holes(frame, measurements, lengths, where)
    row = np.arange(n).repeat(t)[inside]
    long = pd.DataFrame({ROW: row}, index=row)
    for column in metadata:
        long[column] = frame[column].to_numpy()[row] if frame[column].dtype == object else frame[column].array.take(row)
    for measurement, several in measurements.items():
        long[measurement] = frame[list(several)].to_numpy().ravel()[inside]
    kinds = source.kinds | {measurement: source.kinds[several[0]] for measurement, several in measurements.items()}
    return Source(long, where, {ROW: "int64", **kinds}, source.formats)


def _refuse_holes(
    frame: pd.DataFrame, measurements: Mapping[str, Sequence[str]], lengths: NDArray[np.int64], where: str
) -> None:
    for several in measurements.values():
        holes = frame[list(several)].isna().to_numpy() & (np.arange(len(several)) < lengths[:, None])
        if holes.any():
            row, step = np.argwhere(holes)[0]
            raise ValueError(
                f"{where}: {holes.sum():,} values are missing, the first in column {several[step]!r} of row "
                f"{frame.index[row] + 1:,}; fill them, or say missing='drop', 'interpolate' or 'mask'"
            )


def _is_step(column: str) -> bool:
    return bool(re.fullmatch(r"-?\d+(\.\d+)?", column)) or guess_datetime_format(column) is not None
