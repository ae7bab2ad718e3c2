"""A row a sample, read a part at a time: what it is in memory, and what is wrong with it has the same words."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from dg import Continuous, read_like, read_wide
from tests import slowly
from tests.dg.frames.damage import holes


def pages(samples: int = 40, **columns: object) -> pd.DataFrame:
    """Pages with the views and the errors of up to six days, a row a page; some ended before."""
    rng = np.random.default_rng(0)
    ends, days = rng.integers(3, 7, samples), pd.date_range("2026-03-02", periods=6)
    rows = {
        "page": np.char.add("p", np.arange(samples).astype(str)),
        "lang": np.array(["de", "es", "fr"])[rng.integers(0, 3, samples)],
        **{str(day.date()): np.where(ends > at, rng.poisson(20, samples), np.nan) for at, day in enumerate(days)},
        **{f"errors {at}": np.where(ends > at, rng.poisson(1, samples), np.nan) for at in range(6)},
        **{f"hits {at}": rng.poisson(9, samples) for at in range(6)},
        "since": pd.Timestamp("2020-01-01") + pd.to_timedelta(rng.integers(0, 9, samples), unit="D"),
        "size": rng.integers(1, 5, samples),
    }
    return pd.DataFrame({**rows, **columns})


DAYS = tuple(f"2026-03-0{day}" for day in range(2, 8))
ERRORS, HITS = (tuple(f"{name} {at}" for at in range(6)) for name in ("errors", "hits"))
BOTH = {"measurements": {"views": DAYS, "errors": ERRORS}, "metadata": ["size", "lang"]}
STATES = {column: np.array(["up", "down", "off"])[np.arange(40) * (at + 2) % 3] for at, column in enumerate(DAYS)}
WIDE: dict[str, tuple[pd.DataFrame, dict[str, Any]]] = {
    "steps by their names": (pages().drop(columns=list(ERRORS)), {"sample": "page"}),
    "all columns but the metadata": (pages()[["lang", *DAYS]], {"metadata": ["lang"]}),
    "two measurements": (pages(), BOTH),
    "whole numbers, without a name": (pages(), {"measurements": {"hits": HITS}, "metadata": ["lang"]}),
    "numbers that are names": (pages(), {**BOTH, "categorical": ["size", "errors"]}),
    "rare categories": (
        pages(**STATES),
        {"sample": "page", "metadata": ["lang"], "pool": 2, "measurements": {"s": DAYS}},
    ),
    "dates as text": (
        pages().assign(since=lambda frame: frame["since"].dt.strftime("%d.%m.%Y")),
        {"sample": "page", "metadata": ["since", "lang"], "measurements": {"hits": HITS}},
    ),
    "dropped": (holes(pages(), "lang", *DAYS[:3], share=0.03), {**BOTH, "sample": "page", "missing": "drop"}),
    "interpolated": (holes(pages(), *DAYS[1:3]), {**BOTH, "sample": "page", "missing": "interpolate"}),
    "masked": (holes(pages(), "lang", *DAYS[:3], *ERRORS[1:]), {**BOTH, "sample": "page", "missing": "mask"}),
    "a step that nobody has": (pages(**{DAYS[-1]: np.nan})[["lang", *DAYS]], {}),
}


@pytest.mark.parametrize(
    ("case", "kind"),
    slowly.but(
        ("two measurements", "a step that nobody has"),
        [
            (case, kind)
            for case in WIDE
            for kind in ("parquet", "csv")
            if (case, kind) != ("a step that nobody has", "csv")
        ],
    ),
)
def test_so_is_a_table_with_a_row_a_sample(case: str, kind: str, tmp_path: Path):
    """Then another one, by its schema."""
    (table, told), file, other = WIDE[case], tmp_path / f"pages.{kind}", tmp_path / f"other.{kind}"
    for part, name in ((table, file), (table.iloc[5:30], other)):
        part.to_parquet(name) if kind == "parquet" else part.to_csv(name, index=False)
    wanted, found = read_wide(file, **told), read_wide(file, folder=tmp_path / "pages.data", **told)
    assert found.schema == wanted.schema and found.mapped
    assert found.fingerprint == wanted.fingerprint
    again = read_like(other, found.schema, missing=told.get("missing", "refuse"), folder=tmp_path / "other.data")
    assert again.mapped
    assert again.fingerprint == read_like(other, wanted.schema, missing=told.get("missing", "refuse")).fingerprint


def test_wide_parquet_files_have_types_of_their_own(tmp_path: Path):
    """An index that names the samples, categories, nullable whole numbers with a hole, single precision."""
    table = holes(pages(), *DAYS[:2], share=0.05).astype({column: "Int32" for column in DAYS})
    table = table.astype({"lang": "category", "size": "float32", **{column: "float32" for column in ERRORS}})
    table.set_index("page").to_parquet(tmp_path / "pages.parquet")
    told: dict[str, Any] = {"sample": "page", "missing": "mask", "measurements": BOTH["measurements"]}
    wanted = read_wide(tmp_path / "pages.parquet", **told)
    found = read_wide(tmp_path / "pages.parquet", folder=tmp_path / "pages.data", **told)
    assert isinstance(wanted.schema.measurements[0], Continuous) and wanted.schema.measurements[0].integer
    assert found.fingerprint == wanted.fingerprint


@pytest.mark.slow
@pytest.mark.parametrize(
    ("table", "told"),
    [
        (holes(pages(), *ERRORS[2:]), {}),
        (holes(pages(), "lang"), {}),
        (pages(**{column: [1.0] * 30 + [np.nan] + [2.0] * 9 for column in (*DAYS, *ERRORS)}), {}),
        (pages(**{DAYS[2]: "many"}), {}),
        (pages(**{DAYS[-1]: np.nan}), {}),
        (pages(size=range(40)), {}),
        (pages(), {"categorical": [DAYS[0]]}),
        (pages(), {"measurements": {"views": [*DAYS, "2026-03-09"]}}),
    ],
)
def test_what_is_wrong_with_wide_tables_has_the_same_words(table: pd.DataFrame, told: dict[str, Any], tmp_path: Path):
    table.to_csv(tmp_path / "pages.csv", index=False)
    said = []
    for folder in (None, tmp_path / "pages.data"):
        with pytest.raises(ValueError) as error:
            read_wide(tmp_path / "pages.csv", sample="page", folder=folder, **{**BOTH, **told})
        said.append(str(error.value))
    assert said[0] == said[1]
    assert [file.name for file in tmp_path.iterdir()] == ["pages.csv"]
