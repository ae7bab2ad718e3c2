"""The speed of every model that trains in minibatches, at the size of the paper's Wikipedia Web Traffic: T = 550.

    python -m benchmarks.speed.models [--threads 2] [--turns 5] [--batches 3] [--clock wall]

Measures the models in turn. Prints the milliseconds of a batch (a joint iteration of TimeGAN, a round of RCGAN) and
their ratio to DoppelGANger's in the same turn; then how many operations a batch takes, and how far it is from the rate
of this machine's matrix products.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from functools import partial
from statistics import median
from typing import Any

import pandas as pd
from lightning import Callback

import baselines
from benchmarks.speed.commands import begin, beside_floor, conditions, options, pace
from benchmarks.speed.operations import Operations, matrix_product_rate
from dg.dataset import TimeSeriesDataset
from dg.datasets.wwt.simulator import simulate
from dg.doppelganger import DoppelGANger
from dg.encoding import Encoder
from dg.privacy import Privacy
from dg.training import fit

TRAINING_SAMPLES = 1_000
MODELS = {
    "DoppelGANger": DoppelGANger,
    **{name: model for name, model in baselines.MODELS.items() if model.batch_size is not None},
    "TimeGAN, 24 units": partial(baselines.TimeGAN, units=24, shifted=True),
}


class LastBatches(Callback):
    """Milliseconds of each batch but the last, and the operations of the last."""

    def __init__(self, clock: Callable[[], float]) -> None:
        self.clock = clock
        self.milliseconds: list[float] = []
        self.operations = Operations()

    def on_train_batch_start(self, trainer: Any, module: Any, batch: Any, batch_index: int) -> None:
        """Starts the clock, or opens the count."""
        if self._last(trainer, 1):
            self.operations.__enter__()
        self.since = self.clock()

    def on_train_batch_end(self, trainer: Any, *_: Any) -> None:
        """Stops the clock, or closes the count."""
        if self._last(trainer, 0):
            self.operations.__exit__(None, None, None)
        else:
            self.milliseconds.append(1e3 * (self.clock() - self.since))

    def _last(self, trainer: Any, left: int) -> bool:
        return trainer.global_step == self.steps - left

    def setup(self, trainer: Any, module: Any, stage: str) -> None:
        """Reads how many steps there will be."""
        self.steps = next(own.batches for own in trainer.callbacks if type(own).__name__ == "LastBatch")


def main() -> None:
    """Prints what the module's docstring says."""
    arguments = options(__doc__, what="model", threads=os.cpu_count(), batches=3).parse_args()
    clock = begin(arguments)

    train = simulate(TRAINING_SAMPLES, seed=0)
    machine = matrix_product_rate(clock)
    rows = [
        {"model": name, "turn": turn} | measure(model, train, _encoder(model, train), arguments.batches, clock)
        for turn in range(arguments.turns)
        for name, model in MODELS.items()
    ]
    print(f"T = {train.schema.max_length}, {conditions(arguments, machine)}")
    print(_table(pd.DataFrame(rows), machine).to_markdown(index=False, disable_numparse=True))


def _encoder(model: Any, train: TimeSeriesDataset) -> Encoder:
    return Encoder.fit(train, log=("views",), auto_normalize=model is DoppelGANger)


def measure(
    model: Any,
    train: TimeSeriesDataset,
    encoder: Encoder,
    batches: int,
    clock: Callable[[], float],
    privacy: Privacy | None = None,
) -> dict[str, float]:
    """A short training: two batches warm up, `batches` are timed, and the operations of the last are counted."""
    watch = LastBatches(clock)
    fit(model, train, encoder=encoder, batches=batches + 3, privacy=privacy, callbacks=[watch], accelerator="cpu")
    return {"milliseconds": median(watch.milliseconds[-batches:]), "operations": watch.operations.total}


def _table(rows: pd.DataFrame, machine: float) -> pd.DataFrame:
    turns = rows.pivot(index="turn", columns="model", values="milliseconds")
    operations = rows.groupby("model")["operations"].median()
    shown = []
    for name in MODELS:
        ratios = turns[name] / turns["DoppelGANger"]
        shown.append(
            {
                "model": name,
                **pace(turns[name], ",.0f"),
                "of DoppelGANger": f"{ratios.median():.1f}",
                "min to max ": f"{ratios.min():.1f} to {ratios.max():.1f}",
                **beside_floor(turns[name], operations[name], machine, ",.0f"),
            }
        )
    return pd.DataFrame(shown)


if __name__ == "__main__":
    main()
