"""What variable lengths cost DoppelGANger at the size of GCUT: T = 2,500, nine measurements, S = 10, batches of 100.

    OMP_NUM_THREADS=1 python -m benchmarks.speed.lengths [--samples 50000] [--pairs 20]

Prints the peak memory of training on that many tasks, and the milliseconds of a batch, with and without the early
stop in turn. The discriminator sees the same in both cases. `docs/ingestion.md` has the results.
"""

from __future__ import annotations

import argparse
import resource
import time
from functools import partial

import numpy as np

from dg import DoppelGANger, Encoder, fit
from dg.datasets.gcut.simulator import simulate
from dg.doppelganger import networks
from dg.encoding import Encoded

TRAINED = 200  # batches before the clock starts: an untrained generator ends nearly everything at once


class Timed(DoppelGANger):
    """DoppelGANger that records the seconds of its batches, with and without the early stop in turn."""

    seconds: dict[str, list[float]]

    def training_step(self, batch: Encoded, batch_index: int) -> None:
        """One batch; the first ones are not recorded."""
        early = self.global_step % 2 == 0
        networks.PASSES = 8 if early else self.generator.passes
        start = time.perf_counter()
        super().training_step(batch, batch_index)
        if self.global_step > TRAINED:
            self.seconds["early stop" if early else "all passes"].append(time.perf_counter() - start)


def main() -> None:
    """Trains and prints."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--samples", type=int, default=50_000)
    parser.add_argument("--pairs", type=int, default=20)
    chosen = parser.parse_args()
    train = simulate(chosen.samples, seed=0)
    Timed.seconds = {"early stop": [], "all passes": []}
    model = partial(Timed, sample_len=10)
    fit(model, train, encoder=Encoder.fit(train), batches=TRAINED + 2 * chosen.pairs, accelerator="cpu")
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20
    print(f"{chosen.samples:,} tasks of up to {train.lengths.max():,} records: peak {peak:.1f} GiB")
    pairs = min(map(len, Timed.seconds.values()))
    early, whole = (np.array(Timed.seconds[name][:pairs]) * 1000 for name in ("early stop", "all passes"))
    ratios = early / whole
    print(f"early stop {np.median(early):.0f} ms a batch, all 250 passes {np.median(whole):.0f} ms, {pairs} pairs")
    print(f"ratio {np.median(ratios):.2f} ({ratios.min():.2f} to {ratios.max():.2f})")


if __name__ == "__main__":
    main()
