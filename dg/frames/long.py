"""A long table, one row a record, becomes one sample a series."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pandas as pd

from dg.dataset import TimeSeriesDataset
from dg.frames.assembly import name_of, samples_of
from dg.frames.folder import read_into
from dg.frames.missing import Missing
from dg.frames.opening import opened
from dg.frames.reading import Asked
from dg.frames.source import source_of
from dg.frames.times import Spacing
from dg.hyperparameters import Count, check
from dg.table import Table


def read_long(
    table: pd.DataFrame | str | Path,
    *,
    sample: str = "",
    time: str = "",
    metadata: Sequence[str] | None = None,
    measurements: Sequence[str] | None = None,
    categorical: Sequence[str] = (),
    missing: Missing = "refuse",
    spacing: Spacing = "equal",
    window: Count | None = None,
    pool: Count | None = None,
    name: str = "",
    folder: str | Path | None = None,
) -> TimeSeriesDataset:
    """The samples of a long table: a DataFrame, a CSV (also in gzip) or a Parquet file with one row a record.

    sample: the column that says to which sample a record belongs; without it the table is one long series
    time: the column that orders a sample's records, numbers or dates; without it they are in order
    metadata, measurements: columns; those that are not named are metadata where no sample has two values of them
    categorical: columns whose numbers, or texts that look like dates, are categories
    missing: values, and records between equally spaced times. "refuse" them, "drop" their samples, "interpolate" them
        within their sample, or "mask": interpolated, and a measurement tells where, so that they come back as missing
    spacing: of the times, "equal" or "irregular": then the time since the last record is a measurement (§4.1)
    window: samples are cut into windows of so many records, one after the other
    pool: the most values that a category may have; the rarest are one value, `(other)`, and are drawn on the way back
    name: of the schema; that of the file unless given
    folder: of a file that memory does not hold: its samples are written there, some at a time, and are memory-mapped.
        What was read there before, from the same file in the same way, is taken as it is
    Types are those that pandas or DuckDB find: text, booleans and categories are categorical fields, whole numbers stay
    whole, and dates in the metadata are days or seconds. The schema's `table` notes all that the way back needs.
    Raises ValueError that names the table, the column, the row (counted from 1, without the header) and the remedy.
    """
    given = {"missing": missing, "spacing": spacing, "window": window, "pool": pool}
    check(read_long, given, "read_long")
    if not sample and window is None:
        raise ValueError("read_long: name the column of the samples by sample=, or cut one long series by window=")
    named = [*filter(None, (sample, time)), *(metadata or ()), *(measurements or ())]
    if folder is not None:
        asked = Asked(sample, time, metadata, measurements, tuple(categorical), missing, spacing, window, pool)
        return read_into(folder, table, asked, name=name or name_of(table))
    only = metadata is not None and measurements is not None
    source = source_of(opened(table, named if only else None), named, categorical=categorical, only=only)
    note = Table(tuple(source.kinds.items()), sample, time, window=window or 0, formats=tuple(source.formats.items()))
    return samples_of(
        source,
        note,
        name or name_of(table),
        metadata=metadata,
        measurements=measurements,
        categorical=categorical,
        missing=missing,
        spacing=spacing,
        pool=pool,
    )
