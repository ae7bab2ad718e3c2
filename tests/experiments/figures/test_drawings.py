"""Every drawing of results/ from its kept numbers: what it says on its axes, and that a few look as they did."""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np
import pytest
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.image import imread
from matplotlib.text import Text

from experiments.ink.plots import COLUMN, PAGE, footer, heading, save
from experiments.paper import artifact, written
from experiments.paper.drawing import note_of, redraw
from tests import slowly

ROOT = Path(__file__).resolve().parents[3]
RESULTS = ROOT / "results"
DRAWN = sorted(file.with_suffix(".csv") for file in RESULTS.glob("*/*.png"))
BASELINE = Path(__file__).parent / "baseline"
ALIKE = ("mba-real/figure20", "gcut-simulated/figure10", "gcut-simulated/figure9", "wwt-real-privacy/figure15")
TOLERANCE = 0.05  # root mean square of grey levels from 0 to 1; another release of FreeType moves texts by a pixel
SMALLEST = 7.0  # points
PANELS = {"figure1": "column"} | dict.fromkeys(("figure6", "figure9", "figure14", "figure16", "figure18"), "all")
MIDDLE = {"figure21", "figure22", "figure23"}  # their label stands beside the middle row
CATEGORIES = {"scoreboard", "training"}  # ticks of the former are names; the latter has a row a model


def drawing(csv: Path) -> Figure:
    """As artifact.draw makes it, on a canvas."""
    figure = artifact.find(csv.stem).render(written.frame(csv))
    assert isinstance(figure, Figure)
    heading(figure, artifact.titled(csv.stem))
    footer(figure, note_of(csv))
    FigureCanvasAgg(figure)
    return figure


@pytest.mark.parametrize("csv", slowly.but(DRAWN[::4], DRAWN), ids=lambda csv: f"{csv.parent.name}/{csv.stem}")
def test_every_drawing_says_what_it_is(csv):
    """Its name above, data below; labels on its outer axes, equal ranges where panels are compared, texts to read."""
    figure = drawing(csv)
    assert figure.get_figwidth() in (COLUMN, PAGE)
    number = re.fullmatch(r"figure(\d+)", csv.stem)
    assert re.match(rf"Figure {number[1]}\b" if number else ".*beyond the paper", figure.get_suptitle())
    assert re.match("Data: (real|simulated)", figure.get_supxlabel())
    used = [axis for axis in figure.axes if axis.axison and axis.get_visible()]
    if csv.stem not in CATEGORIES:
        rows = {axis.get_subplotspec().rowspan.start for axis in used}
        for axis in used:
            place = axis.get_subplotspec()
            assert axis.get_xlabel() or place.rowspan.start < max(rows)
            assert axis.get_ylabel() or figure.get_supylabel() or place.colspan.start > 0 or csv.stem in MIDDLE
    if PANELS.get(csv.stem) == "all":
        assert len({(axis.get_ylim(), axis.get_xlim()) for axis in used}) == 1
    if PANELS.get(csv.stem) == "column":
        columns = {axis.get_subplotspec().colspan.start for axis in used}
        assert len({(axis.get_ylim(), axis.get_xlim()) for axis in used}) == len(columns)
    small = [text.get_text() for text in figure.findobj(Text) if text.get_text() and text.get_fontsize() < SMALLEST]
    assert not small


def test_figure_1_is_close_where_its_claim_is():
    figure = drawing(RESULTS / "wwt-real/figure1.csv")
    assert {axis.get_xlim() for axis in figure.axes} == {(1, 549), (1, 30), (340, 390)}


@pytest.mark.parametrize("name", ALIKE)
def test_a_drawing_looks_as_it_did(name, tmp_path):
    """At 50 dots an inch, in grey. Where a change is meant, baseline/ takes what this test has drawn."""
    expected = imread(BASELINE / f"{name.replace('/', '-')}.png")
    figure = drawing(RESULTS / f"{name}.csv")
    figure.savefig(tmp_path / "drawn.png", dpi=50)
    drawn = imread(tmp_path / "drawn.png")[..., :3].mean(axis=2)
    assert drawn.shape == expected.shape
    assert np.sqrt(np.mean((drawn - expected) ** 2)) < TOLERANCE
    assert np.sqrt(np.mean((drawn[:, ::-1] - expected) ** 2)) > 2 * TOLERANCE  # the tolerance tells drawings apart


@pytest.mark.slow
def test_redrawn_results_are_the_same_bytes_and_nothing_else(tmp_path):
    results = RESULTS / "gcut-simulated"
    for name in ("figure10.csv", "figure10.json", "figure10.md"):
        (tmp_path / name).write_bytes((results / name).read_bytes())
    made = [redraw(tmp_path, tmp_path / side) for side in ("one", "other")]
    assert [file.name for file in made[0]] == ["figure10.png", "figure10.pdf"]
    assert [file.read_bytes() for file in made[0]] == [file.read_bytes() for file in made[1]]
    assert sorted(path.name for path in (tmp_path / "one").iterdir()) == ["figure10.pdf", "figure10.png"]
    save(drawing(tmp_path / "figure10.csv"), tmp_path / "one.svg")
    save(drawing(tmp_path / "figure10.csv"), tmp_path / "other.svg")
    assert (tmp_path / "one.svg").read_bytes() == (tmp_path / "other.svg").read_bytes()


def test_what_cannot_be_redrawn_is_told(tmp_path):
    with pytest.raises(ValueError, match="no numbers of a figure in"):
        redraw(tmp_path, tmp_path)
    (tmp_path / "figure6.csv").write_text("model,seed\nreal,0\n")
    with pytest.raises(ValueError, match="lacks a column"):
        redraw(tmp_path, tmp_path)


def test_a_drawing_without_a_page_says_its_data_by_its_runs(tmp_path):
    for name in ("figure1.csv", "figure1.json"):
        (tmp_path / name).write_bytes((RESULTS / "wwt-real" / name).read_bytes())
    note = note_of(tmp_path / "figure1.csv")
    assert note.startswith("Data: real, train_1_subset.csv.gz; 1506 training samples")
