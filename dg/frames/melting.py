"""A wide table, one row a sample and one column a step, as one with a row a record; also in parts."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from types import MappingProxyType

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from pandas.api.types import is_numeric_dtype

from dg.frames.opening import Opened
from dg.frames.parts import AT_ONCE, NUMBER, Parts
from dg.frames.source import Source, refuse_counted, refuse_missing, source_of
from dg.schema import Schema

ROW = "row of the table"  # names the samples while a wide table is read


def steps_of(measurements: Mapping[str, Sequence[str]]) -> list[str]:
    """The columns of all measurements."""
    return [column for several in measurements.values() for column in several]


def named_of(sample: str, metadata: Sequence[str], measurements: Mapping[str, Sequence[str]]) -> list[str]:
    """The columns that are read."""
    return [*filter(None, [sample]), *metadata, *steps_of(measurements)]


def wide_source(
    found: Opened,
    sample: str,
    metadata: Sequence[str],
    measurements: Mapping[str, Sequence[str]],
    *,
    categorical: Collection[str],
    known: Mapping[str, str] = MappingProxyType({}),
) -> Source:
    """The table as it is, some of whose steps may have no values."""
    named, steps = named_of(sample, metadata, measurements), steps_of(measurements)
    return source_of(found, named, categorical=categorical, only=True, empty=steps, known=known)


def melted(
    source: Source, metadata: Sequence[str], measurements: Mapping[str, Sequence[str]], *, refuse: bool
) -> Source:
    """The table with a row a record, which has the number of its row; kinds are those of `kinds_of`.

    refuse: missing values
    Raises ValueError where the columns of a measurement differ, and for a row without values.
    """
    frame, where = source.frame, source.where
    for measurement, several in measurements.items():
        for column in several:
            if is_numeric_dtype(frame[several[0]].dtype) and not is_numeric_dtype(frame[column].dtype):
                raise ValueError(
                    f"{where}: column {column!r} is {frame[column].dtype}, and the first of {measurement!r} is "
                    f"{frame[several[0]].dtype}; make them alike, or say which columns are metadata"
                )
    present = [frame[list(several)].notna().to_numpy() for several in measurements.values()]
    there: NDArray[np.bool_] = np.logical_or.reduce(present)
    n, t = there.shape
    lengths = np.where(there.any(axis=1), t - there[:, ::-1].argmax(axis=1), 0)
    if not lengths.all():
        raise ValueError(f"{where}: row {frame.index[lengths.argmin()] + 1:,} has no values at all; leave it out")
    inside = np.flatnonzero(np.arange(t) < lengths[:, None])  # of the cells, row by row
    place = inside // t
    row = frame.index.to_numpy()[place]
    long = pd.DataFrame({ROW: row}, index=row)
    for column in metadata:
        long[column] = frame[column].array.take(place)
    for measurement, several in measurements.items():
        cells = pd.concat([frame[column] for column in several], ignore_index=True)  # column by column
        long[measurement] = cells.array.take(inside % t * n + place)
    made = Source(long, where, kinds_of(source.kinds, metadata, measurements), source.formats)
    if refuse:
        refuse_holes([made], measurements)
        refuse_missing(source._replace(frame=frame[list(metadata)]))
    return made


def kinds_of(
    kinds: Mapping[str, str], metadata: Sequence[str], measurements: Mapping[str, Sequence[str]]
) -> dict[str, str]:
    """The types of the columns of a melted table: a measurement has that of its first column."""
    kinds = {**kinds, **{measurement: kinds[several[0]] for measurement, several in measurements.items()}}
    return {ROW: "int64"} | {column: kind for column, kind in kinds.items() if column in {*metadata, *measurements}}


def refuse_holes(sources: Iterable[Source], measurements: Mapping[str, Sequence[str]]) -> None:
    """Raises ValueError for the first measurement that misses values in a melted table, whose parts are given."""
    numbers = dict.fromkeys(measurements, 0)
    firsts: dict[str, str] = {}
    for source in sources:
        frame = source.frame
        for measurement, several in measurements.items():
            missing = frame[measurement].isna().to_numpy()
            if missing.any():
                numbers[measurement] += int(missing.sum())
                place, row = int(missing.argmax()), frame.index[missing.argmax()]
                step = place - int(np.searchsorted(frame.index, row))
                firsts.setdefault(measurement, f"column {several[step]!r} of row {row + 1:,}")
    for measurement in (measurement for measurement in measurements if numbers[measurement]):
        raise ValueError(
            f"{source.where}: {numbers[measurement]:,} values are missing, the first in {firsts[measurement]}; fill "
            "them, or say missing='drop', 'interpolate' or 'mask'"
        )


def described(
    schema: Schema, kinds: Mapping[str, str], sample: str, measurements: Mapping[str, Sequence[str]]
) -> Schema:
    """A melted table's schema, which tells of the wide one, whose columns have these types."""
    assert schema.table is not None
    wide = tuple((measurement, tuple(several)) for measurement, several in measurements.items())
    return replace(schema, table=replace(schema.table, columns=tuple(kinds.items()), sample=sample, wide=wide))


@dataclass(frozen=True)
class Melted:
    """A wide table in parts, each a Source with a row a record."""

    wide: Parts
    metadata: Sequence[str]
    measurements: Mapping[str, Sequence[str]]

    @property
    def where(self) -> str:
        """What errors call it."""
        return self.wide.where

    @property
    def formats(self) -> dict[str, str]:
        """Of columns whose dates are text."""
        return self.wide.formats

    @property
    def kinds(self) -> dict[str, str]:
        """The types of the columns."""
        return kinds_of(self.wide.kinds, self.metadata, self.measurements)

    def of(self, samples: int | None = None) -> Iterator[Source]:
        """The parts one after the other, of so many samples at most."""
        t, k = len(steps_of(self.measurements)) // len(self.measurements), len(self.measurements)
        most = max(1, AT_ONCE // (NUMBER * t * (1 + len(self.metadata) + k)))
        for source in self.wide.of(min(samples or most, most)):
            yield melted(source, self.metadata, self.measurements, refuse=False)

    def refuse_missing(self) -> None:
        """Raises ValueError for the first measurement or the first column of the metadata that misses values."""
        refuse_holes(self.of(), self.measurements)
        for column in self.metadata:
            missing, first = self.wide.missing[column]
            if missing:
                refuse_counted(self.where, column, missing, first)
