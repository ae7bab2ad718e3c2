"""Generated samples beside the nearest real ones: members, and for scale non-members (as in Figures 21 to 23)."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from matplotlib.figure import Figure

from benchmarks.attacks.candidates import candidates
from benchmarks.attacks.neighbors import distances, points
from benchmarks.neighbors import nearest
from dg.dataset import TimeSeriesDataset
from experiments.ink.models import colour_of
from experiments.ink.plots import footer, panels

DRAWN = 3  # pairs of a side
FEW = 20  # records; shorter series are drawn with a mark at each record
NOTE = (
    "The three generated samples that lie nearest to a member, beside it, and the three that lie nearest to one of as "
    "many non-members; the number is the distance of series and metadata together. Copies of members have a distance "
    "of 0. Where both sides are as near, nearness alone shows no copy. The first measurement is drawn."
)


class Pair(NamedTuple):
    """A generated sample, the real one that is nearest to it, and how far it is."""

    generated: int
    real: int
    distance: float


def draw(
    members: TimeSeriesDataset, nonmembers: TimeSeriesDataset, generated: TimeSeriesDataset, *, rng: np.random.Generator
) -> Figure:
    """A row a pair: generated and member, generated and non-member.

    rng: of the larger side as many are drawn as the smaller one has
    """
    sides = candidates(members, nonmembers, rng=rng)
    figure, axes = panels(DRAWN, 4, height=1.4)
    for place, (name, real) in enumerate(zip(("member", "non-member"), sides, strict=True)):
        for row, pair in enumerate(pairs(generated, real.beside(generated), members.beside(generated))):
            shown = (("generated", generated, pair.generated, "doppelganger"), (name, real, pair.real, "real"))
            for column, (title, dataset, number, colour) in enumerate(shown, start=2 * place):
                series = dataset.measurements[number, : dataset.lengths[number], 0]
                marker = "." if len(series) < FEW else ""
                axes[row, column].plot(series, lw=0.7, marker=marker, ms=3, color=colour_of(colour))
                axes[row, column].set_title(title if row == 0 else "")
            axes[row, 2 * place].sharey(axes[row, 2 * place + 1])
            axes[row, 2 * place].sharex(axes[row, 2 * place + 1])
            axes[row, 2 * place + 1].set_title(f"at {pair.distance:.3g}", loc="right")
    for axis in axes[-1]:
        axis.set_xlabel("record (number)")
    axes[DRAWN // 2, 0].set_ylabel(generated.schema.measurements[0].name)
    footer(figure, NOTE)
    return figure


def pairs(
    generated: TimeSeriesDataset, real: TimeSeriesDataset, scale: TimeSeriesDataset, count: int = DRAWN
) -> list[Pair]:
    """The generated samples that are nearest to a real one, the nearest first; of equally near ones the first.

    Distances are those of the attacks, on the range of `scale`.
    """
    _, made, known = points(scale, generated, real)
    index = nearest(made, known)[1][:, 0]
    away = distances(made, known)
    chosen = np.argsort(away, kind="stable")[:count]
    return [Pair(int(number), int(index[number]), float(away[number])) for number in chosen]
