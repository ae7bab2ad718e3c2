"""Tables of many shapes go there and back: what is missing, irregular, rare, wide or one long series."""

from __future__ import annotations

import logging
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from dg import Categorical, Continuous, Encoder, Schema, read_like, read_long, read_wide


def cells(**columns: object) -> pd.DataFrame:
    """Three cells with four hours each."""
    rows = {
        "cell": np.repeat(["a", "b", "c"], 4),
        "hour": np.tile(np.arange(4), 3),
        "load": np.arange(12) / 4,
        "calls": np.arange(12) ** 2,
        "area": np.repeat(["city", "land", "city"], 4),
    }
    return pd.DataFrame({**rows, **columns})


def back(data, given: pd.DataFrame, *, sample: str = "cell") -> None:
    """The table comes back, but for the names of samples, through the file of its schema and an encoder too."""
    schema = Schema.from_json(data.schema.to_json())
    assert schema == data.schema
    encoder = Encoder.fit(data)
    for samples in (data, encoder.decode(encoder.encode(data))):
        found = samples.to_table().drop(columns=sample, errors="ignore")
        wanted = given.drop(columns=sample, errors="ignore")
        pd.testing.assert_frame_equal(found, wanted, rtol=1e-5, atol=1e-5)


HOLES = {"load": [0.0, np.nan, 0.5, *np.arange(3, 11) / 4, np.nan]}


def test_samples_that_miss_values_are_dropped(caplog: pytest.LogCaptureFixture):
    with caplog.at_level(logging.INFO, logger="dg"):
        data = read_long(cells(**HOLES), sample="cell", time="hour", missing="drop")
    assert "2 of 3 samples dropped" in caplog.text
    back(data, cells().iloc[4:8].reset_index(drop=True))


def test_missing_values_are_interpolated_within_their_sample():
    """By hand: halfway between 0 and 0.5; and the last of a sample is the one before it."""
    data = read_long(cells(**HOLES), sample="cell", time="hour", missing="interpolate")
    assert data.measurement("load")[0].tolist() == [0.0, 0.25, 0.5, 0.75]
    assert data.measurement("load")[2].tolist() == [2.0, 2.25, 2.5, 2.5]


def test_interpolation_is_that_of_pandas():
    rng = np.random.default_rng(0)
    load = rng.normal(size=400)
    load[rng.random(400) < 0.4] = np.nan
    given = pd.DataFrame({"cell": np.repeat(np.arange(20), 20), "load": load})
    data = read_long(given, sample="cell", missing="interpolate")
    wanted = given.groupby("cell")["load"].transform(lambda series: series.interpolate(limit_direction="both"))
    np.testing.assert_allclose(data.measurement("load").ravel(), wanted, rtol=1e-6)


def test_masks_bring_missing_values_back():
    given = cells(**HOLES, calls=pd.array([1, 2, None, *range(4, 13)], "Int64"), kind=["x", None, *"xyxyxyxyxy"])
    data = read_long(given, sample="cell", time="hour", missing="mask")
    assert [field.name for field in data.schema.measurements][-2:] == ["load is missing", "calls is missing"]
    assert data.schema.measurements[2] == Categorical("kind", ("(missing)", "x", "y"))
    back(data, given)
    again = read_like(given, data.schema)
    assert again.fingerprint == data.fingerprint
    assert read_like(given.fillna({"load": 0, "calls": 1, "kind": "x"}), data.schema).schema == data.schema


def test_a_word_for_missing_is_a_value_where_nothing_is():
    area = np.repeat(["(missing)", "land", "(missing)"], 4)
    for given in (cells(area=area), cells(area=pd.Categorical(area))):
        back(read_long(given, sample="cell", time="hour"), given)


def test_numbers_without_fractions_stay_whole_where_some_are_missing():
    """DuckDB makes fractions of whole numbers as soon as one is missing."""
    data = read_long(cells(calls=[1.0, np.nan, *range(10)]), sample="cell", time="hour", missing="mask")
    assert data.schema.measurements[1] == Continuous("calls", integer=True)


@pytest.mark.parametrize(("missing", "lengths"), [("drop", [4, 4]), ("interpolate", [4, 4, 4]), ("mask", [4, 4, 4])])
def test_records_that_are_not_there_are_missing_values(missing: str, lengths: list[int]):
    given = cells().drop(index=[1])
    data = read_long(given, sample="cell", time="hour", missing=missing)
    assert data.lengths.tolist() == lengths
    if missing == "interpolate":
        assert data.measurement("load")[0].tolist() == [0, 0.25, 0.5, 0.75]
        assert data.measurement("calls")[0].tolist() == [0, 2, 4, 9]
    if missing == "mask":
        table = data.to_long()
        assert table["hour"].tolist() == cells()["hour"].tolist() and table["load"].isna().sum() == 1
        assert str(table["calls"].dtype) == "Int64" and table["area"].tolist() == cells()["area"].tolist()


def test_metadata_that_one_record_tells_hold_for_all():
    given = cells(area=["city", None, None, "city", *["land"] * 4, None, "city", "city", None])
    data = read_long(given, sample="cell", time="hour", missing="interpolate")
    assert data.metadata["area"].tolist() == ["city", "land", "city"]
    nowhere = given.assign(area=[*["city"] * 4, *["land"] * 4, *[None] * 4])
    masked = read_long(nowhere, sample="cell", time="hour", missing="mask")
    back(masked, nowhere)


def test_irregular_times_are_a_start_and_the_steps_between_records():
    times = pd.to_datetime("2026-03-28 10:00:00+01:00") + pd.to_timedelta(
        [0, 60, 61.5, 4000, 10, 20, 90_000, 90_001, 5, 6, 7, 8], unit="s"
    )
    given = cells(hour=times.tz_convert("Europe/Berlin").astype("datetime64[us, Europe/Berlin]"))
    data = read_long(given, sample="cell", time="hour", spacing="irregular")
    assert data.metadata["first hour"].tolist() == [0, 10, 5]
    assert data.measurement("hour since the last record")[0].tolist() == [0, 60, 1.5, 3938.5]
    found = data.to_long()
    pd.testing.assert_frame_equal(found.drop(columns="cell"), given.drop(columns="cell"))
    assert (found.groupby("cell", sort=False)["hour"].diff().dropna() >= pd.Timedelta(0)).all()
    assert read_like(found, data.schema).measurement("load").tolist() == data.measurement("load").tolist()


def test_days_of_a_place_with_summer_time_are_equally_spaced():
    times = pd.date_range("2026-03-27", periods=4, freq="D", tz="Europe/Berlin").astype("datetime64[us, Europe/Berlin]")
    given = cells(hour=[*times, *times, *times])
    data = read_long(given, sample="cell", time="hour")
    assert data.schema.table is not None and data.schema.table.clock == "wall"
    back(data, given)


def test_months_are_equally_spaced():
    times = pd.date_range("2025-11-01", periods=4, freq="MS").astype("datetime64[us]")
    given = cells(hour=[*times, *(times + pd.DateOffset(months=1)), *times])
    data = read_long(given, sample="cell", time="hour")
    assert data.metadata["first hour"].tolist() == [0, 1, 0]
    back(data, given)


@pytest.mark.parametrize("style", ["%Y-%m-%d", "%d.%m.%Y", "%Y%m%d", "%m/%d/%Y %H:%M", "%b %d, %Y"])
def test_dates_as_text_come_back_as_text(style: str, tmp_path: Path):
    days = pd.date_range("2026-01-28", periods=4).strftime(style)
    given = cells(
        hour=[*days, *days, *days], since=np.repeat(pd.date_range("2020-02-27", periods=3).strftime(style), 4)
    )
    data = read_long(given, sample="cell", time="hour")
    assert data.schema.metadata[1].unit.startswith(("days", "seconds"))
    back(data, given)
    given.to_parquet(tmp_path / "table.parquet")
    back(read_long(tmp_path / "table.parquet", sample="cell", time="hour"), given)


@pytest.mark.parametrize(
    ("style", "alike"),
    [
        ("%d/%m/%Y", "%d/%m/%Y"),
        ("%m/%d/%Y", "%m/%d/%Y"),
        ("%-m/%-d/%Y", "%m/%d/%Y"),
        ("%d.%m.%y", "%d.%m.%y"),
        ("%m/%d/%y", "%m/%d/%y"),
        ("%d/%m/%Y %H:%M:%S", "%d/%m/%Y %H:%M:%S"),
        ("%-m/%-d/%Y %-I:%M %p", "%m/%d/%Y %I:%M %p"),
    ],
)
def test_dates_of_a_csv_file_are_what_they_are_in_a_frame(style: str, alike: str, tmp_path: Path):
    """Whatever DuckDB takes them for; single digits come back with a zero before them."""
    days = pd.date_range("2026-01-28 15:00" if "%H" in style or "%-I" in style else "2026-01-28", periods=12)
    given = cells(hour=days.strftime(style)).assign(note=pd.date_range("2026-05-01", periods=12).strftime("%Y-%m-%d"))
    given.to_csv(tmp_path / "table.csv", index=False)
    data = read_long(tmp_path / "table.csv", sample="cell", time="hour")
    assert data.schema.table.formats == (("hour", alike),)
    assert data.schema.table.start == days[0].timestamp() * 1e6
    assert dict(data.schema.table.columns)["note"] == "datetime64[us]"
    assert data.to_long()["hour"].tolist() == days.strftime(alike).tolist()


def test_a_schema_tells_whether_days_come_first(tmp_path: Path):
    """Of a later table none of whose days is past the twelfth."""
    given = cells(hour=pd.date_range("2026-01-28", periods=12).strftime("%d/%m/%Y"))
    later = given.assign(hour=pd.date_range("2026-03-01", periods=12).strftime("%d/%m/%Y"))
    later.to_csv(tmp_path / "later.csv", index=False)
    found = read_like(tmp_path / "later.csv", read_long(given, sample="cell", time="hour").schema)
    assert found.to_long()["hour"].tolist() == later["hour"].tolist()


def test_days_of_a_parquet_file_come_back_as_days(tmp_path: Path):
    days = [day.date() for day in pd.date_range("2026-01-28", periods=4)]
    given = cells(hour=[*days, *days, *days])
    given.to_parquet(tmp_path / "table.parquet")
    back(read_long(tmp_path / "table.parquet", sample="cell", time="hour"), given)


def test_numbers_may_be_categories():
    given = cells(area=np.repeat([3, 7, 3], 4))
    data = read_long(given, sample="cell", time="hour", categorical=["area"])
    assert data.schema.metadata == (Categorical("area", ("3", "7")),)
    back(data, given)


def test_rare_categories_are_put_together_and_drawn_again():
    rng = np.random.default_rng(0)
    city = np.where(rng.random(2000) < 0.8, "Paris", np.char.add("village ", rng.integers(0, 50, 2000).astype(str)))
    given = pd.DataFrame({"cell": np.arange(4000) // 2, "city": city.repeat(2), "load": rng.random(4000)})
    data = read_long(given, sample="cell", pool=2)
    assert data.schema.metadata[0].values == ("Paris", "(other)")
    table = data.to_long(seed=1)
    assert table.groupby("cell")["city"].nunique().max() == 1
    drawn, real = (frame["city"].value_counts(normalize=True) for frame in (table, given))
    assert set(drawn.index) <= set(real.index) and abs(drawn["Paris"] - real["Paris"]) < 1e-9
    assert drawn.sub(real, fill_value=0).abs().max() < 0.01
    assert read_like(given, data.schema).fingerprint == data.fingerprint


def test_a_named_index_is_columns_too(tmp_path: Path):
    given = cells().set_index(["cell", "hour"])
    given.to_parquet(tmp_path / "table.parquet")
    for table in (given, tmp_path / "table.parquet"):
        back(read_long(table, sample="cell", time="hour"), cells())


def test_a_table_that_memory_does_not_hold_is_refused_before_it_is_read(tmp_path: Path, monkeypatch):
    cells(more="x" * 1000).to_parquet(tmp_path / "table.parquet")
    cells().to_csv(tmp_path / "table.csv", index=False)
    monkeypatch.setattr("dg.frames.opening.available", lambda: 3000)
    named = {"metadata": ["area"], "measurements": ["load"]}
    assert len(read_long(tmp_path / "table.parquet", sample="cell", time="hour", **named)) == 3
    monkeypatch.setattr("dg.frames.opening.available", lambda: 300)
    for kind in ("csv", "parquet"):
        with pytest.raises(ValueError, match=r"GB of memory, and .* are free: name metadata= and measurements="):
            read_long(tmp_path / f"table.{kind}", sample="cell", time="hour", **named)


def test_one_long_series_is_cut_into_windows():
    given = pd.DataFrame({"day": pd.date_range("2026-01-01", periods=30).astype("datetime64[us]"), "load": range(30)})
    data = read_long(given, time="day", window=7)
    assert data.lengths.tolist() == [7] * 4 and data.measurement("load")[3].tolist() == [*range(21, 28)]
    assert data.metadata["first day"].tolist() == [0, 7, 14, 21]
    table = data.to_long()
    assert list(table) == ["window", "day", "load"] and table["day"].tolist() == given["day"].tolist()[:28]
    assert read_like(given, data.schema).fingerprint == read_like(table, data.schema).fingerprint == data.fingerprint


def test_long_samples_are_cut_too():
    data = read_long(cells(), sample="cell", time="hour", window=3)
    assert data.metadata["area"].tolist() == ["city", "land", "city"] and data.lengths.tolist() == [3, 3, 3]


def wide() -> pd.DataFrame:
    """Three pages with three, two and three days."""
    days = {"2026-01-01": [1, 4, 6], "2026-01-02": [2, 5, 7], "2026-01-03": [3, None, 8]}
    return pd.DataFrame({"page": ["x", "y", "z"], "lang": ["de", "es", "de"], **days})


def test_a_wide_table_has_a_row_a_sample(tmp_path: Path):
    data = read_wide(wide(), sample="page")
    assert data.measurement("value").tolist() == [[1, 2, 3], [4, 5, 0], [6, 7, 8]]
    assert data.lengths.tolist() == [3, 2, 3] and data.metadata["lang"].tolist() == ["de", "es", "de"]
    back(data, wide(), sample="page")
    assert list(data.to_long()) == ["page", "lang", "value"]
    wide().to_csv(tmp_path / "pages.csv", index=False)
    back(read_wide(tmp_path / "pages.csv", sample="page"), wide(), sample="page")
    assert read_like(wide(), data.schema).fingerprint == data.fingerprint


def test_a_wide_table_may_have_several_measurements():
    given = wide().drop(columns="page").assign(a=[1.5, 2.5, 3.5], b=[1, 2, 3], c=[0.0, None, 1.0])
    named = {"views": list(wide())[2:], "load": ["a", "b", "c"]}
    data = read_wide(given, measurements=named, metadata=["lang"])
    assert data.measurement("load").tolist() == [[1.5, 1, 0], [2.5, 2, 0], [3.5, 3, 1]]
    back(data, given)


def test_holes_of_a_wide_table_are_missing_values():
    given = wide().astype({"2026-01-02": float})
    given.loc[0, "2026-01-02"] = None
    with pytest.raises(ValueError, match=r"1 values are missing, the first in column '2026-01-02' of row 1"):
        read_wide(given, sample="page")
    data = read_wide(given, sample="page", missing="interpolate")
    assert data.measurement("value")[0].tolist() == [1, 2, 3]
    back(read_wide(given, sample="page", missing="mask"), given, sample="page")
