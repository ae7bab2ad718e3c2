"""Another table of a known schema: held-out rows, somebody's synthetic ones."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pandas as pd

from dg.dataset import TimeSeriesDataset
from dg.frames.assembly import assembled, filled, later, ordered, refuse_longer, refuse_masks
from dg.frames.folder import read_into
from dg.frames.missing import Missing
from dg.frames.opening import opened
from dg.frames.reading import Asked
from dg.frames.source import refuse_missing, source_of
from dg.frames.times import Spacing
from dg.frames.wide import ROW, melted
from dg.hyperparameters import check
from dg.schema import Categorical, Schema
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
    note = schema.table
    if note is None:
        raise ValueError(f"the schema {schema.name!r} was read from no table: read one by dg.read_long")
    made = {note.first, note.gap, *map(mask_of, note.masked)}
    own = [field.name for field in schema.metadata if field.name not in made]
    series = [field.name for field in schema.measurements if field.name not in made]
    fields = [field for field in (*schema.metadata, *schema.measurements) if field.name not in made]
    texts = [field.name for field in fields if isinstance(field, Categorical)]
    policy: Missing = "mask" if note.masked else missing
    spacing: Spacing = "irregular" if note.gap else "equal"
    if folder is not None:
        if note.wide:
            raise ValueError(
                f"{folder}: folder= is for tables with a row a record, and the schema's has a row a sample"
            )
        asked = Asked(note.sample, note.time, own, series, texts, policy, spacing, note.window or None, None)
        return read_into(folder, table, asked, like=schema)
    found, known = opened(table), dict(note.formats)
    if note.wide:
        source = melted(found, note.sample, own, dict(note.wide), categorical=texts, known=known)
        note = replace(note, sample=ROW, columns=(*note.columns, (ROW, "int64")))
    else:
        if note.window and note.sample not in found.frame:  # one long series, as the schema's table may have been
            note = replace(note, sample="")
        keys = filter(None, (note.sample, note.time))
        source = source_of(found, [*keys, *own, *series], categorical=texts, only=True, known=known)
    if policy == "refuse":
        refuse_missing(source)
    step = None if note.gap or not note.time else note.step
    rows, times = ordered(source, note, spacing, gaps=policy != "refuse", step=step)
    refuse_longer(rows, schema)
    rows, times, masks = filled(rows, times, own, series, policy)
    refuse_masks(rows, masks, note)
    return assembled(rows, schema, times and later(times, note), masks)
