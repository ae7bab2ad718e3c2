"""A long table, one row a record, becomes one sample a series."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from dg.dataset import TimeSeriesDataset
from dg.fields import MISSING, Categorical, Continuous, Field
from dg.frames.fields import codes, decoded, field_of, refuse_changes, refuse_ids
from dg.frames.missing import Missing, interpolated, masked, told_once, whole
from dg.frames.rows import Rows, in_order
from dg.frames.source import Source, opened, refuse_missing, source_of
from dg.frames.times import Spacing, Times, completed, irregular, spaced
from dg.hyperparameters import Count, check
from dg.schema import Schema
from dg.table import Table
from dg.tabular import mask_of
from dg.violations import refuse_violations


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
    Types are those that pandas or DuckDB find: text, booleans and categories are categorical fields, whole numbers stay
    whole, and dates in the metadata are days or seconds. The schema's `table` notes all that the way back needs.
    Raises ValueError that names the table, the column, the row (counted from 1, without the header) and the remedy.
    """
    given = {"missing": missing, "spacing": spacing, "window": window, "pool": pool}
    check(read_long, given, "read_long")
    if not sample and window is None:
        raise ValueError("read_long: name the column of the samples by sample=, or cut one long series by window=")
    named = [*filter(None, (sample, time)), *(metadata or ()), *(measurements or ())]
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


def name_of(table: pd.DataFrame | str | Path) -> str:
    """What a schema is called: as the file is."""
    return "table" if isinstance(table, pd.DataFrame) else Path(table).name.partition(".")[0]


def samples_of(
    source: Source,
    note: Table,
    name: str,
    *,
    metadata: Sequence[str] | None,
    measurements: Sequence[str] | None,
    categorical: Sequence[str],
    missing: Missing,
    spacing: Spacing,
    pool: int | None,
) -> TimeSeriesDataset:
    """The samples of a long table that was read; `note` says what is known of it before its rows are looked at."""
    for column in (column for column in categorical if column not in source.frame):
        raise ValueError(f"{source.where} has no column {column!r}, which categorical= names")
    if missing == "refuse":
        refuse_missing(source)
    rows, times = ordered(source, note, spacing, gaps=missing != "refuse")
    others = [c for c in source.frame if c not in {note.sample, note.time, *(metadata or ()), *(measurements or ())}]
    steady = {column for column in others if rows.steady(column).all()}
    own = [column for column in others if column in steady] if metadata is None else list(metadata)
    series = [column for column in others if column not in steady] if measurements is None else list(measurements)
    if not series:
        raise ValueError(f"{source.where}: no column changes within a sample; name the measurements by measurements=")
    refuse_changes(rows, metadata or (), note.sample)
    rows, times, masks = filled(rows, times, own, series, missing)
    refuse_ids(rows, own, categorical)
    fields: dict[str, Field] = {}
    for column in (*own, *series):
        values = rows.frame[column].iloc[rows.begin] if column in own else rows.frame[column]
        fields[column] = field_of(values, rows.where, category=column in categorical, pool=pool)
    hidden = set(masks)
    if missing == "mask":
        hidden |= {c for c, field in fields.items() if isinstance(field, Categorical) and MISSING in field.values}
    kinds = {c: source.kinds[c] for c in source.frame if c in {note.sample, note.time, *own, *series}}
    note = replace(
        note,
        columns=tuple((column, _nullable(kind) if column in hidden else kind) for column, kind in kinds.items()),
        masked=tuple(column for column in kinds if column in hidden),
    )
    note, counted = (note, []) if times is None else _timed(note, times)
    schema = Schema(
        name,
        (*(fields[column] for column in own), *(field for field in counted if field.name == note.first)),
        (
            *(fields[column] for column in series),
            *(field for field in counted if field.name == note.gap),
            *(Categorical(mask_of(column), ("False", "True")) for column in masks),
        ),
        int(rows.lengths.max()),
        table=_named(note),
    )
    return assembled(rows, schema, times, masks)


def ordered(
    source: Source, note: Table, spacing: Spacing, *, gaps: bool, step: float | None = None
) -> tuple[Rows, Times | None]:
    """The rows in order, cut into windows, and their times; with `gaps`, records that are not there are added."""
    rows, times = in_order(source, note.sample, note.time), None
    if note.time and spacing == "equal":
        times = spaced(rows, note.time, step=step, gaps=gaps)
        rows = completed(rows, times, note.sample, note.time) if gaps else rows
    if note.window:
        steps = None if times is None else times.first[rows.sample] + rows.place
        rows, inside = rows.cut(note.window)
        if times is not None and steps is not None:
            times = times._replace(first=steps[inside][rows.begin])
    if note.time and spacing == "irregular":
        times = irregular(rows, note.time)
    return rows, times


def filled(
    rows: Rows, times: Times | None, own: Sequence[str], series: Sequence[str], missing: Missing
) -> tuple[Rows, Times | None, dict[str, NDArray[np.bool_]]]:
    """The rows without missing values, their times, and the masks of the measurements that had some."""
    if missing == "drop":
        kept = whole(rows, own, series)
        rows, times = rows.keep(kept), None if times is None else times.keep(kept, rows)
    frame, masks = rows.frame.copy(), dict[str, NDArray[np.bool_]]()
    for column in own:
        frame[column] = told_once(rows, column, masked=missing == "mask")
    for column in series:
        if missing == "mask" and rows.frame[column].isna().any():
            frame[column], mask = masked(rows, column)
            masks |= {} if mask is None else {column: mask}
        else:
            frame[column] = interpolated(rows, column)
    return rows._replace(frame=frame), times, masks


def assembled(
    rows: Rows, schema: Schema, times: Times | None, masks: dict[str, NDArray[np.bool_]]
) -> TimeSeriesDataset:
    """The samples of rows without missing values."""
    n, note = len(rows.begin), schema.table or Table((), "")
    inside = np.arange(schema.max_length) < rows.lengths[:, None]
    measurements = np.zeros((n, schema.max_length, len(schema.measurements)), dtype=np.float32)
    known: dict[str, NDArray] = {mask_of(column): mask for column, mask in masks.items()}
    if times is not None and times.gaps is not None:
        known[note.gap] = times.gaps
    for place, field in enumerate(schema.measurements):
        hidden = field.name in known or field.name in map(mask_of, note.masked)
        measurements[inside, place] = known.get(field.name, 0.0) if hidden else codes(rows, field)
    metadata = {
        field.name: times.first
        if times is not None and field.name == note.first
        else decoded(codes(rows, field)[rows.begin], field)
        for field in schema.metadata
    }
    refuse_violations(schema, metadata, measurements, rows.lengths, rows.told)
    return TimeSeriesDataset(schema, pd.DataFrame(metadata, index=range(n)), measurements, rows.lengths)


def _timed(note: Table, times: Times) -> tuple[Table, list[Field]]:
    """What the schema says of the times: fields that count them."""
    note, fields = replace(note, start=times.start, step=times.step, clock=times.clock), list[Field]()
    unit = "steps" if times.gaps is None else "seconds" if times.clock != "numbers" else ""
    if times.first.any():
        note = replace(note, first=f"first {note.time}")
        fields.append(Continuous(note.first, unit=unit, integer=_whole(times.first)))
    if times.gaps is not None:
        note = replace(note, gap=f"{note.time} since the last record")
        fields.append(Continuous(note.gap, unit=unit, low=0, integer=_whole(times.gaps)))
    return note, fields


def _whole(numbers: NDArray[np.float64]) -> bool:
    return bool((numbers == np.rint(numbers)).all())


def _nullable(kind: str) -> str:
    """The type that such a column has with missing values."""
    if kind == "bool":
        return "boolean"
    return kind.replace("uint", "UInt").replace("int", "Int") if re.match("u?int", kind) else kind


def _named(note: Table) -> Table:
    """A table that names its samples: one of a single series gets a column for its windows."""
    if note.sample:
        return note
    taken = dict(note.columns)
    sample = next(name for name in ("window", "window number", "number of the window") if name not in taken)
    return replace(note, sample=sample, columns=((sample, "int64"), *note.columns))
