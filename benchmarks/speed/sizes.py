"""The speed of DoppelGANger at the sizes of the paper's three datasets, beside the floor of its matrix products.

    python -m benchmarks.speed.sizes [--threads 1] [--turns 5] [--batches 5] [--clock wall]

Prints the milliseconds of a batch of 100 samples, and how many its matrix products and LSTM layers alone would take at
the rate of this machine's largest matrix products.
"""

from __future__ import annotations

from functools import partial

import pandas as pd

from benchmarks.speed.commands import begin, beside_floor, conditions, options, pace
from benchmarks.speed.models import TRAINING_SAMPLES, measure
from benchmarks.speed.operations import matrix_product_rate
from dg.datasets import gcut, mba, wwt
from dg.doppelganger import DoppelGANger
from dg.encoding import Encoder

SIZES = {"WWT": (wwt, 10, ("views",)), "MBA": (mba, 8, ()), "GCUT": (gcut, 10, ())}  # with the release's S (D22)


def main() -> None:
    """Prints what the module's docstring says."""
    arguments = options(__doc__, what="size", threads=1, batches=5).parse_args()
    clock = begin(arguments)

    machine, rows = matrix_product_rate(clock), []
    data = {name: room.simulate(TRAINING_SAMPLES, seed=0) for name, (room, _, _) in SIZES.items()}
    for turn in range(arguments.turns):
        for name, (_, sample_len, log) in SIZES.items():
            model, encoder = partial(DoppelGANger, sample_len=sample_len), Encoder.fit(data[name], log=log)
            found = measure(model, data[name], encoder, arguments.batches, clock)
            rows.append({"dataset": name, "turn": turn} | found)
    print(f"batches of 100, {conditions(arguments, machine)}")
    print(_table(pd.DataFrame(rows), machine).to_markdown(index=False, disable_numparse=True))


def _table(rows: pd.DataFrame, machine: float) -> pd.DataFrame:
    shown = []
    for name, found in rows.groupby("dataset", sort=False):
        milliseconds, operations = found["milliseconds"], found["operations"].median()
        columns = pace(milliseconds, ".1f") | beside_floor(milliseconds, operations, machine, ".1f")
        shown.append({"dataset": name} | columns)
    return pd.DataFrame(shown)


if __name__ == "__main__":
    main()
