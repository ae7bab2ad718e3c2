"""What is found out of a table that memory does not hold: its parts are read again and again, and then written."""

from __future__ import annotations

import shutil
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple, TypeAlias, TypeVar

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from dg.clocks import Clock
from dg.dataset import MEASUREMENTS, save_all_but_measurements
from dg.fields import Field
from dg.frames.assembly import assembled, filled, later, ordered, refuse_longer, refuse_masks, schema_of
from dg.frames.fields import CATEGORIES, digest, field_of, is_category, refuse_changes, refuse_ids, refuse_none
from dg.frames.melting import Melted
from dg.frames.missing import Known, Missing, known_of
from dg.frames.parts import AT_ONCE, NUMBER, Parts
from dg.frames.rows import NothingLeft, Rows, in_order
from dg.frames.series import in_places, in_time, joined
from dg.frames.source import Source
from dg.frames.times import Grid, Spacing, Times, grids, on_grid
from dg.schema import Schema
from dg.table import Table

T = TypeVar("T")
U = TypeVar("U")
Filled: TypeAlias = tuple[Rows, Times | None, dict[str, NDArray[np.bool_]]]


class Asked(NamedTuple):
    """What `read_long` is told; of a wide table each measurement with its columns too."""

    sample: str
    time: str
    metadata: Sequence[str] | None
    measurements: Sequence[str] | None
    categorical: Sequence[str]
    missing: Missing
    spacing: Spacing
    window: int | None
    pool: int | None
    wide: Mapping[str, Sequence[str]] | None = None


class Reading:
    """What is found out of a table, a little more each time that its parts are read."""

    def __init__(self, parts: Parts | Melted, asked: Asked, like: Schema | None) -> None:
        known = like.table if like is not None and asked.time and asked.spacing == "equal" else None
        self.step, self.searching = None if known is None else known.step, like is None
        self.parts: Parts | Melted = parts
        self.asked, self.where = asked, parts.where
        self.note = Table(
            tuple(parts.kinds.items()),
            asked.sample,
            asked.time,
            window=asked.window or 0,
            formats=tuple(parts.formats.items()),
        )
        for column in (column for column in asked.categorical if column not in parts.kinds):
            raise ValueError(f"{self.where} has no column {column!r}, which categorical= names")
        if asked.missing == "refuse":
            parts.refuse_missing()
        self.gaps = asked.missing != "refuse"
        self.grid: Grid | None = None
        self.records: int | None = None  # of one long series, where some are missing
        if isinstance(parts, Parts) and asked.time and not asked.sample:
            self._cut(parts, asked.window or 0)
        else:
            self.grid = self._grid()
        self.own, self.series, self.known = self._roles()

    def _cut(self, parts: Parts, window: int) -> None:
        """Cuts one long series into windows by its times; missing records have a place in them too."""
        self.parts = parts = in_time(parts, self.asked.time, window)
        self.grid = self._grid()
        if self.grid is not None and self.gaps and self.asked.spacing == "equal":
            self.parts, self.records = in_places(parts, self.asked.time, window, self.grid)

    def write(self, folder: Path, schema: Schema, n: int) -> None:
        """Writes what `TimeSeriesDataset.save` writes of so many samples."""
        note = schema.table or self.note
        shape = (n, schema.max_length, len(schema.measurements))
        _refuse_large(folder, shape, self.where)
        metadata: list[pd.DataFrame] = []
        lengths: list[NDArray[np.int64]] = []
        with (folder / MEASUREMENTS).open("wb") as file:
            described = {"descr": np.dtype(np.float32).str, "fortran_order": False, "shape": shape}
            np.lib.format.write_array_header_1_0(file, described)
            for rows, times, masks in self._filled(max(1, AT_ONCE // (NUMBER * shape[1] * shape[2]))):
                part = assembled(rows, schema, times and later(times, note), masks)
                part.measurements.tofile(file)
                metadata.append(part.metadata)
                lengths.append(part.lengths)
        save_all_but_measurements(folder, schema, pd.concat(metadata, ignore_index=True), np.concatenate(lengths))

    def _ordered(self, samples: int | None = None) -> Iterator[tuple[Rows, Times | None]]:
        """Of each part the rows and times, of so many samples at most."""
        note, spacing = self.note, self.asked.spacing
        told: dict[str, Any] = {"gaps": self.gaps, "step": self.step, "grid": self.grid}
        if isinstance(self.parts, Melted) or self.records is None:
            return _each(self.parts.of(samples), lambda source: ordered(source, note, spacing, **told))
        steps = range(self.records)

        def windows(part: tuple[range, Source]) -> tuple[Rows, Times | None]:
            numbers, source = part
            span = steps[numbers.start * note.window : numbers.stop * note.window]
            return ordered(source, note, spacing, span=span, **told)

        return _each(self.parts.ranges(samples), windows)

    def _filled(self, samples: int | None = None) -> Iterator[Filled]:
        """The same, without missing values, and with masks."""
        missing = self.asked.missing
        return _each(
            self._ordered(samples), lambda part: filled(part[0], part[1], self.own, self.series, missing, self.known)
        )

    def _grid(self) -> Grid | None:
        """Where all times lie, by the first clock by which they are equally spaced."""
        if not self.asked.time:
            return None
        if self.asked.spacing == "irregular":
            found = (Grid(times.clock, times.start, times.step) for _, times in self._ordered() if times is not None)
            return min(found, key=lambda grid: grid.start)
        merged: dict[Clock, Grid] = {}
        for number, rows in enumerate(self._timed()):
            part = grids(rows, self.asked.time)
            usual = next(iter(part.values()))
            if usual.step <= 0:
                on_grid(rows, self.asked.time, usual)  # refuses it
            merged = (
                part
                if number == 0
                else {
                    clock: Grid(clock, min(grid.start, part[clock].start), min(grid.step, part[clock].step))
                    for clock, grid in merged.items()
                    if clock in part
                }
            )
        possible = [
            grid._replace(step=(self.step or 1.0) if grid.step == np.inf else grid.step) for grid in merged.values()
        ]
        if len(possible) == 1 and self.asked.sample:
            return possible[0]
        wrong: list[ValueError] = []
        for grid in possible:
            try:
                for rows in self._timed():
                    on_grid(rows, self.asked.time, grid, step=self.step, gaps=self.gaps)
                return grid
            except ValueError as error:
                wrong.append(error)
        raise wrong[0]

    def _timed(self) -> Iterator[Rows]:
        """The rows of each part by their times; of one long series each begins with the last row of the one before."""
        if not self.asked.sample:
            return joined(self.parts.of(), self.asked.time)
        return (in_order(source, self.asked.sample, self.asked.time) for source in self.parts.of())

    def _roles(self) -> tuple[list[str], list[str], dict[str, Known]]:
        """Which columns are metadata and which measurements, and of these what is known where values are missing."""
        asked = self.asked
        named = {asked.sample, asked.time, *(asked.metadata or ()), *(asked.measurements or ())}
        others = [column for column in self.parts.kinds if column not in named]
        changing: set[str] = set()
        known: dict[str, Known] = {}
        for rows, _ in self._ordered():
            changing |= {column for column in others if column not in changing and not rows.steady(column).all()}
            if self.searching:
                refuse_changes(rows, asked.metadata or (), asked.sample)
            if asked.missing in ("interpolate", "mask"):
                for column in (*others, *(asked.measurements or ())):
                    found = known_of(rows, column)
                    known[column] = known[column] | found if column in known else found
        own = [column for column in others if column not in changing] if asked.metadata is None else asked.metadata
        series = (
            [column for column in others if column in changing] if asked.measurements is None else asked.measurements
        )
        refuse_none(self.where, series)
        return (
            list(own),
            list(series),
            {column: known[column] for column in series if column in known and known[column].missing},
        )

    def like(self, schema: Schema) -> tuple[Schema, int]:
        """A schema that was known before, and how many samples there are; raises ValueError as `read_like` does."""
        n = 0
        for rows, _ in self._ordered():
            refuse_longer(rows, schema)
        for rows, _, masks in self._filled():
            refuse_masks(rows, masks, schema.table or self.note)
            n += len(rows.begin)
        return schema, n

    def found(self, name: str) -> tuple[Schema, int]:
        """What the samples are, and how many."""
        asked = self.asked
        firsts: list[pd.DataFrame] = []
        numbers: list[NDArray[np.int64]] = []
        starts: list[NDArray[np.float64]] = []
        digests: dict[str, pd.Series] = {}
        counts: dict[str, Counter[str]] = {column: Counter() for column in self.series}
        longest, whole, masks = 0, True, dict[str, None]()
        for rows, times, hidden in self._filled():
            firsts.append(rows.frame[self.own].iloc[rows.begin])
            numbers.append(rows.numbers[rows.begin])
            longest, masks = max(longest, int(rows.lengths.max())), masks | dict.fromkeys(hidden)
            if times is not None:
                starts.append(times.first)
                whole = whole and (times.gaps is None or bool((times.gaps == np.rint(times.gaps)).all()))
            for column in self.series:
                values, category = rows.frame[column].set_axis(rows.numbers), column in asked.categorical
                both = [digests[column], values] if column in digests else [values]
                digests[column] = digest(pd.concat(both), category=category)
                if asked.pool is None and len(digests[column]) > CATEGORIES:
                    field_of(digests[column], self.where, category=category)  # refuses it
                if asked.pool is not None and is_category(values, category):
                    counts[column].update(values.astype(str).value_counts().to_dict())
        n = sum(map(len, firsts))
        own = Rows(
            pd.concat(firsts, ignore_index=True),
            self.where,
            np.concatenate(numbers),
            np.arange(n),
            np.ones(n, np.int64),
        )
        refuse_ids(own, self.own, asked.categorical)
        fields: dict[str, Field] = {}
        for column in (*self.own, *self.series):
            mine = column in self.own
            values = own.frame[column].set_axis(own.numbers) if mine else digests[column]
            counted = None if mine else counts[column]
            category = column in asked.categorical
            fields[column] = field_of(values, self.where, category=category, pool=asked.pool, counts=counted)
        times = None
        if self.grid is not None:
            gaps = None if asked.spacing == "equal" else np.array([0.0 if whole else 0.5])
            times = Times(*self.grid, np.concatenate(starts), gaps)
        return schema_of(
            name,
            self.note,
            self.parts.kinds,
            fields,
            self.own,
            masks=[column for column in self.series if column in masks],
            missing=asked.missing,
            times=times,
            longest=longest,
        ), n


def _each(parts: Iterable[T], make: Callable[[T], U]) -> Iterator[U]:
    """What is made of the parts of which something is left; raises NothingLeft where that is none."""
    nothing: NothingLeft | None = None
    some = False
    for part in parts:
        try:
            made = make(part)
        except NothingLeft as error:
            nothing = error
            continue
        some = True
        yield made
    if nothing is not None and not some:
        raise nothing


def _refuse_large(folder: Path, shape: tuple[int, int, int], where: str) -> None:
    size, free = 4 * int(np.prod(shape, dtype=np.int64)), shutil.disk_usage(folder).free
    if size > free:
        raise ValueError(
            f"{where}: its {shape[0]:,} samples of up to {shape[1]:,} records take {size / 1e9:,.1f} GB on disk, and "
            f"{free / 1e9:,.1f} GB are free there: name a folder= elsewhere, or cut long samples by window="
        )
