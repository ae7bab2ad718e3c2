"""A long table becomes samples and comes back, its names, types, order and times; wrong ones are one clear error."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from dg import Categorical, Encoder, Schema, TimeSeriesDataset, read_long

TIMES = pd.date_range("2024-03-30 22:00", periods=5, freq="1h", tz="Europe/Berlin")  # over the hour that is left out


def table(**columns: object) -> pd.DataFrame:
    """Two cells with three and two records, columns mixed."""
    rows = {
        "load": [1.5, 2.5, 3.5, 4.5, 5.5],
        "cell": ["b", "b", "b", "a", "a"],
        "hour": [3, 4, 5, 4, 5],
        "calls": [10, 20, 30, 40, 50],
        "area": ["city", "city", "city", "land", "land"],
        "busy": [True, False, True, False, False],
    }
    return pd.DataFrame({**rows, **columns})


def same(back: pd.DataFrame, given: pd.DataFrame, sample: str) -> None:
    """But for the names of samples, which are theirs alone."""
    assert list(back.columns) == list(given.columns) and list(back.dtypes) == list(given.dtypes)
    pd.testing.assert_frame_equal(back.drop(columns=sample), given.drop(columns=sample))
    assert (pd.factorize(back[sample])[0] == pd.factorize(given[sample])[0]).all()


def test_each_column_is_what_it_looks_like():
    data = read_long(table(), sample="cell", time="hour")
    described = {field.name: type(field).__name__ for field in (*data.schema.metadata, *data.schema.measurements)}
    assert described == {
        "area": "Categorical",
        "first hour": "Continuous",
        "load": "Continuous",
        "calls": "Continuous",
        "busy": "Categorical",
    }
    assert data.lengths.tolist() == [3, 2] and data.schema.max_length == 3
    assert data.metadata["first hour"].tolist() == [0, 1]
    assert data.measurement("calls").tolist() == [[10, 20, 30], [40, 50, 0]]
    assert data.measurement("busy").tolist() == [[1, 0, 1], [0, 0, 0]]
    same(data.to_long(), table(), "cell")


@pytest.mark.parametrize("kind", ["csv", "csv.gz", "parquet"])
def test_files_give_what_frames_give(tmp_path: Path, kind: str):
    file = tmp_path / f"it's [1] table.{kind}"
    table().to_parquet(file) if kind == "parquet" else table().to_csv(file, index=False)
    data = read_long(file, sample="cell", time="hour")
    assert data.schema.metadata == read_long(table(), sample="cell", time="hour").schema.metadata
    back = data.to_long()
    pd.testing.assert_frame_equal(back.drop(columns="cell"), table().drop(columns="cell"), check_dtype=False)


@pytest.mark.parametrize(
    "column",
    [
        pd.Series([1, 2, 3, 4, 5], dtype="Int64"),
        pd.Series([1, 2, 3, 4, 5], dtype="uint8"),
        pd.Series([0.5, 1, 2, 3, 4], dtype="float32"),
        pd.Series(["x", "y", "x", "y", "y"], dtype=pd.CategoricalDtype(["y", "x"])),
        pd.Series(["x", "y", "x", "y", "y"], dtype="string"),
        pd.Series([True, False, True, True, True], dtype="boolean"),
    ],
    ids=lambda column: str(column.dtype)[:10],
)
def test_types_come_back(column: pd.Series):
    given = table(more=column)
    same(read_long(given, sample="cell", time="hour").to_long(), given, "cell")


@pytest.mark.parametrize("times", [TIMES, TIMES.tz_localize(None), TIMES.tz_convert("UTC").as_unit("ms")])
def test_dates_as_times_come_back_with_their_zone(times: pd.DatetimeIndex):
    given = table(hour=[*times[:3], *times[1:3]]).astype({"hour": times.dtype})
    same(read_long(given, sample="cell", time="hour").to_long(), given, "cell")


def test_dates_as_metadata_are_days_or_seconds():
    days = pd.to_datetime(["2024-02-29"] * 3 + ["1969-12-31"] * 2)
    given = table(since=days, seen=days + pd.Timedelta("1h"))
    data = read_long(given, sample="cell", time="hour")
    assert data.metadata["since"].tolist() == [19782, -1] and data.metadata["seen"].tolist() == [1709168400, -82800]
    same(data.to_long(), given, "cell")


def test_rows_may_lie_anywhere():
    shuffled = table().sample(frac=1, random_state=3)
    data = read_long(shuffled, sample="cell", time="hour", name="cells")
    assert data.schema.name == "cells"
    assert {tuple(row) for row in data.measurement("load")} == {(1.5, 2.5, 3.5), (4.5, 5.5, 0)}


def test_without_times_or_metadata():
    given = table().drop(columns=["hour", "area"])
    data = read_long(given, sample="cell")
    assert data.schema.metadata == () and data.lengths.tolist() == [3, 2]
    same(data.to_long(), given, "cell")


def test_columns_may_be_named():
    data = read_long(table(), sample="cell", time="hour", metadata=["area"], measurements=["load"])
    assert [field.name for field in data.schema.measurements] == ["load"]
    assert list(data.to_long().columns) == ["load", "cell", "hour", "area"]


def test_the_schema_says_so_in_its_file():
    schema = read_long(table(), sample="cell", time="hour").schema
    assert Schema.from_json(schema.to_json()) == schema and schema.table is not None


def test_carriers_go_there_and_back(shared_data: Path):
    given = pd.read_parquet(shared_data / "ran" / "carriers_long.parquet")
    data = read_long(shared_data / "ran" / "carriers_long.parquet", sample="carrier", time="day")
    assert len(data) == 882 and {int(length) for length in data.lengths} <= set(range(115, 127))
    assert [field.name for field in data.schema.metadata] == ["urbanization", "event_type", "first day"]
    assert [field.name for field in data.schema.measurements] == ["DL", "UL"]
    back = data.to_long()
    assert list(back.dtypes) == list(given.dtypes)
    pd.testing.assert_frame_equal(
        back[["urbanization", "event_type", "day"]], given[["urbanization", "event_type", "day"]]
    )
    np.testing.assert_allclose(back[["DL", "UL"]], given[["DL", "UL"]], rtol=1e-6)
    assert Encoder.fit(data).encode(data).measurements.isfinite().all()


def test_generated_samples_come_back_as_a_table(small):
    from dg import fit

    rng = np.random.default_rng(0)
    given = pd.concat([table(cell=[f"{n}b"] * 3 + [f"{n}a"] * 2, load=rng.random(5)) for n in range(10)])
    data = read_long(given, sample="cell", time="hour")
    back = fit(small(), data, batches=3, seed=0).sample(20, seed=1).to_long()
    assert list(back.dtypes) == list(given.dtypes) and back["cell"].nunique() == 20
    assert set(back["area"]) <= {"city", "land"} and back["hour"].between(3, 6).all()
    again = read_long(back, sample="cell", time="hour", metadata=["area"])
    assert len(again) == 20


def without(column: str) -> pd.DataFrame:
    return table().drop(columns=column)


def missing(column: str) -> pd.DataFrame:
    given = table()
    given.loc[2, column] = None
    return given


MANY = pd.DataFrame({"cell": np.arange(30).repeat(2), "load": 1.0, "name": [f"n{i}" for i in np.arange(30).repeat(2)]})
WRONG: list[tuple[Callable[[], TimeSeriesDataset], str]] = [
    (lambda: read_long(without("cell"), sample="cell"), "the table has no column 'cell'; it has"),
    (lambda: read_long(table(), sample="cell", time="day"), "the table has no column 'day'"),
    (lambda: read_long(table(), sample="cell", metadata=["load", "cell"]), "column 'cell' is named twice"),
    (lambda: read_long(table()[:0], sample="cell"), "the table has no rows"),
    (lambda: read_long(pd.concat([table(), table()], axis=1), sample="cell"), "two columns called"),
    (
        lambda: read_long(missing("load"), sample="cell"),
        r"column 'load' has 1 missing values, the first in row 3; fill",
    ),
    (lambda: read_long(missing("area"), sample="cell"), r"column 'area' has 1 missing values, the first in row 3"),
    (
        lambda: read_long(table(load=[1, np.inf, 1, 1, 1]), sample="cell"),
        r"column 'load' of row 2 is infinite",
    ),
    (lambda: read_long(table(), sample="cell", time="area"), "the time column 'area' is .*'city' in row 1 is neither"),
    (
        lambda: read_long(table(hour=[3, 4, 4, 4, 5]), sample="cell", time="hour"),
        "rows 2 and 3 of one sample have the same time, 4",
    ),
    (
        lambda: read_long(table(hour=[3, 4, 6, 4, 5]), sample="cell", time="hour"),
        "between rows 2 and 3 .*, 4 and 6, there is a gap",
    ),
    (
        lambda: read_long(table(hour=[3, 4, 5, 4.5, 5.5]), sample="cell", time="hour"),
        "the sample of row 4 begins between two steps",
    ),
    (
        lambda: read_long(table(), sample="cell", metadata=["busy"]),
        "column 'busy' changes within sample 'b', in row 2: metadata are the same",
    ),
    (
        lambda: read_long(MANY, sample="cell", measurements=["load"]),
        "column 'name' has a value of its own for each of the 30",
    ),
    (lambda: read_long(table(), sample="cell", metadata=list("x")), "has no column 'x'"),
    (lambda: read_long(table(load=pd.to_timedelta([1, 2, 3, 4, 5])), sample="cell"), "is timedelta64.*convert it"),
    (lambda: read_long("/nowhere/table.csv", sample="cell"), "/nowhere/table.csv: no such file"),
]


@pytest.mark.parametrize(("wrong", "words"), WRONG, ids=lambda part: part[:30] if isinstance(part, str) else "")
def test_wrong_tables_are_refused(wrong: Callable[[], TimeSeriesDataset], words: str):
    with pytest.raises((ValueError, FileNotFoundError), match=words):
        wrong()


@pytest.mark.parametrize("bytes", [b"", b"PAR1 cut off", b"\x00\xff\x00", b"cell,load\n1,2,3\n4\n"])
def test_what_is_no_table_is_one_error(tmp_path: Path, bytes: bytes):
    file = tmp_path / "table.csv"
    file.write_bytes(bytes)
    with pytest.raises(ValueError, match=r"table\.csv"):
        read_long(file, sample="cell")


def test_where_no_table_was_read_columns_are_the_fields(mixed):
    back = mixed.to_long(first_sample=100)
    assert list(back.columns) == ["sample", "record", "kind", "tasks", "load", "event", "jobs"]
    assert back["sample"].min() == 100 and back.groupby("sample").size().tolist() == mixed.lengths.tolist()
    assert back["record"].max() == mixed.lengths.max() - 1
    assert back["event"].cat.categories.tolist() == ["idle", "run", "fail"] and back["jobs"].dtype == "int64"
    assert back["load"].to_numpy() == pytest.approx(mixed.measurement("load")[mixed.active])


@pytest.mark.parametrize(
    "texts",
    [
        [f"10.0.0.{n}" for n in range(60)],
        [f"{n:05d}" for n in range(60)],
        [f"{n}" for n in range(60)],
        [*(f"{n}" for n in range(9)), *["10+"] * 51],
        [f"1.{n}.0" for n in range(60)],
        ["yes", "no", "N/A"] * 20,
        [f"{n}-{n + 9}" for n in range(60)],
    ],
    ids=["addresses", "postal codes", "codes", "few numbers", "versions", "words", "ranges"],
)
def test_texts_of_digits_that_are_no_numbers_are_categories(texts):
    """Numbers that a table has as text are refused (tests/bad_input/tables.py); these are not numbers."""
    frame = pd.DataFrame({"cell": np.arange(60) // 3, "told": texts, "load": np.arange(60) / 4})
    told = read_long(frame, sample="cell", measurements=["told", "load"]).schema.measurements[0]
    assert isinstance(told, Categorical) and set(told.values) == set(texts)
