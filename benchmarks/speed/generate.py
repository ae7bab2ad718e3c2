"""Seconds and memory of drawing many samples from a model file into a Parquet file, with one process and with two.

    OMP_NUM_THREADS=1 python -m benchmarks.speed.generate [--samples 1000000] [--jobs 1 2] [--turns 1]

The model is DoppelGANger as the paper has it for pages of 550 days, untrained: what it has learnt changes no time. The
commands take turns; the files of all are compared byte by byte, by their hashes.
"""

from __future__ import annotations

import argparse
import hashlib
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import pandas as pd
import psutil

from dg.datasets import wwt
from dg.doppelganger import DoppelGANger
from dg.encoding import Encoder
from dg.generator import Generator

EVERY = 0.5  # seconds between two looks at the memory


def main() -> None:
    """Prints what the module's docstring says."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--samples", type=int, default=1_000_000)
    parser.add_argument("--jobs", type=int, nargs="+", default=[1, 2])
    parser.add_argument("--turns", type=int, default=1)
    arguments = parser.parse_args()
    rows = []
    with tempfile.TemporaryDirectory() as folder:
        model, out = Path(folder, "wwt.dg"), Path(folder, "samples.parquet")
        data = wwt.simulate(1000, seed=0)
        encoder = Encoder.fit(data, log=["views"])
        Generator(encoder, DoppelGANger(encoder.layout)).save(model)
        for turn in range(arguments.turns):
            for jobs in arguments.jobs:
                seconds, peak = _drawn(model, out, arguments.samples, jobs)
                with out.open("rb") as file:
                    content = hashlib.file_digest(file, "sha256").hexdigest()[:12]
                size = out.stat().st_size / 1e9
                out.unlink()
                rows.append({"processes": jobs, "turn": turn, "seconds": seconds, "peak GiB": peak, "GB": size})
                rows[-1] |= {"samples a second": arguments.samples / seconds, "sha256": content}
    print(pd.DataFrame(rows).to_markdown(index=False, floatfmt=(".0f", ".0f", ".1f", ".2f", ".2f", ",.0f", "")))


def _drawn(model: Path, out: Path, samples: int, jobs: int) -> tuple[float, float]:
    """Seconds of the command, and the most memory, in GiB, that it and its processes held together.

    A page that several share counts once (Linux' proportional set size).
    """
    options = [f"generator={model}", f"out={out}", f"n={samples}", "seed=0", f"jobs={jobs}"]
    started, peak = time.perf_counter(), 0
    command = subprocess.Popen([sys.executable, "-m", "experiments.generate", *options], stderr=subprocess.DEVNULL)
    watched = psutil.Process(command.pid)
    while command.poll() is None:
        try:
            family = [watched, *watched.children(recursive=True)]
            peak = max(peak, sum(process.memory_full_info().pss for process in family))
        except psutil.NoSuchProcess:
            pass
        time.sleep(EVERY)
    if command.returncode:
        raise RuntimeError(f"experiments.generate ended with {command.returncode}")
    return time.perf_counter() - started, peak / 2**30


if __name__ == "__main__":
    main()
