"""Figure 16: its runs, what is printed of them, and the claim by its rule."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hydra import initialize_config_dir

from experiments.figures import figure16
from experiments.paper import artifact
from experiments.paper.grid import ROOT, grid
from experiments.runs.run import identity

LAGS = np.arange(1, 550)


def curve(weekly: float) -> np.ndarray:
    """A decay with peaks at whole weeks that stand out by `weekly`."""
    return np.exp(-LAGS / 100) + weekly * (LAGS % 7 == 0)


def frame(weekly: dict[tuple[str, float], float], seeds: int = 3) -> pd.DataFrame:
    parts = []
    for seed in range(seeds):
        for (model, noise), height in {("real", 0.0): 0.2, **weekly}.items():
            about = {"model": model, "seed": seed, "noise": noise, "epsilon": 10.0 / noise if noise else np.nan}
            about |= {"delta": 1e-5, "mu": 1.0 if noise >= 1 else np.nan, "batches": 2000}
            parts.append(pd.DataFrame({**about, "lag": LAGS, "autocorrelation": curve(height + 0.01 * seed)}))
    return pd.concat(parts, ignore_index=True)


def outcomes(found: pd.DataFrame) -> list[str]:
    return [verdict.outcome for verdict in figure16.claims(found)]


def test_the_claim_holds_where_noise_takes_the_week_away_and_nothing_else_did():
    plain, noised, beyond = ("doppelganger", 0.0), ("doppelganger", 1.0), ("doppelganger_private", 2.2)
    assert outcomes(frame({plain: 0.15, noised: 0.02, beyond: 0.15})) == ["holds", "holds"]
    assert outcomes(frame({plain: 0.02, noised: 0.02, beyond: 0.02})) == ["fails", "fails"]
    assert outcomes(frame({plain: 0.15, noised: 0.02, beyond: 0.15}, seeds=2)) == ["inconclusive", "inconclusive"]
    assert outcomes(frame({plain: 0.18})) == []


def test_private_training_must_do_better_than_the_simulated_pages_that_it_begins_with():
    noised, beyond, public = ("doppelganger", 1.0), ("doppelganger_private", 2.2), (figure16.PUBLIC, 0.0)
    assert outcomes(frame({noised: 0.02, beyond: 0.15, public: 0.12})) == ["holds", "holds"]
    assert outcomes(frame({noised: 0.02, beyond: 0.15, public: 0.18})) == ["holds", "fails"]


def test_simulated_pages_alone_cost_no_epsilon():
    text = figure16.table(frame({(figure16.PUBLIC, 0.0): 0.2}).fillna({"epsilon": 0.0}))
    (row,) = [line for line in text.splitlines() if figure16.PUBLIC in line]
    assert [cell.strip() for cell in row.split("|")[1:4]] == [figure16.PUBLIC, "no real pages", "0"]


def test_the_table_has_both_epsilons_and_what_is_left_of_the_week():
    """The contrast of these curves is the height of their peaks but for the decay."""
    text = figure16.table(frame({("doppelganger", 0.0): 0.2, ("doppelganger", 2.0): 0.1}))
    header, _, *rows = [[cell.strip() for cell in line.split("|")[1:-1]] for line in text.splitlines()[:4]]
    plain, noised = (dict(zip(header, row, strict=True)) for row in rows)
    assert (plain["noise multiplier"], plain["ε"], plain["μ"]) == ("no privacy", "∞", "")
    assert plain["autocorrelation, mean square error"].startswith("0.00000")
    assert (noised["ε"], noised["μ"], noised["ε as the release counts, for its 50,000 pages"]) == ("5", "1", "1.45")
    assert plain["weekly contrast, of the real one"].startswith("100%")
    assert noised["weekly contrast, of the real one"].startswith("52%")  # 0.11 of 0.21 in the middle seed


def test_the_drawing_has_a_panel_a_noise_with_a_line_a_seed_over_the_real_one():
    found = frame({("doppelganger", 0.0): 0.2, ("doppelganger", 4.0): 0.0, ("doppelganger_private", 2.2): 0.1})
    figure = figure16.render(found)
    shown = [axes for axes in figure.axes if axes.get_visible()]
    assert [axes.get_title(loc="left") for axes in shown[:2]] == ["no privacy", "noise 4, ε = 2.5"]
    assert len(shown) == 3 and all(len(axes.lines) == 4 for axes in shown)


def test_its_runs_are_table_3s_without_privacy_the_releases_noise_and_what_goes_beyond():
    with initialize_config_dir(str(ROOT / "conf"), version_base="1.3"):
        cells = grid("figure16", ["scale=small", "seed=0"])
        (table3,) = grid("table3", ["scale=small", "seed=0", "model=doppelganger"])
    assert identity(cells[0]) == identity(table3)
    assert [cell.model.privacy.noise_multiplier for cell in cells[1:6]] == [0.01, 0.1, 1, 2, 4]
    assert cells[6].model.name == "doppelganger_private" and cells[6].model.pretraining.batches == cells[0].batches
    assert cells[7].model.name == "gaussian_private"
    assert len({identity(cell) for cell in cells}) == len(cells) == 8


@pytest.mark.slow
def test_a_private_run_begins_with_simulated_pages_and_keeps_its_promise(smoke, tmp_path):
    runs = [smoke(f"model={model}") for model in ("doppelganger", "doppelganger_private", "gaussian_private")]
    card = runs[1].generator.card
    assert card.privacy["epsilon"] <= 10 and not card.privacy["learnt_scales"]
    text = artifact.write("figure16", runs, tmp_path)
    for shown in ("ε = 10, begun with simulated pages", figure16.PUBLIC, "Gaussian, ε = 1"):
        assert shown in text
    assert (tmp_path / "figure16.png").exists()
