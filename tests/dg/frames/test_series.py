"""One long series that is read a part at a time: what it is in memory, and what is wrong with it has the same words."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from dg import read_like, read_long
from tests import slowly
from tests.dg.frames.damage import holes


def line(records: int = 230, **columns: object) -> pd.DataFrame:
    """One series of hours, whose rows are mixed."""
    rng = np.random.default_rng(0)
    rows = {
        "load": rng.gamma(4, 2, records),
        "hour": pd.Timestamp("2026-03-27") + pd.to_timedelta(np.arange(records), unit="h"),
        "week": (np.arange(records) // 6 * 7) % 5,
        "alarms": rng.poisson(1, records),
        "state": np.array(["ok", "cold", "hot"])[rng.choice(3, records)],
    }
    return pd.DataFrame({**rows, **columns}).sample(frac=1, random_state=1).reset_index(drop=True)


def without(frame: pd.DataFrame, *places: slice) -> pd.DataFrame:
    """The same without the hours at some places."""
    lost = pd.concat([frame.sort_values("hour").iloc[place] for place in places]).index
    return frame.drop(index=lost).reset_index(drop=True)


LONG = (slice(5, 30), slice(47, 49), slice(100, 101), slice(222, 228))
HOURS = {"time": "hour", "window": 6}
MEASURED = {"metadata": [], "measurements": ["load", "alarms", "state"]}
SERIES: dict[str, tuple[pd.DataFrame, dict[str, Any]]] = {
    "hours": (line(), HOURS),
    "in the order of the rows": (line().drop(columns="hour"), {"window": 7}),
    "windows longer than a part": (line(), {"time": "hour", "window": 100}),
    "numbers for times": (line(hour=np.arange(230) * 0.25), HOURS),
    "hours of a place": (
        line().assign(hour=lambda frame: frame["hour"].dt.tz_localize("UTC").dt.tz_convert("Europe/Berlin")),
        HOURS,
    ),
    "days of a place": (
        line(hour=pd.date_range("2026-01-01", periods=230, tz="Europe/Berlin").astype("datetime64[us, Europe/Berlin]")),
        HOURS,
    ),
    "months": (line(hour=pd.date_range("2001-01-01", periods=230, freq="MS").astype("datetime64[us]")), HOURS),
    "months with gaps": (
        without(line(hour=pd.date_range("2001-01-01", periods=230, freq="MS").astype("datetime64[us]")), slice(9, 16)),
        {**HOURS, **MEASURED, "missing": "mask"},
    ),
    "hours as text": (line().assign(hour=lambda frame: frame["hour"].dt.strftime("%d.%m.%Y %H:%M")), HOURS),
    "irregular": (
        line().assign(hour=lambda frame: frame["hour"] + pd.to_timedelta(frame["alarms"] * 700, unit="s")),
        {**HOURS, "spacing": "irregular"},
    ),
    "irregular times that come twice": (
        line().assign(hour=lambda frame: frame["hour"].dt.floor("4h")),
        {**HOURS, "spacing": "irregular", **MEASURED},
    ),
    "rare categories": (line(), {**HOURS, "pool": 2}),
    "interpolated": (
        without(holes(line(), "load", "alarms", "state"), *LONG[1:]),
        {**HOURS, **MEASURED, "missing": "interpolate", "window": 20},
    ),
    "dropped": (without(line(), *LONG), {**HOURS, "missing": "drop"}),
    "masked": (without(holes(line(), "load", "state"), *LONG), {**HOURS, **MEASURED, "missing": "mask"}),
    "masked, in the order of the rows": (
        holes(line(), "load", "state").drop(columns="hour"),
        {"window": 6, **MEASURED, "missing": "mask"},
    ),
}


@pytest.mark.parametrize(
    ("case", "kind"),
    slowly.but(
        ("hours", "masked"),
        [(case, kind) for case in SERIES for kind in ("parquet", "csv") if (case, kind) != ("days of a place", "csv")],
    ),
)
def test_so_is_one_long_series(case: str, kind: str, tmp_path: Path):
    """Then its later part, by its schema."""
    (table, told), file, other = SERIES[case], tmp_path / f"line.{kind}", tmp_path / f"other.{kind}"
    moments = pd.to_datetime(table["hour"], dayfirst=True) if case == "hours as text" else table.get("hour")
    later = table.iloc[90:] if moments is None else table.loc[moments.sort_values().index[90:]]
    for part, name in ((table, file), (later, other)):
        part.to_parquet(name, index=False) if kind == "parquet" else part.to_csv(name, index=False)
    wanted, found = read_long(file, **told), read_long(file, folder=tmp_path / "line.data", **told)
    assert found.schema == wanted.schema and found.mapped
    assert found.measurements.tobytes() == wanted.measurements.tobytes()
    assert found.fingerprint == wanted.fingerprint
    again = read_like(other, found.schema, missing=told.get("missing", "refuse"), folder=tmp_path / "other.data")
    assert again.fingerprint == read_like(other, wanted.schema, missing=told.get("missing", "refuse")).fingerprint


@pytest.mark.slow
@pytest.mark.parametrize(
    ("table", "told"),
    [
        *((without(line(), slice(at, at + 1)), {}) for at in range(60, 84)),  # also between two parts
        *((line(hour=[*range(at), *range(at - 1, 229)]), {}) for at in range(60, 70)),
        (without(line(), *LONG), {"missing": "interpolate"}),
        (line(hour=[*range(229), 99_999]), {"missing": "mask"}),
        (line(hour=[*range(229), np.nan]), {"missing": "mask"}),
        (line(hour="noon"), {}),
        (line(), {"window": 300}),
        (holes(line(), "load"), {}),
        (line(), {"metadata": ["alarms"]}),
        (line(), {"categorical": ["weather"]}),
    ],
)
def test_what_is_wrong_with_one_long_series_has_the_same_words(
    table: pd.DataFrame, told: dict[str, Any], tmp_path: Path
):
    table.to_parquet(tmp_path / "line.parquet")
    said = []
    for folder in (None, tmp_path / "line.data"):
        with pytest.raises(ValueError) as error:
            read_long(tmp_path / "line.parquet", folder=folder, **{**HOURS, **told})
        said.append(str(error.value))
    assert said[0] == said[1]
