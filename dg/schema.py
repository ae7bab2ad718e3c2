"""The data schema of §3.1: what the metadata and the measurements of a dataset are (Tables 6-8)."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Annotated, Any, Literal, NotRequired

import pydantic
from pydantic import with_config
from typing_extensions import TypedDict

from dg.files import STRICT, parse_json, short
from dg.hyperparameters import check

LONGEST = 10**6  # records of one sample
FIELDS = 10_000


@dataclass(frozen=True)
class Categorical:
    """A field that takes one of finitely many values, e.g. the access type of a Wikipedia page."""

    name: str
    values: tuple[str, ...]

    def __post_init__(self) -> None:
        object.__setattr__(self, "values", tuple(self.values))
        check(Categorical, vars(self), f"categorical field {short(self.name)}")
        if not self.values:
            raise ValueError(f"categorical field {self.name!r} has no values: name at least one")
        if len(set(self.values)) != len(self.values):
            raise ValueError(f"categorical field {self.name!r} names a value twice: {_twice(self.values)}")


@dataclass(frozen=True)
class Continuous:
    """A numeric field in `unit`; `low` and `high` bound it where the bound is known beforehand.

    integer: the field counts something, so that all its values are whole numbers, generated ones too
    """

    name: str
    unit: str = ""
    low: float | None = None
    high: float | None = None
    integer: bool = False

    def __post_init__(self) -> None:
        check(Continuous, vars(self), f"continuous field {short(self.name)}")
        if self.low is not None and self.high is not None and self.low >= self.high:
            raise ValueError(f"continuous field {self.name!r} has low {self.low} >= high {self.high}")
        for end in ("low", "high") if self.integer else ():
            bound = getattr(self, end)
            if bound is not None and bound != int(bound):
                raise ValueError(
                    f"integer field {self.name!r} has {end} {bound}, which is not a whole number: give it a whole "
                    f"{end} or leave out integer"
                )
            object.__setattr__(self, end, bound if bound is None else float(bound))  # 0 as a file gives it back


Field = Categorical | Continuous


DTYPES = (
    r"^([uU]?[iI]nt(8|16|32|64)|[fF]loat(32|64)|bool|boolean|object|str|string|category"
    r"|datetime64\[(s|ms|us|ns)(, [A-Za-z0-9_+\-/:]{1,64})?\])$"
)
Dtype = Annotated[str, pydantic.StringConstraints(pattern=DTYPES)]
"""The type of a table's column, by pandas' name: a closed list, because a schema may come from a stranger."""


@dataclass(frozen=True)
class Table:
    """The long table that samples were read from, a row a record, so that generated samples are written alike.

    columns: names and types, in the order of the table
    sample: the column that names the samples
    time: the column of the equally spaced times; empty: there is none, and rows are in their order
    first: the field of the metadata that counts the steps from `start` to a sample's first record; empty: none
    start, step: of the times, in the column's unit; of dates in microseconds since 1970
    """

    columns: tuple[tuple[str, Dtype], ...]
    sample: str
    time: str = ""
    first: str = ""
    start: float = 0.0
    step: float = 1.0

    def __post_init__(self) -> None:
        object.__setattr__(self, "columns", tuple(map(tuple, self.columns)))
        check(Table, vars(self), "table")
        missing = {name for name in (self.sample, self.time) if name} - dict(self.columns).keys()
        if missing:
            raise ValueError(f"the table has no column {short(missing.pop())}, which its description speaks of")


@dataclass(frozen=True)
class Schema:
    """A dataset's name, its metadata A, its measurements f, the longest T and the time between records.

    table: what the samples were read from, if that was a table (dg.frames)
    """

    name: str
    metadata: tuple[Field, ...]
    measurements: tuple[Field, ...]
    max_length: Annotated[int, pydantic.Field(ge=1, le=LONGEST)]
    period: str = ""
    table: Table | None = None

    def __post_init__(self) -> None:
        object.__setattr__(self, "metadata", tuple(self.metadata))
        object.__setattr__(self, "measurements", tuple(self.measurements))
        check(Schema, vars(self), f"schema {short(self.name)}")
        names = [field.name for field in (*self.metadata, *self.measurements)]
        if len(set(names)) != len(names):
            raise ValueError(f"schema {self.name!r} names a field twice: {_twice(names)}")
        if len(names) > FIELDS:
            raise ValueError(f"schema {self.name!r} has {len(names):,} fields, more than {FIELDS:,}")
        if not self.measurements:
            raise ValueError(f"schema {self.name!r} has no measurements: a time series needs at least one")

    def to_json(self) -> str:
        """The schema as readable JSON; `from_json` gives an equal one back."""
        described: dict[str, Any] = {
            "name": self.name,
            "metadata": [_describe(field) for field in self.metadata],
            "measurements": [_describe(field) for field in self.measurements],
            "max_length": self.max_length,
            "period": self.period,
        }
        if self.table is not None:
            described["table"] = asdict(self.table)
        return json.dumps(described, indent=2, ensure_ascii=False)

    @classmethod
    def from_json(cls, text: str | bytes, where: str = "the text") -> Schema:
        """Raises ValueError, which begins with `where`, if `to_json` could not have written the text."""
        try:
            content = parse_json(text, _SchemaFile, "it is not a schema that Schema.to_json wrote")
            metadata, measurements = ([_field(entry) for entry in content[part]] for part in PARTS)
            table = content.get("table")
            return cls(
                content["name"],
                tuple(metadata),
                tuple(measurements),
                content["max_length"],
                content["period"],
                None if table is None else _table(table),
            )
        except ValueError as error:
            raise ValueError(f"{where}: {error}") from None


PARTS: tuple[Literal["metadata"], Literal["measurements"]] = ("metadata", "measurements")


@with_config(STRICT)
class _CategoricalFile(TypedDict):
    type: Literal["categorical"]
    name: str
    values: list[str]


@with_config(STRICT)
class _ContinuousFile(TypedDict):
    type: Literal["continuous"]
    name: str
    unit: NotRequired[str]
    low: NotRequired[float | None]
    high: NotRequired[float | None]
    integer: NotRequired[bool]


_FieldFile = Annotated[_CategoricalFile | _ContinuousFile, pydantic.Field(discriminator="type")]


@with_config(STRICT)
class _TableFile(TypedDict):
    columns: list[Annotated[list[str], pydantic.Field(min_length=2, max_length=2)]]
    sample: str
    time: str
    first: str
    start: float
    step: float


@with_config(STRICT)
class _SchemaFile(TypedDict):
    name: str
    metadata: list[_FieldFile]
    measurements: list[_FieldFile]
    max_length: int
    period: str
    table: NotRequired[_TableFile]


def _describe(field: Field) -> dict[str, Any]:
    """The field as a file has it; `integer` only where it is true, so that other files are what they always were."""
    described = {"type": type(field).__name__.lower(), **asdict(field)}
    return {key: value for key, value in described.items() if key != "integer" or value}


def _field(entry: _CategoricalFile | _ContinuousFile) -> Field:
    if entry["type"] == "categorical":
        return Categorical(entry["name"], tuple(entry["values"]))
    return Continuous(
        entry["name"], entry.get("unit", ""), entry.get("low"), entry.get("high"), entry.get("integer", False)
    )


def _table(entry: _TableFile) -> Table:
    columns = tuple((name, dtype) for name, dtype in entry["columns"])
    return Table(columns, entry["sample"], entry["time"], entry["first"], entry["start"], entry["step"])


def _twice(names: Sequence[str]) -> str:
    return short([name for name, times in Counter(names).items() if times > 1])
