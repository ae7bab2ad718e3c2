"""MBA: the authors' own file where it is at hand, the FCC's raw layout with every rule of Appendix A, and bad input."""

from __future__ import annotations

import logging
import zipfile
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path

import numpy as np
import openpyxl
import pandas as pd
import pytest

from dg.datasets import mba
from dg.datasets.mba import reader

START = datetime(2017, 10, 1)


def hours(unit: int, bins: range, *, hour: int = 2) -> list[tuple[int, datetime]]:
    """One hour of each of the unit's six-hour bins."""
    return [(unit, START + timedelta(hours=6 * bin + hour)) for bin in bins]


def usage(unit: int, bins: range = range(56), *, rx: int = 1000, hour: int = 2) -> list[list]:
    return [[unit, at, rx, 300, 100, 50, "here"] for unit, at in hours(unit, bins, hour=hour)]


def loss(unit: int, bins: range = range(56), *, failures: int = 0, target: str = "a", hour: int = 2) -> list[list]:
    numbers = [20000, 19000, 30000, 500]
    return [[unit, at, target, *numbers, 100 - failures, failures, "here"] for unit, at in hours(unit, bins, hour=hour)]


@pytest.fixture
def raw(tmp_path) -> Callable[..., Path]:
    """Writes the FCC's three files in their own layout."""

    def write(traffic: list[list], losses: list[list], units: list[list], *, header: bool = True) -> Path:
        columns = {"curr_netusage": [*reader.USAGE, "location_id"], "curr_udplatency": [*reader.LOSS, "location_id"]}
        for name, rows in zip(columns, (traffic, losses), strict=True):
            table = pd.DataFrame(rows, columns=columns[name])
            table.to_csv(tmp_path / f"{name}.csv", index=False, header=header)
        profile = pd.DataFrame(units, columns=["Unit ID", "ISP", "Technology", "State"])
        profile.to_excel(tmp_path / "Unit-Profile-sept2017.xlsx", index=False)
        return tmp_path

    return write


def test_the_authors_file(shared_data):
    """600 homes, 108 with DSL and 327 with cable, 8.3 and 19.1 GB on average over the 56 values."""
    homes = mba.load(shared_data / "mba")
    assert len(homes) == 600 and homes.schema == mba.SCHEMA
    for technology, count, gigabytes in (("DSL", 108, 8.31), ("Cable", 327, 19.13)):
        chosen = homes.where(technology=technology)
        assert len(chosen) == count
        assert chosen.measurement("traffic").sum(axis=1, dtype=float).mean() / 1e9 == pytest.approx(gigabytes, abs=0.01)
    assert len(mba.load(shared_data / "mba" / "data_train.npz", samples=50)) == 50


def test_six_hour_means_without_the_tests_own_bytes(raw):
    """1000 - 100 received and 300 - 50 sent are 1150; with a second hour of 3150, the bin's mean is 2150."""
    traffic = usage(7) + usage(7, range(1), rx=3000, hour=4)
    losses = loss(7, failures=10) + loss(7, failures=4, target="b") + loss(7, range(1), failures=50, hour=5)
    homes = mba.load(raw(traffic, losses, [[7, "Acme", "cable", "PA"]]))
    assert homes.metadata.iloc[0].astype(str).tolist() == ["Acme", "Cable", "PA"]
    assert homes.measurement("traffic")[0].tolist() == [2150, *[1150] * 55]
    np.testing.assert_allclose(homes.measurement("ping loss rate")[0], [(0.04 + 0.5) / 2, *[0.04] * 55], rtol=1e-6)


@pytest.mark.parametrize("header", [True, False])
def test_only_homes_with_a_value_in_each_six_hours(raw, caplog, header):
    """Unit 2 lacks a bin of traffic, 3 of losses, 4 a profile; the last of October 14 counts, October 15 does not."""
    traffic = usage(1) + usage(2, range(55)) + usage(3) + usage(4) + usage(2, range(56, 60))
    losses = loss(1) + loss(2) + loss(3, range(1, 56)) + loss(4)
    units = [[unit, "Acme", "DSL", "PA"] for unit in (1, 2, 3)]
    with caplog.at_level(logging.INFO):
        homes = mba.load(raw(traffic, losses, units, header=header))
    assert len(homes) == 1
    assert "2 of 4 homes dropped: six hours without a value" in caplog.text
    assert "1 homes dropped: the unit profile does not have them" in caplog.text


def test_hours_in_which_the_tests_count_more_than_the_home_are_dropped(raw):
    odd = [[1, START + timedelta(hours=1), 50, 300, 100, 50, "here"]]
    homes = mba.load(raw(usage(1) + odd, loss(1), [[1, "Acme", "Fiber", "PA"]]))
    assert homes.measurement("traffic")[0, 0] == 1150


def test_a_technology_that_does_not_exist(raw):
    folder = raw(usage(1), loss(1), [[1, "Acme", "DSL", "PA"], [2, "Acme", "Pigeon", "PA"]])
    with pytest.raises(ValueError, match=r"Unit-Profile.*row 3, column technology: 'Pigeon' does not exist; known are"):
        mba.load(folder)


def test_a_unit_profile_that_is_not_one(raw):
    """A unit twice, a column that is called otherwise, no profile at all."""
    folder = raw(usage(1), loss(1), [[1, "Acme", "DSL", "PA"], [1, "Acme", "Cable", "PA"]])
    with pytest.raises(ValueError, match=r"Unit-Profile.*row 3: unit 1 is there twice; delete one row"):
        mba.load(folder)
    (profile,) = folder.glob("*.xlsx")
    pd.read_excel(profile).rename(columns={"State": "Region"}).to_excel(profile, index=False)
    with pytest.raises(ValueError, match=r"Unit-Profile.*has no column state; it has unit_id, isp, technology, region"):
        mba.load(folder)
    profile.unlink()
    with pytest.raises(ValueError, match="0 files have 'profile' in their name; put the one"):
        mba.load(folder)


def test_a_line_that_cannot_be_read(raw):
    folder = raw(usage(1), loss(1), [[1, "Acme", "DSL", "PA"]])
    with open(folder / "curr_netusage.csv", "a") as file:
        file.write("1,2017-10-03 00:00:00,many,1,1,1,here\n")
    with pytest.raises(ValueError, match=r"curr_netusage\.csv.*(?s:.)*(58|many)"):
        mba.load(folder)


def test_a_missing_column_or_file(raw, tmp_path):
    folder = raw(usage(1), loss(1), [[1, "Acme", "DSL", "PA"]])
    table = pd.read_csv(folder / "curr_udplatency.csv")
    table.drop(columns="failures").to_csv(folder / "curr_udplatency.csv", index=False)
    with pytest.raises(ValueError, match="line 1: the column failures is missing"):
        mba.load(folder)
    with pytest.raises(FileNotFoundError, match="curr_ping"):
        mba.load(folder, loss="curr_ping")
    with pytest.raises(FileNotFoundError, match=r"neither data_train\.npz nor curr_netusage\.csv"):
        mba.load(tmp_path / "elsewhere")


def test_a_column_name_is_no_sql(raw, tmp_path):
    """Unknown columns are not read, so that their names may be anything."""
    folder = raw(usage(1), loss(1), [[1, "Acme", "DSL", "PA"]])
    expected = mba.load(folder).fingerprint
    table = pd.read_csv(folder / "curr_netusage.csv")
    owned = tmp_path / "owned.csv"
    for name in (
        f"x': 'double'}})) select 1; copy (select 'owned' as a) to '{owned}'; with --",
        "dtime ",
        'a"b',
        "unit",
    ):
        text = table.rename(columns={"location_id": name.upper()}).to_csv(index=False)
        (folder / "curr_netusage.csv").write_text(text)
        if name == "dtime ":
            with pytest.raises(ValueError, match=r"curr_netusage\.csv: line 1: the column dtime is there twice"):
                mba.load(folder)
        else:
            assert mba.load(folder).fingerprint == expected
        assert not owned.exists()


@pytest.mark.parametrize(
    ("header", "told"),
    [
        ("", "line 1: the column dtime, wan_rx_bytes"),
        ("\0\0", "line 1: the column"),
        ("unit_id,dtime," + "x" * 20_000, "line 1: the column wan_rx_bytes"),
        ("\xff", "cannot be read"),
        ("unit_id", "line 1: the column dtime"),
    ],
    ids=range(5),
)
def test_a_first_line_that_is_none(raw, header, told):
    folder = raw(usage(1), loss(1), [[1, "Acme", "DSL", "PA"]])
    (folder / "curr_netusage.csv").write_text(f"{header}\n1,2\n", encoding="latin-1")
    with pytest.raises(ValueError, match=rf"curr_netusage\.csv.*{told}"):
        mba.load(folder)


def test_a_number_with_underscores_is_a_mistake(raw):
    """A name with underscores is none: targets have them."""
    folder = raw(usage(1), loss(1, target="server_1"), [[1, "Acme", "DSL", "PA"]])
    assert len(mba.load(folder)) == 1
    text = (folder / "curr_netusage.csv").read_text()
    (folder / "curr_netusage.csv").write_text(text.replace(",1000,", ",1_000,", 1))
    with pytest.raises(ValueError, match=r"curr_netusage\.csv: column wan_rx_bytes: '1_000' is not a number; write it"):
        mba.load(folder)


def test_numbers_without_end_name_the_folder(raw):
    folder = raw(usage(1), loss(1), [[1, "Acme", "DSL", "PA"]])
    text = (folder / "curr_udplatency.csv").read_text()
    (folder / "curr_udplatency.csv").write_text(text.replace(",100,0,", ",inf,inf,"))
    with pytest.raises(ValueError) as caught:
        mba.load(folder)
    assert str(folder) in str(caught.value)


ROWS = "Unit ID,ISP,Technology,State\n1,Acme,DSL,PA\n"


@pytest.mark.parametrize(
    ("name", "content", "told"),
    [
        ("Unit-Profile.csv", ROWS.replace("Acme", "Acmé").encode("latin-1"), "cannot be read .*utf-8.*save it anew"),
        ("Unit-Profile.csv", b"", "cannot be read .*No columns"),
        ("Unit-Profile.xlsx", b"", "cannot be read .*save it anew as .xlsx, or as .csv in UTF-8"),
        ("Unit-Profile.xlsx", ROWS.encode(), "cannot be read .*not a zip file.*save it anew as .xlsx"),
        (
            "Unit-Profile.csv",
            ROWS.encode() + b"two,Acme,DSL,PA\n",
            "row 3, column unit_id: 'two' is no number of a unit",
        ),
        ("Unit-Profile.csv", ROWS.encode() + b"2.5,Acme,DSL,PA\n", "row 3, column unit_id: '2.5' is no number"),
        ("Unit-Profile.csv", ROWS.encode() + b"\n3,Acme,Pigeon,PA\n", "row 4, column technology: 'Pigeon' does not"),
        ("Unit-Profile.csv", ROWS.encode() + b"3,Acme,DSL,PA,7\n", "cannot be read"),
        ("Unit-Profile.csv", ROWS.replace("State", "unit_id").encode(), "has the column unit_id twice; rename one"),
    ],
)
def test_a_unit_profile_that_cannot_be_read_is_named(raw, name, content, told):
    folder = raw(usage(1), loss(1), [[1, "Acme", "DSL", "PA"]])
    next(folder.glob("*.xlsx")).unlink()
    (folder / name).write_bytes(content)
    with pytest.raises(ValueError, match=rf"{name}: {told}") as caught:
        mba.load(folder)
    assert "\n" not in str(caught.value)


@pytest.mark.slow
def test_a_workbook_is_read_as_far_as_a_profile_can_reach(raw):
    """A cell in the last row and column of a sheet would be filled up to 137 GB."""
    folder = raw(usage(1), loss(1), [[1, "Acme", "DSL", "PA"]])
    (profile,) = folder.glob("*.xlsx")
    book = openpyxl.load_workbook(profile)
    book.active.cell(1_048_576, 16_384, 1)
    book.save(profile)
    assert len(mba.load(folder)) == 1


def test_a_workbook_that_unpacks_without_end_is_refused(raw):
    folder = raw(usage(1), loss(1), [[1, "Acme", "DSL", "PA"]])
    (profile,) = folder.glob("*.xlsx")
    with zipfile.ZipFile(profile, "a", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/more.xml", bytes(70 * 2**20))
    with pytest.raises(ValueError, match=r"xlsx: unpacks to [\d,]+ bytes, more than the 67,108,864 of any profile"):
        mba.load(folder)


def test_no_home_is_left(raw):
    with pytest.raises(ValueError, match="no home has a value in each six hours"):
        mba.load(raw(usage(1, range(3)), loss(1), [[1, "Acme", "DSL", "PA"]]))
