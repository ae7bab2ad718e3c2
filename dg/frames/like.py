"""Another table of a known schema: held-out rows, somebody's synthetic ones."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd

from dg.dataset import TimeSeriesDataset
from dg.frames.assembly import assembled, filled, ordered
from dg.frames.missing import Missing
from dg.frames.source import opened, refuse_missing, source_of
from dg.frames.wide import ROW, melted
from dg.hyperparameters import check
from dg.schema import Categorical, Schema
from dg.tabular import mask_of


def read_like(table: pd.DataFrame | str | Path, schema: Schema, *, missing: Missing = "refuse") -> TimeSeriesDataset:
    """The samples of a table that is like the one a schema was read from: its columns, fields and categories.

    missing: what `read_long` says of it; where the schema has masks they are used
    Raises ValueError as `read_long` does, and where a value, a length or a step of time is not the schema's.
    """
    check(read_like, {"missing": missing}, "read_like")
    note = schema.table
    if note is None:
        raise ValueError(f"the schema {schema.name!r} was read from no table: read one by dg.read_long")
    made = {note.first, note.gap, *map(mask_of, note.masked)}
    own = [field.name for field in schema.metadata if field.name not in made]
    series = [field.name for field in schema.measurements if field.name not in made]
    texts = [field.name for field in (*schema.metadata, *schema.measurements) if isinstance(field, Categorical)]
    found = opened(table)
    if note.wide:
        source = melted(found, note.sample, own, dict(note.wide), categorical=texts)
        note = replace(note, sample=ROW, columns=(*note.columns, (ROW, "int64")))
    else:
        if note.window and note.sample not in found.frame:  # one long series, as the schema's table may have been
            note = replace(note, sample="")
        keys = filter(None, (note.sample, note.time))
        source = source_of(found, [*keys, *own, *series], categorical=texts, only=True)
    policy: Missing = "mask" if note.masked else missing
    if policy == "refuse":
        refuse_missing(source)
    step = None if note.gap or not note.time else note.step
    rows, times = ordered(source, note, "irregular" if note.gap else "equal", gaps=policy != "refuse", step=step)
    if rows.lengths.max() > schema.max_length:
        longest = int(rows.lengths.argmax())
        raise ValueError(
            f"{rows.where}: the sample of row {rows.numbers[rows.begin[longest]]:,} has {rows.lengths[longest]:,} "
            f"records, more than the schema's {schema.max_length:,}; cut it"
        )
    rows, times, masks = filled(rows, times, own, series, policy)
    unknown = [column for column in masks if column not in note.masked]
    if unknown:
        raise ValueError(
            f"{rows.where}: column {unknown[0]!r} has missing values, the first in row "
            f"{rows.numbers[masks[unknown[0]].argmax()]:,}, and the schema has no mask for it; fill them"
        )
    if times is not None:
        later = (times.start - note.start) / note.step
        times = times._replace(first=times.first + (np.rint(later) if note.gap == "" else later))
    return assembled(rows, schema, times, masks)
