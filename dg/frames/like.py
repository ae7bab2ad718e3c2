"""Another table of a known schema: held-out rows, somebody's synthetic ones."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from dg.dataset import TimeSeriesDataset
from dg.frames.assembly import assembled, filled, later, ordered, refuse_longer, refuse_masks
from dg.frames.folder import read_into
from dg.frames.melting import ROW, melted, wide_source
from dg.frames.missing import Missing
from dg.frames.opening import columns_of, opened
from dg.frames.reading import Asked, Filled
from dg.frames.source import refuse_missing, source_of
from dg.hyperparameters import check
from dg.schema import Categorical, Schema
from dg.table import Table
from dg.tabular import mask_of


def read_like(
    table: pd.DataFrame | str | Path,
    schema: Schema,
    *,
    missing: Missing = "refuse",
    folder: str | Path | None = None,
) -> TimeSeriesDataset:
    """The samples of a table that is like the one a schema was read from: its columns, fields and categories.

    missing: what `read_long` says of it; where the schema has masks they are used
    folder: what `read_long` says of it
    Raises ValueError as `read_long` does, and where a value, a length or a step of time is not the schema's.
    """
    check(read_like, {"missing": missing}, "read_like")
    note, asked = _note(schema), _asked(table, schema, missing)
    if folder is None:
        rows, times, masks = _rows(table, schema, asked)
        return assembled(rows, schema, times and later(times, note), masks)
    return read_into(folder, table, asked, like=schema)


def first_rows(table: pd.DataFrame | str | Path, schema: Schema, *, missing: Missing = "refuse") -> NDArray[np.int64]:
    """In which row of the table each sample of `read_like` begins, [n], counted from 1 without the header."""
    rows, _, _ = _rows(table, schema, _asked(table, schema, missing))
    return rows.numbers[rows.begin]


def _note(schema: Schema) -> Table:
    if schema.table is None:
        raise ValueError(f"the schema {schema.name!r} was read from no table: read one by dg.read_long")
    return schema.table


def _asked(table: pd.DataFrame | str | Path, schema: Schema, missing: Missing) -> Asked:
    """What `read_long` would be told, but for the columns that are made.

    Where samples are windows, a table without their column is one long series, as the schema's own may have been.
    """
    note = _note(schema)
    made = {note.first, note.gap, *map(mask_of, note.masked)}
    own, series = (
        [field for field in fields if field.name not in made] for fields in (schema.metadata, schema.measurements)
    )
    return Asked(
        "" if note.window and note.sample not in columns_of(table) else note.sample,
        note.time,
        metadata=[field.name for field in own],
        measurements=[field.name for field in series],
        categorical=[field.name for field in (*own, *series) if isinstance(field, Categorical)],
        missing="mask" if note.masked else missing,
        spacing="irregular" if note.gap else "equal",
        window=note.window or None,
        pool=None,
        wide=dict(note.wide) or None,
    )


def _rows(table: pd.DataFrame | str | Path, schema: Schema, asked: Asked) -> Filled:
    """The rows without missing values, their times, and the masks of what was missing."""
    note, own, series = replace(_note(schema), sample=asked.sample), asked.metadata or [], asked.measurements or []
    found, known = opened(table), dict(note.formats)
    if note.wide:
        steps = dict(note.wide)
        source = wide_source(found, note.sample, own, steps, categorical=asked.categorical, known=known)
        source = melted(source, own, steps, refuse=asked.missing == "refuse")
        note = replace(note, sample=ROW, columns=(*note.columns, (ROW, "int64")))
    else:
        keys = filter(None, (note.sample, note.time))
        source = source_of(found, [*keys, *own, *series], categorical=asked.categorical, only=True, known=known)
    if asked.missing == "refuse":
        refuse_missing(source)
    step = None if note.gap or not note.time else note.step
    rows, times = ordered(source, note, asked.spacing, gaps=asked.missing != "refuse", step=step)
    refuse_longer(rows, schema)
    rows, times, masks = filled(rows, times, own, series, asked.missing)
    refuse_masks(rows, masks, note)
    return rows, times, masks
