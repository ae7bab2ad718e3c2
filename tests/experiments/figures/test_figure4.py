"""Figure 4: what is printed and drawn of each S, chosen ones apart, and the paper's claims by their rule."""

from __future__ import annotations

import pandas as pd
import pytest

from experiments.figures import figure4
from experiments.runs.choosing import candidates

S = (1, 5, 11, 50)


def frame(errors: dict[int, float], chosen: float | None = None, seeds: int = 3) -> pd.DataFrame:
    """DoppelGANger's error by S, a little different with each seed, the real one, and that of a chosen S."""
    rows = []
    for seed in range(seeds):
        rows.append({"model": "real", "seed": seed, "mse": 0.0001})
        for s, error in errors.items():
            about = {"sample_len": s, "passes": -(-550 // s), "chosen": False, "seconds": 100.0 / s}
            rows.append({"model": "doppelganger", "seed": seed, "mse": error * (1 + seed / 100)} | about)
        if chosen is not None:
            about = {"sample_len": 11, "passes": 50, "chosen": True, "seconds": 9.0}
            rows.append({"model": "doppelganger", "seed": seed, "mse": chosen} | about)
    known = pd.DataFrame(rows)
    known["chosen"] = known["chosen"].eq(True)
    return known.astype({"sample_len": "Int64", "passes": "Int64"})


@pytest.mark.parametrize(
    ("errors", "outcomes"),
    [
        ((0.1, 0.01, 0.01, 0.05), ["holds", "holds"]),
        ((0.01, 0.1, 0.005, 0.001), ["fails", "fails"]),
        ((0.01, 0.1, 0.2, 0.001), ["fails", "fails"]),
    ],
)
def test_the_claims_are_of_5_and_50_passes_against_1_and_the_largest(errors, outcomes):
    """A chosen S takes no part, however good it is."""
    found = frame(dict(zip(S, errors, strict=True)), chosen=1e-9)
    assert [verdict.outcome for verdict in figure4.claims(found)] == outcomes
    assert figure4.claims(found[found["model"] == "real"]) == []
    without_larger = found[~(found["sample_len"] > 11).fillna(False)]
    assert [verdict.outcome for verdict in figure4.claims(without_larger)] == outcomes[:1]


def test_a_row_an_s_and_one_for_what_was_chosen():
    lines = figure4.table(frame(dict.fromkeys(S, 0.01), chosen=0.02)).splitlines()
    rows = [[cell.strip() for cell in line.split("|")[1:-1]] for line in lines[2:]]
    assert [row[1] for row in rows] == ["", "1", "5", "11", "50", "chosen: 11"]
    assert rows[3][2:] == ["50", "0.01010 (0.01000 to 0.01020)", "9 (9 to 9)", "3"]
    assert rows[0][4] == "" and rows[-1][3] == "0.02000 (0.02000 to 0.02000)"


def test_labels_do_not_run_into_each_other():
    (axis,) = figure4.render(frame(dict.fromkeys((1, 5, 10, 11, 22, 25, 50, 110), 0.01), chosen=0.02)).axes
    assert [text.get_text() for text in axis.get_xticklabels()] == ["1", "5", "10", "22", "50", "110"]
    shown = {text.get_text() for text in axis.get_legend().get_texts()}
    assert {"DoppelGANger", "DoppelGANger, S chosen", "Real (A against A′)"} <= shown


def test_candidates_are_near_t_over_50_of_any_length():
    assert candidates(550) == [3, 6, 11, 22, 46] and candidates(42) == [1, 2, 4] and candidates(1) == [1]
