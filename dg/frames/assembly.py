"""From the rows of a long table to samples: they are ordered and filled, described by a schema, and assembled."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from types import MappingProxyType

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from dg.dataset import TimeSeriesDataset
from dg.fields import MISSING, Categorical, Continuous, Field
from dg.frames.fields import codes, decoded, field_of, refuse_changes, refuse_ids, refuse_none
from dg.frames.missing import Known, Missing, interpolated, masked, told_once, whole
from dg.frames.rows import Rows, in_order
from dg.frames.source import Source, refuse_missing
from dg.frames.times import Grid, Spacing, Times, completed, irregular, on_grid, spaced
from dg.schema import Schema
from dg.table import Table
from dg.tabular import mask_of
from dg.violations import refuse_violations

NOTHING: Mapping[str, Known] = MappingProxyType({})


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
    refuse_none(source.where, series)
    refuse_changes(rows, metadata or (), note.sample)
    rows, times, masks = filled(rows, times, own, series, missing)
    refuse_ids(rows, own, categorical)
    fields: dict[str, Field] = {}
    for column in (*own, *series):
        values = rows.frame[column].set_axis(rows.numbers)
        values = values.iloc[rows.begin] if column in own else values
        fields[column] = field_of(values, rows.where, category=column in categorical, pool=pool)
    schema = schema_of(
        name,
        note,
        source.kinds,
        fields,
        own,
        masks=masks,
        missing=missing,
        times=times,
        longest=int(rows.lengths.max()),
    )
    return assembled(rows, schema, times, masks)


def schema_of(
    name: str,
    note: Table,
    kinds: Mapping[str, str],
    fields: Mapping[str, Field],
    own: Sequence[str],
    *,
    masks: Collection[str],
    missing: Missing,
    times: Times | None,
    longest: int,
) -> Schema:
    """What rows without missing values are: their fields, of which `own` are metadata, their times and their masks.

    kinds: of the table's columns
    """
    hidden = set(masks)
    if missing == "mask":
        hidden |= {c for c, field in fields.items() if isinstance(field, Categorical) and MISSING in field.values}
    kinds = {c: kind for c, kind in kinds.items() if c in {note.sample, note.time, *fields}}
    note = replace(
        note,
        columns=tuple((column, _nullable(kind) if column in hidden else kind) for column, kind in kinds.items()),
        masked=tuple(column for column in kinds if column in hidden),
    )
    note, counted = (note, []) if times is None else _timed(note, times)
    return Schema(
        name,
        (*(fields[column] for column in own), *(field for field in counted if field.name == note.first)),
        (
            *(field for column, field in fields.items() if column not in own),
            *(field for field in counted if field.name == note.gap),
            *(Categorical(mask_of(column), ("False", "True")) for column in masks),
        ),
        longest,
        table=_named(note),
    )


def ordered(
    source: Source,
    note: Table,
    spacing: Spacing,
    *,
    gaps: bool,
    step: float | None = None,
    grid: Grid | None = None,
    span: range | None = None,
) -> tuple[Rows, Times | None]:
    """The rows in order, cut into windows, and their times; with `gaps`, records that are not there are added.

    step: the one that equally spaced times have to have
    grid: that of the whole table, of which these are some samples
    span: as of `completed`
    """
    rows, times = in_order(source, note.sample, note.time), None
    if note.time and spacing == "equal":
        times = (
            on_grid(rows, note.time, grid, step=step, gaps=gaps)
            if grid
            else spaced(rows, note.time, step=step, gaps=gaps)
        )
        rows = completed(rows, times, note.sample, note.time, span) if gaps else rows
        times = times if span is None else times._replace(first=np.array([float(span.start)]))
    if note.window:
        steps = None if times is None else times.first[rows.sample] + rows.place
        rows, inside = rows.cut(note.window)
        if times is not None and steps is not None:
            times = times._replace(first=steps[inside][rows.begin])
    if note.time and spacing == "irregular":
        times = irregular(rows, note.time, grid and grid.start)
    return rows, times


def filled(
    rows: Rows,
    times: Times | None,
    own: Sequence[str],
    series: Sequence[str],
    missing: Missing,
    known: Mapping[str, Known] = NOTHING,
) -> tuple[Rows, Times | None, dict[str, NDArray[np.bool_]]]:
    """The rows without missing values, their times, and the masks of the measurements that had some.

    known: of the measurements of the whole table that miss values, where these are some of its samples
    """
    if missing == "drop":
        kept = whole(rows, own, series)
        rows, times = rows.keep(kept), None if times is None else times.keep(kept, rows)
    frame, masks = rows.frame.copy(), dict[str, NDArray[np.bool_]]()
    for column in own:
        frame[column] = told_once(rows, column, masked=missing == "mask")
    for column in series:
        if missing == "mask" and (column in known or rows.frame[column].isna().any()):
            frame[column], mask = masked(rows, column, known.get(column))
            masks |= {} if mask is None else {column: mask}
        else:
            frame[column] = interpolated(rows, column, known=known.get(column))
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


def refuse_longer(rows: Rows, schema: Schema) -> None:
    """Raises ValueError for a sample of more records than a schema knows."""
    if rows.lengths.max() > schema.max_length:
        longest = int(rows.lengths.argmax())
        raise ValueError(
            f"{rows.where}: the sample of row {rows.numbers[rows.begin[longest]]:,} has {rows.lengths[longest]:,} "
            f"records, more than the schema's {schema.max_length:,}; cut it"
        )


def refuse_masks(rows: Rows, masks: Mapping[str, NDArray[np.bool_]], note: Table) -> None:
    """Raises ValueError for a column that misses values, of which its schema knows nothing."""
    for column in (column for column, mask in masks.items() if column not in note.masked and mask.any()):
        raise ValueError(
            f"{rows.where}: column {column!r} has missing values, the first in row "
            f"{rows.numbers[masks[column].argmax()]:,}, and the schema has no mask for it; fill them"
        )


def later(times: Times, note: Table) -> Times:
    """Times that count from the start of the schema's table instead of their own."""
    steps = (times.start - note.start) / note.step
    return times._replace(first=times.first + (steps if note.gap else np.rint(steps)))


def _timed(note: Table, times: Times) -> tuple[Table, list[Field]]:
    """What the schema says of the times: fields that count them."""
    note, fields = replace(note, start=times.start, step=times.step, clock=times.clock), list[Field]()
    unit = "steps" if times.gaps is None else "seconds" if times.clock != "numbers" else ""
    if times.first.any():
        note = replace(note, first=f"first {note.time}")
        fields.append(Continuous(note.first, unit=unit, integer=_whole(times.first)))
    if times.gaps is not None:
        note = replace(note, gap=f"{note.time} since the last record")
        fields.append(Continuous(note.gap, unit=unit, low=0.0, integer=_whole(times.gaps)))
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
