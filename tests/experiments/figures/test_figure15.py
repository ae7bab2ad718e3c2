"""Figure 15: sizes of one line-up, what is printed of each attack, and the paper's claim by its rule."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hydra import initialize_config_dir

from benchmarks.attacks.guessing import judge
from experiments.figures import figure15
from experiments.paper import artifact
from experiments.paper.grid import ROOT, grid
from experiments.runs.data import split
from experiments.runs.run import identity
from experiments.studies.attacks import CRITIC, DISTANCE, RATIO, columns


def frame(gaps: dict[int, float], seeds: int = 3) -> pd.DataFrame:
    """Scores of members are so far above others', of black-box attacks a tenth of it."""
    rows = []
    for seed in range(seeds):
        rng = np.random.default_rng(seed)
        for n, gap in gaps.items():
            for attack, weight in ((CRITIC, 1.0), (RATIO, 0.1), (DISTANCE, 0.1)):
                for group, count in (("all", n), ("most outlying 10 %", n // 10)):
                    outcome = judge(rng.normal(weight * gap, 1, count), rng.normal(0, 1, count), rng=rng)
                    about = {"model": "doppelganger", "seed": seed, "samples": n, "attack": attack, "group": group}
                    rows.append(about | columns(outcome))
    return pd.DataFrame(rows)


def outcomes(found: pd.DataFrame) -> list[str]:
    return [verdict.outcome for verdict in figure15.claims(found)]


def test_the_claim_holds_where_few_leak_and_many_do_not():
    assert outcomes(frame({200: 9.0, 500: 2.0, 1500: 0.5})) == ["holds", "holds"]
    assert outcomes(frame({200: 2.0, 500: 2.0, 1500: 3.0})) == ["fails", "fails"]
    assert outcomes(frame({200: 9.0, 500: 2.0}, seeds=2)) == ["inconclusive", "inconclusive"]
    assert outcomes(frame({500: 2.0})) == []


def test_the_table_has_every_attack_the_strongest_and_the_paper():
    text = figure15.table(frame({200: 9.0, 1500: 0.5}))
    rows = [[cell.strip() for cell in line.split("|")[1:-1]] for line in text.splitlines() if line.startswith("| Dop")]
    assert [row[2] for row in rows[:4]] == [CRITIC, RATIO, DISTANCE, "the strongest of them"]
    first = dict(zip([cell.strip() for cell in text.splitlines()[0].split("|")[1:-1]], rows[0], strict=True))
    assert first["the paper"] == "99.5%" and first["right guesses"] == "100.0% (100.0% to 100.0%)"
    assert first["guessing"] == "45.0% to 55.0%" and first["z"].startswith("20.0")
    assert first["found at 0.1 % false"] == "needs 1,000 non-members"
    assert first["found at 1 % false"].startswith("100.0% (98.2% to 100.0%)")
    assert first["ε at least"].startswith("3.28")
    assert rows[3][3] == rows[0][3] and [row[2] for row in rows[8:]] == ["most outlying 10 %"] * 2


def test_the_drawing_has_a_line_an_attack_the_paper_and_the_band():
    found = frame({200: 9.0, 500: 1.0})
    (axes,) = figure15.render(found).axes
    shown = {text.get_text() for text in axes.get_legend().get_texts()}
    assert shown == {"guessing, 95 %", CRITIC, RATIO, DISTANCE, "critic, the paper"}
    line = axes.containers[0].lines[0]
    middle = found.query("attack == @CRITIC and group == 'all'").groupby("samples")["success"].median()
    np.testing.assert_array_equal(line.get_xdata(), [200, 500])
    np.testing.assert_allclose(line.get_ydata().astype(float), middle)


def test_all_training_samples_are_those_of_table_3():
    """Its run is used again, and the sizes are what they say."""
    with initialize_config_dir(str(ROOT / "conf"), version_base="1.3"):
        cells = grid("figure15", ["scale=small", "seed=0", "model=doppelganger"])
        (known,) = grid("table3", ["scale=small", "seed=0", "model=doppelganger"])
    assert [len(split(cell).train) for cell in cells] == [200, 500, 1000, 1500]
    assert identity(cells[-1]) == identity(known) and len({identity(cell) for cell in cells}) == 4
    assert len({cell.batches for cell in cells}) == 1


@pytest.mark.slow
def test_written_at_smoke_without_a_verdict(smoke, tmp_path):
    text = artifact.write("figure15", [smoke("model=doppelganger"), smoke("model=bootstrap")], tmp_path)
    assert "99.5 % of guesses about membership" in text and "At scale smoke nothing is judged" in text
    assert (tmp_path / "figure15.png").exists()
