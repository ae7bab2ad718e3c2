"""Dates that somebody asks for, as the numbers of a field: in ISO 8601, as timestamps, or as a table writes them."""

from __future__ import annotations

import datetime
import re
from typing import NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from dg.clocks import Clock, counted, dated
from dg.schema import Continuous, Schema
from dg.tabular import UNITS, is_date, zone_of

ISO = r"\d{4}-\d{2}-\d{2}([T ]\d{2}.*)?"
MONTHS, MICROSECONDS = (-20_000, 90_000), (-6e16, 2.5e17)  # since 1970, of dates with a year of at most four digits


class Calendar(NamedTuple):
    """How a field counts: in steps of so many microseconds, or months, since a start.

    zone: of the table's column; dates without one are meant there. Empty: it has none, and dates with one do not fit
    style: the format of the table's dates, where they are text
    """

    clock: Clock
    start: float
    step: float
    zone: str
    style: str

    def numbers(self, told: pd.Series) -> NDArray[np.float64]:
        """NaN for what is neither a date, a timestamp nor a text that is one; a date without a time is its midnight."""
        dates = told.map(lambda value: isinstance(value, str | datetime.date | np.datetime64))
        codes, values = pd.factorize(told.astype(object).where(dates))
        moments = pd.Series([self._moment(value) for value in values], dtype="datetime64[us]")
        there = moments.notna().to_numpy()
        found = np.full(len(values) + 1, np.nan)  # the last is what is missing, whose code is -1
        found[:-1][there] = (counted(moments[there], self.clock) - self.start) / self.step
        return found[codes]

    def date(self, number: float) -> str:
        """The date that a number stands for, in ISO 8601; a number past all dates as it is."""
        count, (low, high) = self.start + number * self.step, MONTHS if self.clock == "months" else MICROSECONDS
        if not low < count < high:
            return f"{number:g}"
        moment = dated(np.array([count]), self.clock, self.zone).iloc[0]
        return moment.strftime("%Y-%m-%d") if moment == moment.normalize() else moment.isoformat(sep=" ")

    def _moment(self, told: object) -> pd.Timestamp | None:
        """As the clock counts it, without a zone."""
        try:
            moment = self._parsed(told) if isinstance(told, str) else told
            if not isinstance(moment, datetime.date | np.datetime64):
                return None
            stamp = pd.Timestamp(moment)
            if stamp.tz is not None and not self.zone:
                return None
            if self.zone and stamp.tz is None:
                stamp = stamp.tz_localize(self.zone, ambiguous=True, nonexistent="shift_forward")
            if self.zone:
                stamp = stamp.tz_convert("UTC" if self.clock == "utc" else self.zone).tz_localize(None)
        except (ValueError, OverflowError):
            return None
        return stamp if self.clock != "months" or (stamp.day == 1 and stamp == stamp.normalize()) else None

    def _parsed(self, text: str) -> datetime.datetime | None:
        if self.style:
            try:
                return datetime.datetime.strptime(text, self.style)
            except ValueError:
                pass
        return datetime.datetime.fromisoformat(text) if re.fullmatch(ISO, text) else None


def calendar(field: Continuous, schema: Schema) -> Calendar | None:
    """How a field of the metadata counts dates, if it does: those of its column, or the start of a sample's times."""
    table, column = schema.table, field.name
    kinds, styles = ({}, {}) if table is None else (dict(table.columns), dict(table.formats))
    clock: Clock = "utc"
    start, step = 0.0, float(UNITS.get(field.unit, 0))
    if table is not None and field.name == table.first and is_date(table.time, table, kinds.get(table.time, "")):
        clock, start, step, column = table.clock, table.start, table.step, table.time
    if not step or clock == "numbers":
        return None
    return Calendar(clock, start, step, zone_of(kinds.get(column, "")), styles.get(column, ""))
