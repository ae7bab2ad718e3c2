"""A wide table, one row a sample and one column a step, becomes samples."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path

import pandas as pd
from pandas.tseries.api import guess_datetime_format

from dg.dataset import TimeSeriesDataset
from dg.frames.assembly import name_of, samples_of
from dg.frames.folder import read_into
from dg.frames.melting import ROW, described, melted, steps_of, wide_source
from dg.frames.missing import Missing
from dg.frames.opening import columns_of, opened
from dg.frames.reading import Asked
from dg.hyperparameters import Count, check
from dg.table import Table


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
    folder: str | Path | None = None,
) -> TimeSeriesDataset:
    """The samples of a wide table: a DataFrame, a CSV or a Parquet file with one row a sample, one column a step.

    sample: a column that names the samples, and is not learnt
    metadata: columns; those that are neither the sample nor a step, unless named
    measurements: each with its columns, in the order of time. Unless named, the columns whose names are dates or
        numbers are the steps of one measurement, `value`; or all others, where the metadata are named
    categorical, missing, pool, name, folder: as of `read_long`
    Empty cells at the end of a row end its sample; others are missing. Raises ValueError as `read_long` does.
    """
    check(read_wide, {"missing": missing, "pool": pool}, "read_wide")
    found = opened(table) if folder is None else None
    columns = columns_of(table) if found is None else [str(column) for column in found.frame]
    where = str(table) if found is None else found.where
    metadata, measurements = _roles(columns, where, sample, metadata, measurements)
    name = name or name_of(table)
    if folder is not None:
        series, categories = list(measurements), tuple(categorical)
        asked = Asked(sample, "", metadata, series, categories, missing, "equal", None, pool, measurements)
        return read_into(folder, table, asked, name=name)
    assert found is not None
    source = wide_source(found, sample, metadata, measurements, categorical=categorical)
    data = samples_of(
        melted(source, metadata, measurements, refuse=missing == "refuse"),
        Table(((ROW, "int64"),), ROW, formats=tuple(source.formats.items())),
        name,
        metadata=metadata,
        measurements=list(measurements),
        categorical=categorical,
        missing=missing,
        spacing="equal",
        pool=pool,
    )
    return replace(data, schema=described(data.schema, source.kinds, sample, measurements))


def _roles(
    columns: Sequence[str],
    where: str,
    sample: str,
    metadata: Sequence[str] | None,
    measurements: Mapping[str, Sequence[str]] | None,
) -> tuple[list[str], dict[str, list[str]]]:
    """Which columns are metadata, and which are the steps of which measurement."""
    if measurements is None:
        others = [column for column in columns if column != sample and column not in (metadata or ())]
        measurements = {"value": [column for column in others if _is_step(column)] if metadata is None else others}
    steps = steps_of(measurements)
    if not steps:
        raise ValueError(
            f"{where}: no column's name is a date or a number; name the columns of each measurement by measurements="
        )
    if len({len(several) for several in measurements.values()}) > 1:
        raise ValueError(
            f"{where}: the measurements have {[len(several) for several in measurements.values()]} columns, and should "
            "have equally many"
        )
    if metadata is None:
        metadata = [column for column in columns if column not in steps and column != sample]
    return list(metadata), {measurement: list(several) for measurement, several in measurements.items()}


def _is_step(column: str) -> bool:
    return bool(re.fullmatch(r"-?\d+(\.\d+)?", column)) or guess_datetime_format(column) is not None
