"""Dates as conditions: text, dates and timestamps mean the numbers that a field counts, and come back as they were."""

from __future__ import annotations

import datetime
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np
import pandas as pd
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from dg import Generator, fit, read_long
from dg.dates import Calendar

DAYS = pd.date_range("2024-03-01", periods=40)
BERLIN = ZoneInfo("Europe/Berlin")
KINDS: dict[str, Any] = {
    "days": DAYS.astype("datetime64[us]"),
    "seconds": DAYS.astype("datetime64[ns]") + pd.Timedelta("10:30:00"),
    "zone": DAYS.tz_localize("Europe/Berlin").astype("datetime64[us, Europe/Berlin]"),
    "dates": [day.date() for day in DAYS],
    "text": DAYS.strftime("%d.%m.%Y"),
    "iso text": DAYS.strftime("%Y-%m-%d"),
}


def table(kind: str) -> pd.DataFrame:
    """Forty customers since as many days, in two tariffs, with three records each."""
    rows = pd.DataFrame({"customer": range(40), "since": KINDS[kind], "tariff": ["day", "night"] * 20})
    return rows.loc[rows.index.repeat(3)].reset_index(drop=True).assign(load=np.arange(120) / 7)


@pytest.fixture(params=KINDS)
def drawn(request: pytest.FixtureRequest, small) -> tuple[Generator, pd.DataFrame]:
    rows = table(request.param)
    data = read_long(rows, sample="customer")
    return fit(small(batch_size=40), data, batches=2, seed=0, accelerator="cpu"), rows


def naive(dates: pd.Series, kind: pd.Series) -> pd.Series:
    """Dates of any kind of column as pandas' own, without their zone."""
    if kind.dtype.kind != "M" and isinstance(kind.iloc[0], str):
        dates = pd.to_datetime(dates, dayfirst=kind.iloc[0].endswith("2024"))
    dates = pd.Series(pd.to_datetime(dates))
    return dates if dates.dt.tz is None else dates.dt.tz_localize(None)


def test_a_range_of_dates(drawn) -> None:
    """Both ends are included; the column has the type that it had."""
    generator, rows = drawn
    for asked in (("2024-03-11", "2024-03-31"), (datetime.date(2024, 3, 11), pd.Timestamp("2024-03-31"))):
        found = generator.sample(40, seed=0, metadata={"since": asked}).to_long()["since"]
        assert found.dtype == rows["since"].dtype and type(found.iloc[0]) is type(rows["since"].iloc[0])
        assert naive(found, rows["since"]).between("2024-03-11", "2024-03-31").all()


def test_a_day_and_a_table_of_them(drawn) -> None:
    """All fields told; the table's own dates, and the same as text, are asked for."""
    generator, rows = drawn
    asked = rows.drop_duplicates("customer")[["since", "tariff"]].iloc[3:9].reset_index(drop=True)
    texts = asked.assign(since=naive(asked["since"], rows["since"]).map(lambda moment: moment.isoformat()))
    for wanted in (asked, texts):
        found = generator.sample(6, seed=0, metadata=wanted).to_long().drop_duplicates("customer")
        pd.testing.assert_series_equal(found["since"].reset_index(drop=True), asked["since"])
    day = naive(asked["since"], rows["since"]).iloc[2].isoformat()
    found = generator.sample(4, seed=0, metadata={"since": day, "tariff": {"day": 1}}).to_long()["since"]
    assert set(naive(found, rows["since"])) == {pd.Timestamp(day)}


def test_the_start_of_the_times(small) -> None:
    """Asked for as a date, though the field counts steps."""
    rows = table("days").assign(
        day=lambda rows: rows["since"] + pd.to_timedelta(rows.groupby("customer").cumcount(), "D")
    )
    data = read_long(rows.drop(columns="since"), sample="customer", time="day")
    generator = fit(small(batch_size=40), data, batches=2, seed=0, accelerator="cpu")
    found = generator.sample(9, seed=0, metadata={"first day": ("2024-03-10", "2024-03-30")}).to_long()
    first = found.groupby("customer")["day"].min()
    assert found["day"].dtype == rows["day"].dtype and first.between("2024-03-10", "2024-03-30").all()


SECONDS = Calendar("utc", 0.0, 1e6, "Europe/Berlin", "%d/%m/%Y %H:%M")


@given(st.datetimes(datetime.datetime(1902, 1, 1), datetime.datetime(2037, 1, 1)))
def test_moments_count_as_python_counts_them(moment: datetime.datetime) -> None:
    """In the zone of the column, where they have none; of an hour that is there twice, the first."""
    moment = moment.replace(microsecond=0)
    there = moment.replace(tzinfo=BERLIN)
    told = [moment, moment.isoformat(" "), pd.Timestamp(moment), np.datetime64(moment), there.astimezone(datetime.UTC)]
    assume(
        there.astimezone(datetime.UTC).astimezone(BERLIN).replace(tzinfo=None) == moment
    )  # else the clock skipped it
    np.testing.assert_array_equal(SECONDS.numbers(pd.Series(told, dtype=object)), there.timestamp())
    assert datetime.datetime.fromisoformat(SECONDS.date(there.timestamp())).replace(tzinfo=None) == moment


def test_what_is_a_date_and_what_is_none() -> None:
    days = Calendar("utc", 0.0, 86_400e6, "", "%d.%m.%Y")
    told = ["2024-03-01", "1.3.2024", "2024-03-01 12:00", datetime.date(2024, 3, 1)]
    assert days.numbers(pd.Series(told, dtype=object)).tolist() == [19783, 19783, 19783.5, 19783]
    none = ["03/01/2024", "2024-02-30", "20240301", "2024-03-01T00:00Z", "soon", "", None, 19783, [1], {}, True, pd.NaT]
    assert np.isnan(days.numbers(pd.Series(none, dtype=object))).all()
    months = Calendar("months", 648.0, 1.0, "", "")
    np.testing.assert_array_equal(
        months.numbers(pd.Series(["2024-03-01", "2024-03-02", "2023-12-01"])), [2, np.nan, -1]
    )
    assert [days.date(19783.5), days.date(1e30), months.date(2), months.date(1e9)] == [
        "2024-03-01 12:00:00",
        "1e+30",
        "2024-03-01",
        "1e+09",
    ]
