"""Parquet files that are put together without decoding them are what pyarrow, DuckDB and polars read as one table."""

from __future__ import annotations

from pathlib import Path

import duckdb
import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from experiments.runs.row_groups import RowGroups, encoded


def _frame(seed: int, rows: int) -> pd.DataFrame:
    rng = np.random.default_rng(seed)
    return pd.DataFrame(
        {
            "sample": np.arange(rows) // 3 + 100 * seed,
            "kind": pd.Categorical.from_codes(rng.integers(0, 3, rows), ["a", "b", "ü"]),
            "name": pd.array(rng.choice(["x", "y", None], rows), dtype="str"),
            "load": rng.normal(size=rows).astype(np.float32),
            "day": pd.Timestamp("2024-01-01") + pd.to_timedelta(rng.integers(0, 99, rows), "D"),
            "good": rng.random(rows) > 0.5,
        }
    )


def _written(file: Path, frames: list[pd.DataFrame]) -> Path:
    with file.open("wb") as opened:
        groups = RowGroups(opened)
        for frame in frames:
            groups.write(encoded(pa.Table.from_pandas(frame, preserve_index=False)))
        groups.close()
    return file


def test_three_readers_see_one_table(tmp_path):
    """A row group a part, whatever its size, with the least and greatest of each that is no text."""
    frames = [_frame(seed, rows) for seed, rows in enumerate((10, 1, 3000, 0, 77))]
    file, whole = _written(tmp_path / "out.parquet", frames), pd.concat(frames, ignore_index=True)
    pd.testing.assert_frame_equal(pd.read_parquet(file), whole)
    plain = whole.astype({"kind": str})
    pd.testing.assert_frame_equal(duckdb.read_parquet(str(file)).df(), plain, check_dtype=False)
    assert pl.read_parquet(file).drop("kind").equals(pl.from_pandas(whole.drop(columns="kind")))
    footer = pq.read_metadata(file)
    assert (footer.num_rows, footer.num_row_groups) == (len(whole), 5)
    for number, frame in enumerate(frames):
        told = footer.row_group(number).column(0).statistics
        assert not len(frame) or (told.min, told.max) == (frame["sample"].min(), frame["sample"].max())
        assert not footer.row_group(number).column(1).is_stats_set


def test_as_pyarrow_writes_it(tmp_path):
    """The same rows, types and description, and no more bytes than its own writer takes for the same row groups."""
    frames = [_frame(seed, 500) for seed in range(4)]
    tables = [pa.Table.from_pandas(frame, preserve_index=False) for frame in frames]
    file = _written(tmp_path / "out.parquet", frames)
    whole = {"sample": "DELTA_BINARY_PACKED"}
    with pq.ParquetWriter(
        tmp_path / "pyarrow.parquet",
        tables[0].schema,
        use_dictionary=["kind", "name", "day", "good"],
        column_encoding=whole,
        write_statistics=["sample", "load", "day", "good"],
    ) as writer:
        for table in tables:
            writer.write_table(table)
    theirs = tmp_path / "pyarrow.parquet"
    assert pq.read_table(file).equals(pq.read_table(theirs)) and pq.read_schema(file).equals(pq.read_schema(theirs))
    assert file.stat().st_size <= theirs.stat().st_size


def test_a_part_without_values_takes_the_first_one_s_types(tmp_path):
    first = pd.DataFrame({"n": [1, 2], "name": ["a", "b"]})
    empty = pd.DataFrame({"n": [3], "name": [None]})
    found = pd.read_parquet(_written(tmp_path / "out.parquet", [first, empty, first]))
    assert found["name"].fillna("-").tolist() == ["a", "b", "-", "a", "b"] and found["n"].tolist() == [1, 2, 3, 1, 2]
    with pytest.raises(ValueError, match="name"):
        _written(tmp_path / "other.parquet", [first, pd.DataFrame({"n": [1], "nom": ["a"]})])
