"""In which row of its table a sample begins: in any order, with windows, wide, and where samples are dropped."""

from __future__ import annotations

import numpy as np
import pandas as pd

from dg import read_long, read_wide
from dg.frames import first_rows

TABLE = pd.DataFrame(
    {"cell": list("babacc"), "hour": [2, 1, 1, 2, 1, 2], "load": [1.0, 2.0, 3.0, 4.0, np.nan, 6.0]}
)  # b begins in row 3 by time, a in row 2, c, one value of which is missing, in row 5


def test_by_time_and_not_by_place():
    schema = read_long(TABLE, sample="cell", time="hour", missing="drop").schema
    assert first_rows(TABLE, schema, missing="drop").tolist() == [3, 2]
    assert first_rows(TABLE, schema, missing="interpolate").tolist() == [3, 2, 5]


def test_windows_and_wide_tables():
    series = TABLE[["load"]].iloc[:4]
    assert first_rows(series, read_long(series, window=2).schema).tolist() == [1, 3]
    wide = pd.DataFrame({"0": [1.0, 2.0, 3.0], "1": [4.0, np.nan, 5.0]})
    assert first_rows(wide, read_wide(wide).schema).tolist() == [1, 2, 3]
