"""Tables that cannot be read as samples."""

from __future__ import annotations

from collections.abc import Callable
from inspect import unwrap
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from dg import read_like, read_long, read_wide


def table(**columns: object) -> pd.DataFrame:
    """Two cells with three and two records."""
    rows = {"cell": ["b", "b", "b", "a", "a"], "hour": [3, 4, 5, 4, 5], "load": [1.5, 2.5, 3.5, 4.5, 5.5]}
    return pd.DataFrame({**rows, **columns})


def read(frame: pd.DataFrame, **options: Any) -> Callable[[Path], object]:
    """Reads `frame`, whatever the folder."""
    return lambda folder: read_long(frame, **{"sample": "cell", "time": "hour", **options})


def into(frame: pd.DataFrame, there: bool = False, **options: Any) -> Callable[[Path], object]:
    """Reads `frame`, as a file, into a folder; `there`: one that is there."""

    def wrong(folder: Path) -> object:
        frame.to_parquet(folder / "cells.parquet")
        if there:
            (folder / "cells.data").mkdir()
        told = {"sample": "cell", "time": "hour", "folder": folder / "cells.data", **options}
        try:
            return read_long(folder / "cells.parquet", **told)
        finally:
            assert not (folder / "cells.data.unfinished").exists()

    return wrong


def like(frame: pd.DataFrame, **options: Any) -> Callable[[Path], object]:
    """Reads `frame` by the schema of `table()`."""
    return lambda folder: read_like(frame, read_long(table(**options), sample="cell", time="hour").schema)


def written(content: bytes, name: str = "table.csv", *, parts: bool = False) -> Callable[[Path], object]:
    """Reads a file of such bytes, maybe in parts."""

    def wrong(folder: Path) -> object:
        (folder / name).write_bytes(content)
        return read_long(folder / name, sample="cell", time="hour", folder=folder / "cells.data" if parts else None)

    return wrong


def wide(**columns: object) -> pd.DataFrame:
    """Two pages with two days."""
    return pd.DataFrame({"page": ["x", "y"], "2026-01-01": [1.0, 2.0], "2026-01-02": [3.0, 4.0], **columns})


METERS = pd.DataFrame({"cell": np.arange(60) // 3, "hour": np.arange(60) % 3, "load": np.arange(60) / 4})


POINT = "write its numbers with a point and nothing else, or name the column by categorical="


def _with_a_comma(number: float) -> str:
    return f"{number:.2f}".replace(".", ",")


def _beside(number: float) -> str:
    return "N/A" if number == 1.75 else str(number)


MANY = pd.DataFrame({"cell": np.arange(3000) // 2, "load": range(3000)})

CASES: dict[str, tuple[Callable[[Path], object], str]] = {
    "no such column": (
        read(table(), sample="site"),
        r"the table has no column 'site'; it has \['cell', 'hour', 'load'\]",
    ),
    "no rows": (read(table().iloc[:0]), "the table has no rows"),
    "no file": (lambda folder: read_long(folder / "none.csv", sample="cell"), r"none\.csv: no such file"),
    "a folder": (lambda folder: read_long(folder, sample="cell"), "is a folder; name a regular file"),
    "no table": (written(b"\x00\x01\x02\x03" * 9, "t.parquet"), r"t\.parquet"),
    "half a Parquet file": (written(b"PAR1 and then nothing", "t.parquet"), r"t\.parquet: cannot be read .*; save it"),
    "one column for two things": (read(table(), time="cell"), "column 'cell' is named twice"),
    "two columns of one name": (
        read(pd.concat([table(), table()[["load"]]], axis=1)),
        "has two columns called 'load'; rename one",
    ),
    "two columns of one name in a CSV": (
        written(b"cell,hour,load,Load\na,1,2,3\na,2,3,4\n", "t.csv"),
        r"t\.csv has two columns called 'load'; rename one",
    ),
    "two columns of one name that numbers tell apart": (
        written(b"load;load;cell\n1,5;2,5;a\n1,5;2,5;a\n", "t.csv"),
        r"t\.csv has two columns called 'load'; rename one",
    ),
    "no sample and no window": (read(table(), sample=""), "name the column of the samples by sample=, or cut"),
    "a missing value": (
        read(table(load=[1, 2, None, None, 5])),
        "column 'load' has 2 missing values, the first in row 3; fill them, .* or say missing='drop'",
    ),
    "a missing time": (
        read(table(hour=[3, 4, None, 4, 5]), missing="drop"),
        "the time column 'hour' has no value in row 3; fill it",
    ),
    "nothing but missing values": (
        read(table(load=[None] * 5), missing="mask"),
        "'load' has no values at all; leave it",
    ),
    "a sample without a value": (
        read(table(load=[1.0, 2, 3, None, None]), missing="interpolate"),
        "column 'load' has no value in the sample of row 4: there is nothing to interpolate; say missing='drop'",
    ),
    "every sample misses something": (
        read(table(load=[1.0, None, 3, None, 2]), missing="drop"),
        "no sample is without missing values; say missing='interpolate' or 'mask'",
    ),
    "metadata that nothing tells": (
        read(table(size=[1.0, 1, 1, None, None]), missing="mask"),
        "column 'size' has no value in the sample of row 4: nothing tells it; fill it, or say missing='drop'",
    ),
    "infinity": (read(table(load=[1, 2, np.inf, 4, 5])), "column 'load' of row 3 is infinite; replace it by a number"),
    "the same time twice": (
        read(table(hour=[3, 3, 4, 4, 5])),
        "rows 1 and 2 of one sample have the same time, 3; leave one out",
    ),
    "a gap": (read(table(hour=[3, 4, 6, 4, 5])), "between rows 2 and 3 of one sample, 4 and 6, there is a gap"),
    "times that no step explains": (
        read(table(hour=[3, 4, 5.3, 4, 5]), missing="mask"),
        "between rows 2 and 3 of one sample, 4.0 and 5.3, .* or say spacing='irregular'",
    ),
    "gaps without end": (
        read(table(hour=[0, 1, 10**9, 4, 5]), missing="mask"),
        r"the sample of row 1 has 3 of 1,000,000,001 records that its times leave room for; say spacing='irregular'",
    ),
    "a sample between two steps": (read(table(hour=[3, 4, 5, 4.5, 5.5])), "sample of row 4 begins between two steps"),
    "times that are neither numbers nor dates": (
        read(table(hour=["noon", "one", "two", "one", "two"])),
        "the time column 'hour' is .*, and should be numbers or dates; 'noon' in row 1 is neither",
    ),
    "dates of which one is none": (
        read(table(hour=["2026-01-01", "2026-01-02", "2026-02-31", "2026-01-02", "2026-01-03"])),
        "the time column 'hour' is .*, and should be numbers or dates",
    ),
    "dates that may begin with a day or a month": (
        read(table(hour=["02/01/2026", "03/01/2026", "04/01/2026", "02/01/2026", "03/01/2026"])),
        "column 'hour' may have the month or the day first, '02/01/2026' in row 1; write its dates as year-month-day",
    ),
    "the same in a CSV file, of times": (
        written(b"cell,hour,load\na,,1\na,2/1/2026 10:00,2\nb,3/1/2026 10:00,3\nb,4/1/2026 10:00,4\n"),
        r"table\.csv: column 'hour' may have the month or the day first, '2/1/2026 10:00' in row 2; write its dates as",
    ),
    "the same in a CSV file beside other dates": (
        written(b"cell,hour,since,load\na,2026-01-31,02/01/2026,1\na,2026-02-01,02/01/2026,2\n"),
        r"table\.csv: column 'since' may have the month or the day first, '02/01/2026' in row 1; .* by categorical=",
    ),
    "dates that may begin with a year or a day": (
        written(b"cell,hour,load\na,26-01-02,1\na,26-01-13,2\n"),
        r"table\.csv: column 'hour' may have the year or the day first, '26-01-02' in row 1",
    ),
    "dates that begin with a day and with a month": (
        written(b"cell,hour,load\na,12/31/2026,1\na,31/12/2026,2\n"),
        "the time column 'hour' is .*, and should be numbers or dates; '12/31/2026' in row 1 is neither",
    ),
    "an empty file": (written(b""), r"table\.csv has no rows"),
    "metadata that change": (
        read(table(), time="", metadata=["hour"]),
        "column 'hour' changes within sample 'b', in row 2: metadata are the same for all records",
    ),
    "nothing that changes": (
        read(table(load=1.0)),
        "no column changes within a sample; name the measurements by measurements=, or, .*wide",
    ),
    "a name for each sample": (
        lambda folder: read_long(MANY.assign(site="site " + MANY["cell"].astype(str)), sample="cell"),
        "column 'site' has a value of its own for each of the 1,500 samples: it names them, .*; leave it out",
    ),
    "a number for each sample": (
        lambda folder: read_long(MANY.assign(site=MANY["cell"] + 7), sample="cell"),
        "column 'site' has a value of its own for each of the 1,500 samples",
    ),
    "too many categories": (
        lambda folder: read_long(MANY.assign(city="c" + (MANY["cell"] // 1.2).astype(str)), sample="cell"),
        "column 'city' has 1,2.. values, more than 1,000: leave it out, or put the rare ones together by pool=1000",
    ),
    "lists in a column": (
        read(table(load=[[1], [2], [3], [4], [5]])),
        r"column 'load' of row 1 is \[1\], a list among others; make its values text, numbers, booleans or dates",
    ),
    "numbers among text": (read(table(kind=["x", "x", "x", 3, 3])), "column 'kind' of row 4 is 3, a int among others"),
    "durations": (read(table(load=pd.to_timedelta(range(5), unit="h"))), "'load' is timedelta64.*; convert it"),
    "windows longer than the samples": (
        read(table(), window=9),
        "the longest sample has 3 records, fewer than a window of 9; ask for shorter windows",
    ),
    "a policy that is none": (
        lambda folder: unwrap(read_long)(table(), sample="cell", missing="ignore"),
        "read_long: missing: .*'refuse', 'drop'.*got 'ignore'",
    ),
    "categories of no column": (read(table(), categorical=["site"]), "no column 'site', which categorical= names"),
    "windows of nothing": (read(table(), window=0), "read_long: window: .*greater than or equal to 1"),
    "its own word for missing": (
        read(table(kind=["(missing)", None, "x", "x", "x"]), missing="mask"),
        r"column 'kind' has the value '\(missing\)' itself; rename it",
    ),
    "a category that the schema has not": (
        like(table(kind=["x", "x", "x", "y", "y"]), kind=["x"] * 5),
        r"column 'kind' of row 4 is 'y', which is not one of \['x'\]",
    ),
    "another step than the schema's": (
        like(table(hour=[3, 5, 7, 3, 5])),
        "'hour' has steps of 2, the schema 1; resample it",
    ),
    "longer than the schema allows": (
        like(pd.concat([table(), table(hour=[6, 7, 8, 6, 7])])),
        "the sample of row 1 has 6 records, more than the schema's 3; cut it",
    ),
    "text where the schema has numbers": (
        like(table(load=list("vwxyz"))),
        "column 'load' is .*, and should be numbers",
    ),
    "a table in memory and a folder": (
        lambda folder: read_long(table(), sample="cell", folder=folder / "cells.data"),
        "cells\\.data: folder= is for files that are read some samples at a time, and a DataFrame is in memory already",
    ),
    "a folder of something else": (
        into(table(), there=True),
        r"cells\.data is there already, and was not read from .*cells\.parquet as it is now and in this way: name",
    ),
    "no file for a folder": (
        lambda folder: read_long(folder / "none.csv", sample="cell", folder=folder / "cells.data"),
        r"none\.csv: no such file",
    ),
    "no such column, in parts": (
        into(table(), sample="site"),
        r"cells\.parquet has no column 'site'; it has \['cell', 'hour', 'load'\]",
    ),
    "no rows, in parts": (into(table().iloc[:0]), r"cells\.parquet has no rows"),
    "dates that may begin with a day or a month, in parts": (
        into(table(hour=[None, "02/01/2026", "02/01/2026", "04/01/2026", "03/01/2026"])),
        r"cells\.parquet: column 'hour' may have the month or the day first, '02/01/2026' in row 2; write its dates",
    ),
    "an empty file, in parts": (written(b"", parts=True), r"table\.csv has no rows"),
    "a missing value, in parts": (
        into(table(load=[1, 2, None, None, 5])),
        "column 'load' has 2 missing values, the first in row 3; fill them, .* or say missing='drop'",
    ),
    "no sample, in parts": (
        into(table(cell=["b", "b", None, "a", "a"]), missing="drop"),
        "column 'cell' has no value in row 3, where it should name the sample; fill it, or leave this row out",
    ),
    "an infinite value, in parts": (
        into(table(load=[1, 2, 3, np.inf, 5])),
        "column 'load' of row 4 is infinite; replace it by a number",
    ),
    "a gap, in parts": (
        into(table(hour=[3, 4, 6, 4, 5])),
        "between rows 2 and 3 of one sample, 4 and 6, there is a gap: times should be equally spaced; add the records",
    ),
    "windows longer than the samples, in parts": (
        into(table(), window=9),
        "the longest sample has 3 records, fewer than a window of 9; ask for shorter windows",
    ),
    "categories of no column, in parts": (
        into(table(), categorical=["site"]),
        "no column 'site', which categorical= names",
    ),
    "a wide table without steps": (
        lambda folder: read_wide(pd.DataFrame({"page": ["x"], "views": [3]}), sample="page"),
        "no column's name is a date or a number; name the columns of each measurement by measurements=",
    ),
    "a wide table with a hole": (
        lambda folder: read_wide(wide(**{"2026-01-01": [1.0, None]}), sample="page"),
        "1 values are missing, the first in column '2026-01-01' of row 2",
    ),
    "a wide table with an empty row": (
        lambda folder: read_wide(wide(**{"2026-01-01": [1, None], "2026-01-02": [1, None]}), sample="page"),
        "row 2 has no values at all; leave it out",
    ),
    "a step that is text": (
        lambda folder: read_wide(wide(**{"2026-01-02": ["many", "few"]}), sample="page"),
        "column '2026-01-02' is .*, and the first of 'value' is float64; make them alike",
    ),
    "measurements of unequal width": (
        lambda folder: read_wide(wide(), measurements={"a": ["2026-01-01", "2026-01-02"], "b": ["page"]}),
        r"the measurements have \[2, 1\] columns, and should have equally many",
    ),
    **{
        f"{case}{', in parts' if parts else ''}": (
            reader(METERS.assign(load=[write(number) for number in METERS["load"]]), time="hour"),
            f"column 'load' is text, though most of its values are numbers: row {row} has '{value}'; {remedy}",
        )
        for parts, reader in ((False, read), (True, into))
        for case, write, row, value, remedy in (
            ("decimal commas", _with_a_comma, 1, "0,00", POINT),
            ("percent", "{:.1f} %".format, 1, "0.0 %", POINT),
            ("numbers beside a word", _beside, 8, "N/A", "leave out what is no number"),
        )
    },
    **{
        f"a file of another kind: {kind}": (written(content, name), f"{name} is {kind}; save it as CSV in UTF-8")
        for kind, name, content in (
            ("JSON", "cells.json", b'[{"cell": "a", "load": 1}]'),
            ("a workbook or another zip", "cells.xlsx", b"PK\x03\x04 and more"),
            ("text in UTF-16", "cells.csv", "cell,load\na,1\n".encode("utf-16")),
        )
    },
}
