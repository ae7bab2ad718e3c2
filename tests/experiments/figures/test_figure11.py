"""Figure 11: the errors by size beside the paper's two, and its claims by their rule."""

from __future__ import annotations

import pandas as pd
import pytest

from experiments.figures import figure11


def frame(errors: dict[int, float], seeds: int = 3) -> pd.DataFrame:
    rows = [
        {"model": model, "seed": seed, "samples": size, "mse": error * (1 + seed / 100) * factor}
        for seed in range(seeds)
        for size, error in errors.items()
        for model, factor in (("doppelganger", 1.0), ("real", 0.1))
    ]
    return pd.DataFrame(rows).sort_values(["model", "seed", "samples"], ignore_index=True)


@pytest.mark.parametrize(
    ("errors", "outcomes"),
    [
        ({200: 0.01, 1506: 0.001}, ["holds"]),
        ({200: 0.001, 1506: 0.01}, ["fails"]),
        ({500: 0.01, 50_000: 0.003}, ["holds", "holds"]),
        ({500: 0.01, 50_000: 0.008}, ["holds", "fails"]),
        ({200: 0.01}, []),
    ],
)
def test_by_how_much_is_asked_over_two_orders_of_magnitude_alone(errors, outcomes):
    assert [verdict.outcome for verdict in figure11.claims(frame(errors))] == outcomes


def test_the_paper_stands_beside_its_two_sizes():
    lines = figure11.table(frame({500: 0.01, 1506: 0.002})).splitlines()
    rows = [[cell.strip() for cell in line.split("|")[1:-1]] for line in lines[2:4]]
    assert rows == [
        ["DoppelGANger", "500", "0.0024", "0.01010 (0.01000 to 0.01020)", "3"],
        ["DoppelGANger", "1,506", "", "0.00202 (0.00200 to 0.00204)", "3"],
    ]


def test_a_point_a_run_and_a_line_through_the_medians():
    (axis,) = figure11.render(frame({200: 0.01, 1506: 0.002})).axes
    (line,) = (line for line in axis.get_lines() if line.get_label() == "DoppelGANger")
    assert list(line.get_xdata()) == [200, 1506] and list(line.get_ydata()) == pytest.approx([0.0101, 0.00202])
    assert sum(len(points.get_offsets()) for points in axis.collections) == 2 * 6 + 2
