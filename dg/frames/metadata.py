"""A table of metadata alone, one row a sample: another distribution of them (§6.1)."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd

from dg.dataset import checked_metadata
from dg.frames.fields import codes, decoded
from dg.frames.opening import opened
from dg.frames.rows import Rows
from dg.frames.source import refuse_missing, source_of
from dg.schema import Categorical, Schema


def read_metadata(table: pd.DataFrame | str | Path, schema: Schema) -> pd.DataFrame:
    """The metadata of samples, from a table with one row a sample; columns that are no metadata are left out.

    Raises ValueError where a field or a value is missing, or a value is not the schema's.
    """
    texts = [field.name for field in schema.metadata if isinstance(field, Categorical)]
    names = [field.name for field in schema.metadata]
    known = dict(schema.table.formats) if schema.table else {}
    source = source_of(opened(table), names, categorical=texts, only=True, known=known)
    refuse_missing(source, "or leave these rows out")
    n = len(source.frame)
    rows = Rows(source.frame, source.where, np.arange(1, n + 1), np.arange(n), np.ones(n, dtype=np.int64))
    columns = {field.name: decoded(codes(rows, field), field) for field in schema.metadata}
    return checked_metadata(schema, pd.DataFrame(columns, index=range(n)))
