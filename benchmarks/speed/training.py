"""The speed of DoppelGANger at the size of the paper's Wikipedia Web Traffic: T = 550, S = 10, batches of 100.

    python -m benchmarks.speed.training [--threads 2] [--precision bf16-mixed] [--turns 15] [--sample-len 10]

Prints the milliseconds per batch, ours and the peer's in turn; the operations of a batch and how far we are from the
rate of this machine's matrix products; and the seconds that sampling takes. The peer runs in several processes, because
the place of its memory makes some of them 15 % faster than others for as long as they live. On a machine that is busy
with other work, `--threads 1 --clock processor` counts the processor time of either side, which that work hardly
affects.
"""

from __future__ import annotations

import argparse
import os
from collections.abc import Callable, Sequence
from functools import partial
from itertools import cycle
from statistics import median
from typing import Any

from lightning import Callback

from benchmarks.peer.environment import PeerUnavailable
from benchmarks.speed.commands import CLOCKS, begin
from benchmarks.speed.operations import Operations, matrix_product_rate
from benchmarks.speed.peer import Peer
from dg.dataset import TimeSeriesDataset
from dg.datasets.wwt.simulator import simulate
from dg.doppelganger import DoppelGANger
from dg.encoding import Encoder
from dg.generator import Generator
from dg.training import fit

BATCH_SIZE = 100
TRAINING_SAMPLES = 5_000
SAMPLED = 100_000
WARM_UP = 5
RATIO_AT_MOST = {"32-true": 0.50, "bf16-mixed": 0.40}
SAMPLING_SECONDS_AT_MOST = 8


class Turns(Callback):
    """Milliseconds of each of our batches, `batches` per turn; after each of our turns, the next peer has one."""

    def __init__(self, batches: int, peers: Sequence[Peer], clock: Callable[[], float]) -> None:
        self.batches, self.clock = batches, clock
        self.peers = cycle(peers) if peers else None
        self.seen, self.since = 0, 0.0
        self.ours: list[float] = []
        self.turns: list[tuple[float, float | None]] = []

    def on_train_batch_end(self, *_: Any) -> None:
        """Records the batch; the peers' turns and our warm-up are not counted."""
        self.seen += 1
        if self.seen > WARM_UP:
            self.ours.append(1e3 * (self.clock() - self.since))
        if len(self.ours) == self.batches:
            self.turns.append((median(self.ours), median(next(self.peers).turn(self.batches)) if self.peers else None))
            self.ours = []
        self.since = self.clock()


class CountOperations(Callback):
    """The operations of the last of the WARM_UP batches, which belong to no turn."""

    def __init__(self) -> None:
        self.operations = Operations()

    def on_train_batch_start(self, trainer: Any, module: Any, batch: Any, batch_index: int) -> None:
        """Opens the count."""
        if trainer.global_step == WARM_UP - 1:
            self.operations.__enter__()

    def on_train_batch_end(self, trainer: Any, *_: Any) -> None:
        """Closes the count."""
        if trainer.global_step == WARM_UP:
            self.operations.__exit__(None, None, None)


def main() -> None:
    """Prints what the module's docstring says."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--threads", type=int, default=os.cpu_count(), help="of either side (default: every core)")
    parser.add_argument("--precision", choices=RATIO_AT_MOST, default="32-true", help="ours; the peer's is 32-true")
    parser.add_argument("--turns", type=int, default=15, help="how often either side is measured")
    parser.add_argument("--batches", type=int, default=20, help="trained in a turn")
    parser.add_argument("--peers", type=int, default=3, help="processes of the peer, which take its turns by rotation")
    parser.add_argument("--sample-len", type=int, default=10, help="S, the records of an RNN pass")
    parser.add_argument("--clock", choices=CLOCKS, default="wall")
    arguments = parser.parse_args()
    clock = begin(arguments)

    train = simulate(TRAINING_SAMPLES, seed=0)
    peers = _peers(arguments, train.schema.max_length)
    turns, count = Turns(arguments.batches, peers, clock), CountOperations()
    generator = _train(train, arguments, turns, count)
    for peer in peers:
        peer.close()
    _print_training(arguments, turns, generator, peers)
    _print_operations(count.operations.total, median(ours for ours, _ in turns.turns), clock)
    _print_sampling(generator, clock)


def _peers(arguments: argparse.Namespace, max_length: int) -> list[Peer]:
    sizes = {
        "threads": arguments.threads,
        "samples": TRAINING_SAMPLES,
        "max_length": max_length,
        "sample_len": arguments.sample_len,
        "batch_size": BATCH_SIZE,
    }
    try:
        return [Peer(clock=CLOCKS[arguments.clock], **sizes) for _ in range(arguments.peers)]
    except PeerUnavailable as reason:
        print(f"peer not available, ours alone is measured: {reason}")
        return []


def _train(train: TimeSeriesDataset, arguments: argparse.Namespace, *callbacks: Callback) -> Generator:
    return fit(
        partial(DoppelGANger, sample_len=arguments.sample_len, batch_size=BATCH_SIZE),
        train,
        encoder=Encoder.fit(train, log=("views",)),
        batches=WARM_UP + arguments.turns * arguments.batches,
        callbacks=callbacks,
        accelerator="cpu",
        precision=arguments.precision,
    )


def _print_training(arguments: argparse.Namespace, turns: Turns, generator: Generator, peers: Sequence[Peer]) -> None:
    module: Any = generator.module
    parameters = sum(weight.numel() for weight in module.parameters())
    print(
        f"one batch of {BATCH_SIZE}, T = {module.layout.max_length}, S = {arguments.sample_len}, threads "
        f"{arguments.threads}, {len(turns.turns)} turns of {arguments.batches} batches, {arguments.clock} time, "
        f"{arguments.precision}, "
        f"load {os.getloadavg()[0]:.1f}"
    )
    ours = median(ours for ours, _ in turns.turns)
    inputs = module.discriminator.inputs
    print(f"  ours  {ours:7.1f} ms   critic of {inputs} inputs, {parameters} parameters")
    if peers:
        pairs = [(ours, peers) for ours, peers in turns.turns if peers is not None]
        ratios = sorted(ours / peers for ours, peers in pairs)
        print(
            f"  peer  {median(peers for _, peers in pairs):7.1f} ms   critic of {peers[0].critic_inputs} inputs, "
            f"{peers[0].parameters} parameters, {peers[0].name}, {len(peers)} processes"
        )
        print(
            f"  ours / peer, turn by turn: median {median(ratios):.2f}, range {ratios[0]:.2f} to {ratios[-1]:.2f} "
            f"(aim: at most {RATIO_AT_MOST[arguments.precision]:.2f})"
        )


def _print_operations(operations: int, milliseconds: float, clock: Callable[[], float]) -> None:
    rate, machine = operations / milliseconds * 1e3, matrix_product_rate(clock)
    print(
        f"  {operations / 1e9:.2f} GFLOP a batch: {rate / 1e9:.0f} GFLOP/s, {rate / machine:.0%} of the "
        f"{machine / 1e9:.0f} GFLOP/s of a 2048 × 2048 matrix product"
    )


def _print_sampling(generator: Generator, clock: Callable[[], float]) -> None:
    start = clock()
    generator.sample(SAMPLED, seed=0)
    seconds = clock() - start
    print(f"sampling {SAMPLED} series: {seconds:.1f} s (aim: at most {SAMPLING_SECONDS_AT_MOST} s)")


if __name__ == "__main__":
    main()
