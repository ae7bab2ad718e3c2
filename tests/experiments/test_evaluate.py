"""A synthetic table beside a real one: the page, what real samples have, and tables that do not fit."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from dg import read_long
from experiments.evaluate import evaluate
from tests.commands import Command

KEYS = {"sample": "carrier", "time": "day"}


def carriers(n: int, seed: int, *, shift: float = 0.0) -> pd.DataFrame:
    """n carriers of 14 or 15 days, with a week in their loads."""
    rng = np.random.default_rng(seed)
    parts = [
        pd.DataFrame(
            {
                "carrier": f"{seed}-{number}",
                "area": ["Urban", "Rural"][rng.integers(2)],
                "day": np.arange(14 + number % 2),
                "load": shift + np.sin(np.arange(14 + number % 2) * 2 * np.pi / 7) + rng.normal(0, 0.3),
            }
        )
        for number in range(n)
    ]
    return pd.concat(parts, ignore_index=True)


def written(folder: Path, **tables: pd.DataFrame) -> dict[str, str]:
    for name, table in tables.items():
        table.to_csv(folder / f"{name}.csv", index=False)
    return {name: str(folder / f"{name}.csv") for name in tables}


@pytest.mark.slow
def test_the_page_tells_good_samples_from_bad_ones(tmp_path):
    good = written(tmp_path, real=carriers(240, 0), synthetic=carriers(120, 1))
    bad = written(tmp_path, bad=carriers(120, 2, shift=3.0))["bad"]
    page = evaluate(**good, out=str(tmp_path / "good"), **KEYS)
    evaluate(real=good["real"], synthetic=bad, out=str(tmp_path / "bad"), **KEYS)
    values = {}
    for name in ("good", "bad"):
        frame = pd.read_csv(tmp_path / name / "evaluation.csv").set_index(["column", "samples"])["value"]
        values[name] = frame["two-sample accuracy", "synthetic"], frame["level", "synthetic"], frame["level", "real"]
    assert values["bad"][0] > 0.95 > 0.7 > values["good"][0]
    assert values["bad"][1] > 10 * values["bad"][2] > 0
    assert "| level" in page and "memorisation is not measured" in page and "memorization" not in page.split("Ref")[0]
    assert {file.suffix for file in (tmp_path / "good").iterdir()} == {".md", ".csv", ".png"}


def test_with_held_out_rows_a_copy_is_caught(tmp_path):
    files = written(tmp_path, real=carriers(80, 0), synthetic=carriers(80, 0), held_out=carriers(80, 3))
    evaluate(**files, out=str(tmp_path / "page"), **KEYS)
    frame = pd.read_csv(tmp_path / "page" / "evaluation.csv").set_index(["column", "samples"])["value"]
    assert frame["memorization", "synthetic"] == 1.0 and np.isnan(frame["memorization", "real"])


@pytest.mark.slow
def test_a_schema_file_and_a_row_a_sample_are_read_too(tmp_path):
    """The same page whatever says how to read the table."""
    files = written(tmp_path, real=carriers(120, 0), synthetic=carriers(60, 1))
    (tmp_path / "known.json").write_text(read_long(files["real"], **KEYS).schema.to_json())
    pages = [
        evaluate(**files, out=str(tmp_path / "page"), **options)
        for options in (KEYS, {"schema": str(tmp_path / "known.json")})
    ]
    assert pages[0] == pages[1]
    tables = {"real": carriers(120, 0), "synthetic": carriers(60, 1)}
    wide = {
        name: rows[rows["day"] < 14].pivot(index=["carrier", "area"], columns="day", values="load").reset_index()
        for name, rows in tables.items()
    }
    assert "| level" in evaluate(**written(tmp_path, **wide), out=str(tmp_path / "wide"), sample="carrier", wide=True)


LONG = pd.DataFrame({"carrier": "long", "area": "Urban", "day": np.arange(20), "load": 0.0})


@pytest.mark.parametrize(
    ("synthetic", "words"),
    [
        (carriers(60, 1).drop(columns="load"), r"synthetic\.csv has no column 'load'"),
        (
            carriers(60, 1).replace({"Rural": "Sea"}),
            r"synthetic\.csv: column 'area' of row \d+ is 'Sea', which is not one",
        ),
        (carriers(60, 1).assign(day=lambda rows: rows["day"] * 2), r"'day' has steps of 2, the schema 1; resample it"),
        (carriers(60, 1).assign(load="high"), r"column 'load' is .*, and should be numbers"),
        (carriers(20, 1), "20 synthetic samples are too few, it takes 50"),
        (carriers(60, 1).assign(carrier="one"), "have the same time, 0; leave one out"),
        (
            pd.concat([carriers(60, 1), LONG]),
            r"the sample of row 871 has 20 records, more than the schema's 15; cut it",
        ),
    ],
)
def test_tables_that_do_not_fit_are_refused(tmp_path, synthetic, words):
    files = written(tmp_path, real=carriers(120, 0), synthetic=synthetic)
    with pytest.raises(ValueError, match=words):
        evaluate(**files, out=str(tmp_path / "page"), **KEYS)


@pytest.mark.slow
def test_the_command(tmp_path):
    files = written(tmp_path, real=carriers(120, 0), synthetic=carriers(60, 1))
    chosen = [f"{name}={file}" for name, file in files.items()]
    command = Command("experiments.evaluate", *chosen, "sample=carrier", "time=day", f"out={tmp_path / 'page'}")
    status, output, errors = command.finish()
    assert status == 0, errors
    assert "# synthetic.csv beside real.csv" in output and (tmp_path / "page" / "evaluation.md").exists()
