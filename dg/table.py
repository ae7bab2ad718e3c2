"""What is known of the table that samples were read from, so that generated samples are written alike."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

import pydantic

from dg.clocks import Clock
from dg.files import short
from dg.hyperparameters import check

DTYPES = (
    r"^([uU]?[iI]nt(8|16|32|64)|[fF]loat(32|64)|bool|boolean|object|str|string|category"
    r"|date|datetime64\[(s|ms|us|ns)(, [A-Za-z0-9_+\-/:]{1,64})?\])$"
)
Dtype = Annotated[str, pydantic.StringConstraints(pattern=DTYPES)]
"""The type of a table's column, by pandas' name: a closed list, because a schema may come from a stranger."""
DateFormat = Annotated[str, pydantic.StringConstraints(pattern=r"^(%[YymdHMSfzbBaAjpI]|[ TZ,./:\-_]){1,24}$")]


@dataclass(frozen=True)
class Table:
    """The table that samples were read from, so that generated samples are written alike.

    columns: names and types, in the order of the table
    sample: the column that names the samples
    time: the column of the times; empty: there is none, and rows are in their order
    first: the field of the metadata that counts the steps from `start` to a sample's first record; empty: none
    start, step: of the times, in the unit of their clock: of dates microseconds, or months, since 1970
    clock: by which times are equally spaced (dg.clocks)
    gap: the measurement that counts the steps since the last record, where times are not equally spaced
    window: records of the windows that samples were cut into; 0: they were not
    formats: of columns whose dates are text
    masked: columns that had missing values, where masks tell which; of categories, the value `(missing)` does
    wide: each measurement with its columns, one a step, where the table has a row a sample; else it has a row a record
    """

    columns: tuple[tuple[str, Dtype], ...]
    sample: str
    time: str = ""
    first: str = ""
    start: float = 0.0
    step: float = 1.0
    clock: Clock = "utc"
    gap: str = ""
    window: int = 0
    formats: tuple[tuple[str, DateFormat], ...] = ()
    masked: tuple[str, ...] = ()
    wide: tuple[tuple[str, tuple[str, ...]], ...] = ()

    def __post_init__(self) -> None:
        object.__setattr__(self, "columns", tuple(map(tuple, self.columns)))
        object.__setattr__(self, "formats", tuple(map(tuple, self.formats)))
        object.__setattr__(self, "masked", tuple(self.masked))
        object.__setattr__(self, "wide", tuple((name, tuple(columns)) for name, columns in self.wide))
        check(Table, vars(self), "table")
        time = "" if self.wide else self.time
        steps = (column for _, columns in self.wide for column in columns)
        missing = {name for name in (self.sample, time, *steps) if name} - dict(self.columns).keys()
        if missing:
            raise ValueError(f"the table has no column {short(missing.pop())}, which its description speaks of")
