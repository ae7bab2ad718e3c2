"""Kaggle's train_1.csv in small: what is read, what is dropped, and what each damage is called."""

from __future__ import annotations

import gzip
import logging
import zipfile
from datetime import date, timedelta
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from dg.datasets import wwt

HEADER = "Page,2015-07-01,2015-07-02,2015-07-03"
CAT = "Grumpy_Cat_en.wikipedia.org_desktop_all-agents,1,2,3"
COMMA = '"Hello, ""World""_zh.wikipedia.org_mobile-web_all-agents",0,18.0,7'
BOT = "File:A_b.jpg_commons.wikimedia.org_all-access_spider,4,5,6"
MISSING = "Neu_de.wikipedia.org_all-access_all-agents,,,9"
LATEST = "Alt_de.wikipedia.org_all-access_all-agents,8,9,"


def written(folder: Path, *rows: str, header: str = HEADER, name: str = "train_1.csv") -> Path:
    path = folder / name
    path.write_text("\n".join((header, *rows)) + "\n", encoding="utf-8")
    return path


def test_reads_pages_as_they_are_published(tmp_path: Path) -> None:
    dataset = wwt.load(written(tmp_path, CAT, MISSING, COMMA, BOT, LATEST))
    assert dataset.metadata.astype(str).to_numpy().tolist() == [
        ["en.wikipedia.org", "desktop", "all-agents"],
        ["zh.wikipedia.org", "mobile-web", "all-agents"],
        ["commons.wikimedia.org", "all-access", "spider"],
    ]
    assert dataset.measurement("views").tolist() == [[1, 2, 3], [0, 18, 7], [4, 5, 6]]
    assert dataset.lengths.tolist() == [3, 3, 3]
    assert dataset.schema.max_length == 3
    assert dataset.schema.metadata == wwt.SCHEMA.metadata


def test_schema_is_table_7() -> None:
    assert [(field.name, len(field.values)) for field in wwt.SCHEMA.metadata] == [  # type: ignore[union-attr]
        ("domain", 9),
        ("access", 3),
        ("agent", 2),
    ]
    assert all(list(field.values) == sorted(field.values) for field in wwt.SCHEMA.metadata)  # type: ignore[union-attr]
    assert wwt.SCHEMA.max_length == (date(2016, 12, 31) - date(2015, 7, 1)).days + 1


@pytest.mark.parametrize("suffix", [".gz", ".zip"])
def test_packed_files_hold_the_same(tmp_path: Path, suffix: str) -> None:
    plain = written(tmp_path, CAT, COMMA, BOT)
    packed = tmp_path / f"train_1.csv{suffix}"
    if suffix == ".gz":
        packed.write_bytes(gzip.compress(plain.read_bytes()))
    else:
        with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
            archive.write(plain, "train_1.csv")
    assert wwt.load(packed).fingerprint == wwt.load(plain).fingerprint


def test_line_ends_of_windows_and_a_byte_order_mark_change_nothing(tmp_path: Path) -> None:
    plain = written(tmp_path, CAT, COMMA, LATEST)
    windows = tmp_path / "windows.csv"
    windows.write_bytes(b"\xef\xbb\xbf" + plain.read_bytes().replace(b"\n", b"\r\n"))
    assert wwt.load(windows).fingerprint == wwt.load(plain).fingerprint


def test_each_rule_logs_what_it_dropped(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.INFO, logger="dg.datasets"):
        wwt.load(written(tmp_path, CAT, MISSING, COMMA, BOT, LATEST), samples=1)
    assert "2 of 5 pages dropped: they miss the views of a day" in caplog.text
    assert "2 of 3 pages dropped: 1 are sampled" in caplog.text


def test_samples_without_replacement_by_seed(tmp_path: Path) -> None:
    rows = [f"P_{i}_en.wikipedia.org_desktop_all-agents,{i},{i},{i}" for i in range(50)]
    path = written(tmp_path, *rows)
    first = wwt.load(path, samples=20, seed=1).measurement("views")[:, 0]
    assert len(set(first)) == 20
    assert (first == wwt.load(path, samples=20, seed=1).measurement("views")[:, 0]).all()
    assert (first != wwt.load(path, samples=20, seed=2).measurement("views")[:, 0]).any()


def test_unknown_values_are_kept_on_demand_after_the_known(tmp_path: Path) -> None:
    rows = [
        "A_nl.wikipedia.org_tablet_all-agents,1,2,3",
        CAT,
        "B_ar.wikipedia.org_desktop_robot,4,5,6",
        "C_xx.wikipedia.org_desktop_spider,,5,6",
    ]
    dataset = wwt.load(written(tmp_path, *rows), keep_unknown=True)
    domain, access, agent = (field.values for field in dataset.schema.metadata)  # type: ignore[union-attr]
    assert domain == (*wwt.SCHEMA.metadata[0].values, "ar.wikipedia.org", "nl.wikipedia.org")  # type: ignore[union-attr]
    assert access[-1] == "tablet"
    assert agent[-1] == "robot"
    assert dataset.metadata["domain"].tolist() == ["nl.wikipedia.org", "en.wikipedia.org", "ar.wikipedia.org"]


def test_without_a_file_it_simulates() -> None:
    dataset = wwt.load(samples=5, seed=3)
    assert dataset.schema == wwt.SCHEMA
    assert dataset.fingerprint == wwt.load(None, samples=5, seed=3).fingerprint


@pytest.mark.parametrize(
    ("header", "named"),
    [
        ("Title,2015-07-01", "line 1 begins with 'Title,2015-07-01'"),
        ("Page", "line 1 begins with 'Page'"),
        ("Page,2015-07-01,Views", "line 1, column 3: 'Views' is not a date"),
        ("Page,2015-07-01,2015-07-02,2015-07-01", "line 1, column 4: the date 2015-07-01 is there twice"),
        ("Page,2015-07-02,2015-07-01", "line 1, column 3: the date 2015-07-01 is out of order, after 2015-07-02"),
        ("Page,2015-07-01,2015-07-03", "line 1, column 3: dates are missing between 2015-07-01 and 2015-07-03"),
        ("Page,2015-07-01\rx_en.wikipedia.org_desktop_spider,1\r", "line 1 ends in a carriage return alone; save"),
        ("\x7fELF\0\0\0", "line 1 begins with '\\x7fELF"),
    ],
)
def test_a_wrong_header_is_named(tmp_path: Path, header: str, named: str) -> None:
    refuses(written(tmp_path, CAT, header=header), named)


@pytest.mark.parametrize(
    ("row", "named"),
    [
        ("x_en.wikipedia.org_desktop_spider,1,2", "line 3 has 3 columns, the header has 4; the file is cut off"),
        ('"x, y, z_en.wikipedia.org_desktop_spider",1', "line 3 has 2 columns"),
        ("x_en.wikipedia.org_desktop_spider,1,2,3,4", "line 3 has 5 columns, the header has 4"),
        ("x_en.wikipedia.org_desktop_spider,1,many,3", "line 3, column 2015-07-02: 'many' is not a number"),
        ("x_en.wikipedia.org_desktop_spider,1,2,-3", "line 3, column 2015-07-03: -3.0 is not a number of views"),
        ("x_en.wikipedia.org_desktop_spider,inf,2,3", "line 3, column 2015-07-01: inf is not a number of views"),
        ("x_en.wikipedia.org_desktop_spider,1,1e999,3", "line 3, column 2015-07-02: inf is not a number of views"),
        ("x_en.wikipedia.org_desktop_spider,1,nan,3", "line 3, column 2015-07-02: nan is not a number of views"),
        ("Main_Page,1,2,3", "line 3, column Page: 'Main_Page' is not <title>_<domain>_<access>_<agent>"),
        (",1,2,3", "line 3, column Page: None is not <title>"),
        ("x_nl.wikipedia.org_desktop_spider,1,2,3", "has the unknown domain 'nl.wikipedia.org'"),
        ("x_en.wikipedia.org_tablet_spider,1,2,3", "has the unknown access 'tablet'"),
        ("x_en.wikipedia.org_desktop_robot,1,2,3", "line 3, column Page: 'x_en.wikipedia.org_desktop_robot' has the"),
        ('"x_en.wikipedia.org_desktop_spider,1,2,3', "line 3"),
        ("x_en.wikipedia.org_desktop_spider,1,1_000,3", "line 3, column 2015-07-02: '1_000' is not a number of views"),
        ("x_en.wikipedia.org_desktop_spider,1,2,3 ", "line 3, column 2015-07-03: '3 ' is not a number of views"),
        (
            "x_en.wikipedia.org_desktop_spider,1,\u0663,3",
            "line 3, column 2015-07-02: '\u0663' is not a number of views",
        ),
        (
            CAT.replace("1,2,3", "4,,6"),
            "lines 2 and 3, column Page: 'Grumpy_Cat_en.wikipedia.org_desktop_all-agents' is",
        ),
    ],
)
def test_a_wrong_row_is_named(tmp_path: Path, row: str, named: str) -> None:
    refuses(written(tmp_path, CAT, row, BOT), named)


def test_cells_that_polars_reads_are_not_blamed(tmp_path: Path) -> None:
    rows = [
        f"P{i}_en.wikipedia.org_desktop_spider,{cell},2,3" for i, cell in enumerate((" 3", "+4", "5.", ".6", "7e0"))
    ]
    refuses(written(tmp_path, *rows, "x_en.wikipedia.org_desktop_spider,1,many,3"), "line 7, column 2015-07-02: 'many'")


def test_more_dates_than_any_file_has_are_refused_at_once(tmp_path: Path) -> None:
    dates = [str(date(1900, 1, 1) + timedelta(days=i)) for i in range(30_000)]
    refuses(written(tmp_path, CAT, header=",".join(("Page", *dates))), "line 1 has more than 20,000 dates; remove")


@pytest.mark.parametrize(("cell", "told"), [("16777215", False), ("16777217", True), ("67000000", True)])
def test_views_that_float32_may_round_are_told(tmp_path: Path, caplog: pytest.LogCaptureFixture, cell, told) -> None:
    """The busiest day of the published file has 67 million views, so that they are not refused."""
    wwt.load(written(tmp_path, CAT, f"x_en.wikipedia.org_desktop_spider,1,{cell},{cell}"))
    warning = "2 cells have 16,777,216 views or more"
    assert (warning in caplog.text and "the first is line 3, column 2015-07-02" in caplog.text) == told
    assert ("WARNING" in caplog.text) == told


def test_an_unknown_value_says_how_to_keep_it(tmp_path: Path) -> None:
    refuses(written(tmp_path, "x_nl.wikipedia.org_desktop_spider,1,2,3"), "keep_unknown=True keeps it")


def test_lines_are_counted_as_an_editor_counts_them(tmp_path: Path) -> None:
    two_lines = '"Two\nlines_en.wikipedia.org_desktop_spider",1,2,3'
    refuses(written(tmp_path, two_lines, BOT, "x_en.wikipedia.org_desktop_spider,1,2,-3"), "line 5, column 2015-07-03")
    refuses(written(tmp_path, two_lines, BOT, "x_en.wikipedia.org_desktop_spider,1,?,3"), "line 5, column 2015-07-02")


def test_the_first_wrong_count_is_named_whatever_its_column(tmp_path: Path) -> None:
    rows = ["x_en.wikipedia.org_desktop_spider,1,-2,-3", "x_en.wikipedia.org_desktop_spider,-1,2,3"]
    refuses(written(tmp_path, MISSING, *rows), "line 3, column 2015-07-02: -2.0")


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError, match=r"nowhere\.csv: no such file; name Kaggle's train_1\.csv"):
        wwt.load(tmp_path / "nowhere.csv")


@pytest.mark.parametrize("content", [b"", b"\n", gzip.compress(b"", mtime=0)])
def test_an_empty_file_is_named(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "empty.csv"
    path.write_bytes(content)
    refuses(path, "is empty")


def test_a_header_alone_is_named(tmp_path: Path) -> None:
    refuses(written(tmp_path), "has no row below its header")


def test_bytes_that_are_not_utf_8_are_named(tmp_path: Path) -> None:
    path = tmp_path / "latin.csv"
    path.write_bytes(f"{HEADER}\n{CAT}\nZäpfchen_de.wikipedia.org_desktop_all-agents,1,2,3\n".encode("latin-1"))
    refuses(path, "line 3: byte 0xe4 is not UTF-8")


@pytest.mark.parametrize("kept", [0.3, 0.9])
def test_a_truncated_archive_is_named(tmp_path: Path, kept: float) -> None:
    plain = written(tmp_path, *(f"P{i}_en.wikipedia.org_desktop_all-agents,{i},{i * i % 97},{i}" for i in range(500)))
    gz, zipped = tmp_path / "cut.csv.gz", tmp_path / "cut.csv.zip"
    packed = gzip.compress(plain.read_bytes())
    gz.write_bytes(packed[: int(kept * len(packed))])
    with zipfile.ZipFile(zipped, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.write(plain, "train_1.csv")
    zipped.write_bytes(zipped.read_bytes()[: int(kept * zipped.stat().st_size)])
    for path in (gz, zipped):
        refuses(path, "cannot be unpacked")


def test_an_archive_of_several_files_is_named(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "two.zip", "w") as archive:
        archive.writestr("a.csv", HEADER)
        archive.writestr("b.csv", HEADER)
    refuses(tmp_path / "two.zip", "pack one .csv file")


def test_no_row_left_is_said(tmp_path: Path) -> None:
    refuses(written(tmp_path, MISSING, LATEST), "no row is left: all 2 lack the views of a day")


def test_fewer_rows_than_samples_are_all_taken_and_no_samples_are_refused(tmp_path: Path) -> None:
    path = written(tmp_path, CAT, MISSING, COMMA, BOT)
    assert wwt.load(path, samples=4).fingerprint == wwt.load(path).fingerprint
    refuses(path, "0 samples were asked for; ask for at least 1", samples=0)


def test_other_consecutive_dates_make_another_length(tmp_path: Path) -> None:
    dates = [str(date(2017, 1, 1) + timedelta(days=i)) for i in range(5)]
    path = written(tmp_path, "P_en.wikipedia.org_desktop_spider,1,2,3,4,5", header=",".join(("Page", *dates)))
    assert wwt.load(path).schema.max_length == 5


def test_real_rows_are_read_as_pandas_reads_them(shared_data: Path) -> None:
    real = shared_data / "wwt" / "train_1_subset.csv.gz"
    expected = pd.read_csv(real).dropna()
    dataset = wwt.load(real)
    assert len(dataset) == 3_012
    assert (dataset.measurement("views") == expected.drop(columns="Page").to_numpy(np.float32)).all()
    parts = expected["Page"].str.rsplit("_", n=3, expand=True)
    assert dataset.metadata["domain"].tolist() == parts[1].tolist()
    assert dataset.metadata["agent"].tolist() == parts[3].tolist()
    assert dataset.schema == wwt.SCHEMA


def refuses(path: Path, named: str, samples: int | None = None) -> None:
    with pytest.raises(ValueError) as caught:
        wwt.load(path, samples=samples)
    assert named in str(caught.value)
    assert str(path) in str(caught.value)
