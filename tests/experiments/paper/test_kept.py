"""What results/ keeps is shown as it was computed, and what is missing is told in its place."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest
from IPython.display import Image, Markdown
from matplotlib.figure import Figure

from experiments.paper import artifact, kept, written
from experiments.paper.kept import Kept

ROOT = Path(__file__).resolve().parents[3]
PAGE = """# Table 3 (§5.2)

Accuracy:

| model   | ours   | seeds   |
|:--------|:-------|:--------|
| AR      | 0.1    | 3       |
| HMM     | 0.2    | 3       |

Balanced:

| model   | ours   | range      |
|:--------|:-------|:-----------|
| AR      | 0.3    | 0.1 to 0.5 |
"""


@pytest.fixture
def results(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(kept, "RESULTS", tmp_path)
    (tmp_path / "folder").mkdir()
    return tmp_path / "folder"


def cells(shown: Markdown) -> list[list[str]]:
    lines = [line for line in shown.data.splitlines() if not line.startswith("|:")]
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in lines]


def test_a_table_has_what_is_wanted_of_it(results):
    (results / "table3.md").write_text(PAGE)
    table = Kept("folder", "table3").table
    assert cells(table()) == [["model", "ours", "seeds"], ["AR", "0.1", "3"], ["HMM", "0.2", "3"]]
    assert cells(table("ours", "model", only={"seeds": ["3"], "model": ["HMM"]})) == [["ours", "model"], ["0.2", "HMM"]]
    assert cells(table("ours", under="Balanced")) == [["ours"], ["0.3"]]
    assert cells(table("range", "model")) == [["range", "model"], ["0.1 to 0.5", "AR"]]
    assert "has no table3 with moon" in table("moon").data


@pytest.mark.parametrize("name", ["figure1", "table3"])
def test_what_is_missing_is_told(results, name):
    one = Kept("folder", name)
    bars = one.bars("model", {"mse": "error"}, "error")
    for shown in (
        one.table(),
        one.table("model"),
        one.verdicts(),
        bars,
        *([one.drawing()] if name == "figure1" else []),
    ):
        assert isinstance(shown, Markdown) and f"`results/folder` has no {name}" in shown.data


def test_an_empty_text_is_no_missing_value_unless_a_model_is_left_out(results):
    """A .csv does not tell them apart."""
    frame = pd.DataFrame(
        {
            "panel": ["", "", None],
            "model": ["real", "ar", "rcgan"],
            "unit": ["GB", "", None],
            "share": [0.5, None, None],
            "left out": [None, None, "its release"],
        }
    )
    frame.to_csv(results / "figure8.csv", index=False)
    read = Kept("folder", "figure8").frame()
    assert read["panel"].tolist()[:2] == ["", ""] and read["unit"].tolist()[:2] == ["GB", ""]
    assert read[["panel", "unit"]].iloc[2].isna().all() and read["share"].isna().tolist() == [False, True, True]
    assert read["left out"].notna().tolist() == [False, False, True]


def test_a_frame_of_an_earlier_version_is_shown_as_it_was_drawn(results):
    pd.DataFrame({"model": ["ar"], "seed": [0]}).to_csv(results / "figure1.csv", index=False)
    (results / "figure1.png").write_bytes((ROOT / "results" / "wwt-real-best" / "figure1.png").read_bytes())
    assert isinstance(Kept("folder", "figure1").drawing(), Image)


def test_bars_are_medians_with_ranges(results):
    frame = pd.DataFrame(
        {"to": ["a"] * 3 + ["b"] * 3, "field": ["all"] * 6, "before": [1, 2, 4, 5, 6, 9], "after": 0.5}
    )
    frame.to_csv(results / "obfuscation.csv", index=False)
    drawn = Kept("folder", "obfuscation").bars("to", {"before": "B", "after": "A"}, "far", {"field": ["all"]})
    axis = drawn.axes[0]
    assert sorted({patch.get_width() for patch in axis.patches}) == [0.5, 2, 6]
    assert [label.get_text() for label in axis.get_yticklabels()] == ["b", "a"]


def test_the_committed_are_drawn_and_judged_again():
    """By the present code, from numbers of the present form."""
    shown = Kept("wwt-real-best", "scoreboard")
    assert isinstance(shown.drawing(), Figure)
    frame = shown.frame()
    committed = written.read(shown.file(".json"))["verdicts"]
    assert artifact.find("scoreboard").claims(frame) == committed and committed
    assert all(str(verdict) in shown.verdicts().data for verdict in committed)
