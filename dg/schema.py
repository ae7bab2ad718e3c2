"""The data schema of §3.1: what the metadata and the measurements of a dataset are (Tables 6-8)."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict, dataclass, fields
from typing import Annotated, Any, Literal, NotRequired

import pydantic
from pydantic import with_config
from typing_extensions import TypedDict

from dg.clocks import Clock
from dg.files import STRICT, parse_json, short
from dg.hyperparameters import check

LONGEST = 10**6  # records of one sample
FIELDS = 10_000


@dataclass(frozen=True)
class Categorical:
    """A field that takes one of finitely many values, e.g. the access type of a Wikipedia page.

    pooled: rare values of a table, each with its number, which the last of `values` stands for
    """

    name: str
    values: tuple[str, ...]
    pooled: tuple[tuple[str, Annotated[int, pydantic.Field(ge=1)]], ...] = ()

    def __post_init__(self) -> None:
        object.__setattr__(self, "values", tuple(self.values))
        object.__setattr__(self, "pooled", tuple(map(tuple, self.pooled)))
        check(Categorical, vars(self), f"categorical field {short(self.name)}")
        if not self.values:
            raise ValueError(f"categorical field {self.name!r} has no values: name at least one")
        if len(set(self.values)) != len(self.values):
            raise ValueError(f"categorical field {self.name!r} names a value twice: {_twice(self.values)}")
        rare = [value for value, _ in self.pooled]
        if rare and (self.values[-1] != POOLED or len({*rare, *self.values}) < len(rare) + len(self.values)):
            raise ValueError(
                f"categorical field {self.name!r} pools rare values: its last value should be {POOLED!r}, and no value "
                "both rare and not"
            )


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
    r"|date|datetime64\[(s|ms|us|ns)(, [A-Za-z0-9_+\-/:]{1,64})?\])$"
)
Dtype = Annotated[str, pydantic.StringConstraints(pattern=DTYPES)]
"""The type of a table's column, by pandas' name: a closed list, because a schema may come from a stranger."""
DateFormat = Annotated[str, pydantic.StringConstraints(pattern=r"^(%[YymdHMSfzbBaAjpI]|[ TZ,./:\-_]){1,24}$")]
MISSING, POOLED = "(missing)", "(other)"  # categories that stand for no value, and for one of the rare values


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
            described["table"] = _told(self.table)
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
    pooled: NotRequired[list[tuple[str, int]]]


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
    columns: list[tuple[str, str]]
    sample: str
    time: str
    first: str
    start: float
    step: float
    clock: NotRequired[Clock]
    gap: NotRequired[str]
    window: NotRequired[int]
    formats: NotRequired[list[tuple[str, str]]]
    masked: NotRequired[list[str]]
    wide: NotRequired[list[tuple[str, list[str]]]]


@with_config(STRICT)
class _SchemaFile(TypedDict):
    name: str
    metadata: list[_FieldFile]
    measurements: list[_FieldFile]
    max_length: int
    period: str
    table: NotRequired[_TableFile]


def _describe(field: Field) -> dict[str, Any]:
    """The field as a file has it; what was added later only where it is said, so that old files are as they were."""
    described = {"type": type(field).__name__.lower(), **asdict(field)}
    return {key: value for key, value in described.items() if key not in ("integer", "pooled") or value}


def _told(table: Table) -> dict[str, Any]:
    """The same of a table."""
    usual, first = {part.name: part.default for part in fields(Table)}, ("time", "first", "start", "step")
    return {key: value for key, value in asdict(table).items() if key in first or value != usual[key]}


def _field(entry: _CategoricalFile | _ContinuousFile) -> Field:
    if entry["type"] == "categorical":
        return Categorical(entry["name"], tuple(entry["values"]), tuple(entry.get("pooled", ())))
    return Continuous(
        entry["name"], entry.get("unit", ""), entry.get("low"), entry.get("high"), entry.get("integer", False)
    )


def _table(entry: _TableFile) -> Table:
    return Table(**{key: _tuples(value) for key, value in entry.items()})  # type: ignore[arg-type]


def _tuples(value: object) -> object:
    """Lists of a file as tuples."""
    return tuple(map(_tuples, value)) if isinstance(value, list | tuple) else value


def _twice(names: Sequence[str]) -> str:
    return short([name for name, times in Counter(names).items() if times > 1])
