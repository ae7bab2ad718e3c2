"""Tables that cannot be read as samples."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pandas as pd

from dg import read_long


def table(**columns: object) -> pd.DataFrame:
    """Two cells with three and two records."""
    rows = {"cell": ["b", "b", "b", "a", "a"], "hour": [3, 4, 5, 4, 5], "load": [1.5, 2.5, 3.5, 4.5, 5.5]}
    return pd.DataFrame({**rows, **columns})


def read(frame: pd.DataFrame, **options: Any) -> Callable[[Path], object]:
    """Reads `frame`, whatever the folder."""
    return lambda folder: read_long(frame, **{"sample": "cell", "time": "hour", **options})


CASES: dict[str, tuple[Callable[[Path], object], str]] = {
    "no such column": (
        read(table(), sample="site"),
        r"the table has no column 'site'; it has \['cell', 'hour', 'load'\]",
    ),
    "no rows": (read(table().iloc[:0]), "the table has no rows"),
}
