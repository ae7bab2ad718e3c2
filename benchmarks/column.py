"""A column of the scoreboard: one question about synthetic samples that Table 3 does not ask, answered by a number."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from dg.dataset import TimeSeriesDataset
from dg.schema import Categorical

Measure = Callable[[TimeSeriesDataset, TimeSeriesDataset, TimeSeriesDataset, int], float]
"""A number from the training set A, the held-out set A′, synthetic samples and a seed."""

ASPECTS = ("whole sample", "values", "time", "measurements", "metadata", "length", "privacy")
"""What a column looks at, in the order of the scoreboard."""

FEWEST = 50  # samples; of one distribution, 50 against 50 are about 0.15 standard deviations apart (Wasserstein-1)


def against_held_out(compare: Callable[[TimeSeriesDataset, TimeSeriesDataset], float]) -> Measure:
    """The measure of a comparison of A′ with synthetic samples, e.g. a `Metric`, which needs neither A nor a seed."""
    return lambda train, held_out, synthetic, seed: compare(held_out, synthetic)


@dataclass(frozen=True)
class Column:
    """A measure and what a reader needs to know of it; models are compared by equally many samples.

    unit: of the number
    reference: where the measure is from
    better: which of two models is the better one; the one "nearer" to the ideal where both sides of it are wrong
    ideal: what a perfect generator tends to; the row `real`, A in the place of synthetic samples, shows how near
        as many samples can come
    only: "metadata" or "lengths", if nothing else of a sample is looked at: who copies these learns nothing
    applies: whether the question makes sense, of A and A′
    fewest: samples of each of the three sets under which the number means nothing
    """

    name: str
    aspect: str
    measure: Measure
    unit: str
    reference: str
    better: Literal["lower", "higher", "nearer"] = "lower"
    ideal: float = 0.0
    only: str = ""
    applies: Callable[[TimeSeriesDataset, TimeSeriesDataset], bool] = lambda train, held_out: True
    fewest: int = FEWEST

    def __post_init__(self) -> None:
        if self.aspect not in ASPECTS:
            raise ValueError(f"column {self.name!r} looks at {self.aspect!r}, which is none of {ASPECTS}")

    def score(
        self, train: TimeSeriesDataset, held_out: TimeSeriesDataset, synthetic: TimeSeriesDataset, *, seed: int
    ) -> float:
        """The number of `synthetic`; categorical measurements are left out.

        Raises ValueError where a set has too few samples, another schema, or where the column does not apply.
        """
        sets = {"training": train, "held-out": held_out, "synthetic": synthetic}
        for name, dataset in sets.items():
            if len(dataset) < self.fewest:
                raise ValueError(f"{self.name}: {len(dataset)} {name} samples are too few, it takes {self.fewest}")
            if dataset.schema != held_out.schema:
                raise ValueError(
                    f"{self.name}: the {name} samples have another schema than the held-out ones; compare a model that "
                    "has no metadata with `TimeSeriesDataset.without_metadata()` of the real ones"
                )
        if not self.applies(train, held_out):
            raise ValueError(f"{self.name} does not apply to {held_out.schema.name}: ask `scoreboard.columns` which do")
        return self.measure(_numeric(train), _numeric(held_out), _numeric(synthetic), seed)


def _numeric(dataset: TimeSeriesDataset) -> TimeSeriesDataset:
    """`only_numeric`, or the dataset itself where all is numeric, so that its features are known again."""
    categorical = any(isinstance(field, Categorical) for field in dataset.schema.measurements)
    return dataset.only_numeric() if categorical else dataset
