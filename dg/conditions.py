"""Other metadata distributions (§4.4, §6.1): what is asked of the metadata of samples, checked before any is made."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any, TypeAlias

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from pandas.api.types import is_datetime64_any_dtype

from dg.dates import calendar
from dg.encoding import Encoder
from dg.files import packing, reading, short
from dg.schema import Categorical, Continuous
from dg.violations import refuse_metadata

Metadata: TypeAlias = Mapping[str, Any] | pd.DataFrame | str | Path
Range = tuple[float, float]


class Conditions:
    """Some fields of n samples are told exactly, some lie in a range; the rest is drawn as the model learnt it.

    A mapping gives a field one value for all samples, a range (low, high) of a number, both ends included, or weights
    of a category's values, by which each sample's is drawn, independently of other fields. A table, a DataFrame or a
    CSV or Parquet file, has a row a sample and a column a field. Fields that count dates are asked for by dates,
    timestamps or text (`Calendar`), or as numbers. `whole`: all fields are told exactly.
    Raises ValueError that names the field, the row (counted from 1) and the remedy.

    told: whether the model can be told all of its metadata; one that cannot never draws one exact fraction
    """

    def __init__(self, metadata: object, encoder: Encoder, n: int, *, told: bool) -> None:
        self.encoder, self.n = encoder, n
        self.fields = {field.name: field for field in encoder.schema.metadata}
        numeric = [field for field in encoder.schema.metadata if isinstance(field, Continuous)]
        self._calendars = {field.name: calendar(field, encoder.schema) for field in numeric}
        self.ranges: dict[str, Range] = {}
        self._weights: dict[str, NDArray[np.float64]] = {}
        self._fixed: dict[str, NDArray[np.float64]] = {}
        where = "metadata"
        if isinstance(metadata, Mapping):
            for name, asked in metadata.items():
                self._ask(str(name), asked)
        else:
            frame, where = read_asked(metadata, where)
            self._take(frame, where)
        self.exact = [name for name in self.fields if name in self._weights or name in self._fixed]
        self.whole = len(self.exact) == len(self.fields)
        for name in () if self.whole and told else self._fixed:
            field = self.fields[name]
            if isinstance(field, Continuous) and not field.integer:
                raise ValueError(
                    f"metadata: {name!r} is no whole number, and no sample has exactly one value of it by chance: ask "
                    "for a range (low, high)" + (", or tell all fields of the metadata" if told else "")
                )

        if self.whole:
            refuse_metadata(encoder.schema, self._fixed, n, lambda name, row, _: f"{where}: row {row + 1:,}: {name!r}")

    def exactly(self, start: int, number: int, chunk: int, seed: int) -> pd.DataFrame:
        """What `number` samples from `start` on, of the `chunk` that begins there, shall have exactly."""
        columns: dict[str, NDArray] = {}
        for place, name in enumerate(self.fields):
            if name in self._weights:
                rng, weights = np.random.default_rng((seed, start, 4, place)), self._weights[name]
                columns[name] = rng.choice(len(weights), chunk, p=weights)[:number]
            elif name in self._fixed:
                fixed = self._fixed[name]
                columns[name] = fixed[start : start + number] if len(fixed) > 1 else fixed.repeat(number)
        return pd.DataFrame({name: self._typed(name, values) for name, values in columns.items()}, index=range(number))

    def within(self, metadata: pd.DataFrame) -> NDArray[np.bool_]:
        """Of each row whether it lies in all ranges."""
        inside = np.ones(len(metadata), dtype=bool)
        for name, (low, high) in self.ranges.items():
            inside &= metadata[name].between(low, high).to_numpy()
        return inside

    def told(self, wanted: Mapping[str, Any]) -> dict[str, Any]:
        """What is asked of a sample as a person reads it: the values that it shall have exactly, and the ranges."""
        exactly = {name: self._shown(name, value) for name, value in wanted.items()}
        return exactly | {name: tuple(self._shown(name, end) for end in ends) for name, ends in self.ranges.items()}

    def _shown(self, name: str, value: Any) -> Any:
        dates = self._calendars.get(name)
        return value if dates is None else dates.date(value)

    def _typed(self, name: str, numbers: NDArray) -> Any:
        field = self.fields[name]
        if isinstance(field, Categorical):
            return pd.Categorical.from_codes(numbers.astype(np.int64), list(field.values))
        return numbers

    def _ask(self, name: str, asked: object) -> None:
        field = self._field(name, "metadata")
        if isinstance(asked, Mapping):
            self._weights[name] = _weights(field, asked)
        elif isinstance(asked, list | tuple):
            self.ranges[name] = self._range(field, asked)
        else:
            self._fixed[name] = self._numbers(name, pd.Series([asked], dtype=object), "metadata")

    def _take(self, frame: pd.DataFrame, where: str) -> None:
        names = [str(column) for column in frame]
        if len(frame) != self.n:
            raise ValueError(f"{where} has {len(frame):,} rows, and {self.n:,} samples are asked for: give each a row")
        if len(set(names)) != len(names) or not names:
            raise ValueError(f"{where} has the columns {short(names)}: name at least one field, each once")
        for number, name in enumerate(names):
            self._field(name, where)
            self._fixed[name] = self._numbers(name, frame.iloc[:, number].reset_index(drop=True), where)

    def _field(self, name: str, where: str) -> Categorical | Continuous:
        if not self.fields:
            raise ValueError(f"{where}: this model has no metadata, and cannot be asked for {name!r}; leave it out")
        if name not in self.fields:
            raise ValueError(f"{where}: there is no field {name!r}; there are {short(list(self.fields))}")
        return self.fields[name]

    def _range(self, field: Categorical | Continuous, asked: list | tuple) -> Range:
        if isinstance(field, Categorical):
            raise ValueError(
                f"metadata: {field.name!r} has no range; give its values weights, {{{field.values[0]!r}: 1, …}}"
            )
        ends, remedy = self._counted(field, pd.Series(list(asked), dtype=object))
        if len(ends) != 2 or not np.isfinite(ends).all() or ends[0] > ends[1]:
            raise ValueError(
                f"metadata: {field.name!r} should be a range (low, high), got {short(asked)}; it is {remedy}"
            )
        low, high = self.encoder.outer(field.name)
        if ends[1] < low or ends[0] > high:
            raise ValueError(f"metadata: {field.name!r} is never in {short(asked)}; it is {remedy}")
        return float(ends[0]), float(ends[1])

    def _numbers(self, name: str, column: pd.Series, where: str) -> NDArray[np.float64]:
        """Codes of categories, or numbers; raises ValueError for the first that no sample can have."""
        field = self.fields[name]
        if isinstance(field, Categorical):
            numbers = pd.Categorical(column.astype(str), list(field.values)).codes.astype(np.float64)
            wrong, remedy = numbers < 0, f"one of {short(list(field.values))}"
        else:
            numbers, remedy = self._counted(field, column)
            low, high = self.encoder.outer(name)
            edge = 1e-9 * max(abs(low), abs(high))
            wrong = ~((numbers >= low - edge) & (numbers <= high + edge))
            if field.integer and not wrong.any():
                wrong = numbers != np.rint(numbers)
                unit = field.unit.partition(" ")[0]
                remedy = "a whole number" if self._calendars[name] is None else f"a date in whole {unit}"
        if wrong.any():
            row = int(wrong.argmax())
            at = "" if where == "metadata" and len(column) == 1 else f"row {row + 1:,}: "
            raise ValueError(f"{where}: {at}{name!r} is never {short(_plain(column.iloc[row]))}; it is {remedy}")
        return numbers

    def _counted(self, field: Continuous, column: pd.Series) -> tuple[NDArray[np.float64], str]:
        """Numbers, NaN for what is none, and what they should be."""
        truth = column.map(lambda value: isinstance(value, bool | np.bool_)).to_numpy(bool)
        moments = is_datetime64_any_dtype(column.dtype)  # which would count nanoseconds
        plain = column.astype(object) if moments else column
        parsed = pd.to_numeric(plain, errors="coerce").to_numpy(np.float64, na_value=np.nan)
        (low, high), dates = self.encoder.outer(field.name), self._calendars[field.name]
        if dates is None:
            return np.where(truth, np.nan, parsed), f"a number from {low:g} to {high:g}, as in training"
        counted, first = dates.numbers(column), dates.date(low)
        zone = f"in {dates.zone}" if dates.zone else "without a time zone"
        remedy = f"a date such as {first!r}, {zone}, from {first} to {dates.date(high)}, as in training"
        return np.where(truth, np.nan, np.where(np.isnan(counted), parsed, counted)), remedy


def read_asked(table: object, name: str) -> tuple[pd.DataFrame, str]:
    """A table that tells something of every sample, and what errors call it; a CSV file as the text that it is."""
    if isinstance(table, pd.DataFrame):
        return table, name
    if not isinstance(table, str | Path):
        raise ValueError(f"{name}: {short(table)} is no mapping and no table of one row a sample")
    packed = packing(table)
    with reading(table, "save it as CSV in UTF-8 or as Parquet"):
        if packed == "parquet":
            return pd.read_parquet(table), str(table)
        compression = "gzip" if packed == "gzip" else None
        return pd.read_csv(table, dtype=str, keep_default_na=False, compression=compression), str(table)


def _weights(field: Categorical | Continuous, asked: Mapping[Any, Any]) -> NDArray[np.float64]:
    if not isinstance(field, Categorical):
        raise ValueError(f"metadata: {field.name!r} is a number and takes no weights; ask for a range (low, high)")
    weights = np.zeros(len(field.values))
    for value, weight in asked.items():
        if str(value) not in field.values:
            raise ValueError(f"metadata: {field.name!r} is never {value!r}; it is one of {short(list(field.values))}")
        if not _number(weight) or weight < 0:
            raise ValueError(
                f"metadata: {field.name!r}: the weight of {value!r} is {short(weight)}, and should be 0 or more"
            )
        weights[field.values.index(str(value))] = weight
    if not weights.sum() > 0 or not np.isfinite(weights.sum()):
        raise ValueError(f"metadata: {field.name!r}: the weights sum to {weights.sum():g}; give one value more than 0")
    return weights / weights.sum()


def _number(value: object) -> bool:
    return isinstance(value, int | float | np.number) and not isinstance(value, bool) and bool(np.isfinite(value))


def _plain(value: object) -> object:
    return value.item() if isinstance(value, np.generic) else value
