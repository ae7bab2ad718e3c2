"""The schemas of the three datasets as tables: what Tables 6 to 8 of Appendix A have in common."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

from dg.schema import Categorical, Schema
from experiments.runs.run import Run

SHOWN = 3  # values of a field


def describe(schema: Schema) -> pd.DataFrame:
    """One row per field, then the records' period and the longest sample: kind, field, possible values, unit."""
    rows = []
    for kind, fields in (("metadata", schema.metadata), ("measurement", schema.measurements)):
        for field in fields:
            values, unit = (_values(field), "") if isinstance(field, Categorical) else ("numbers", field.unit)
            rows.append((kind, field.name, values, unit))
    rows.append(("record", "time between records", schema.period, ""))
    rows.append(("record", "records of the longest sample", f"{schema.max_length:,}", ""))
    return pd.DataFrame(rows, columns=["kind", "field", "possible values", "unit"])


def compute(runs: Sequence[Run], schema: Schema) -> pd.DataFrame:
    """`describe`; no run is needed."""
    return describe(schema)


def render(frame: pd.DataFrame) -> str:
    """The schema as a table."""
    return frame.fillna("").to_markdown(index=False, disable_numparse=True)


def _values(field: Categorical) -> str:
    listed = ", ".join(field.values[:SHOWN])
    return listed if len(field.values) <= SHOWN else f"{listed}, … ({len(field.values)} values)"
