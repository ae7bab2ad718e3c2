"""The peer as a row of Tables 2 and 3: its samples are kept beside the runs that have the same training rows."""

from __future__ import annotations

import hashlib
import json
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

from benchmarks.peer.environment import PEER
from benchmarks.peer.samples import sampled
from dg.dataset import TimeSeriesDataset
from dg.doppelganger.module import recommended_sample_len
from experiments.runs.choosing import AUTO
from experiments.runs.run import Run, one_a_seed


def folder(run: Run) -> Path:
    """Where the peer's samples are, if `make peer-rows` has made them; its name is a hash of what decides them."""
    log, batches = ",".join(run.config.dataset.log), run.config.scale.batches
    decisive = [PEER, run.real.train.fingerprint, log, str(batches), str(sample_len(run)), str(run.seed)]
    name = hashlib.sha256("\n".join(decisive).encode()).hexdigest()[:12]
    return Path(run.config.outputs) / "peer" / name


def sample_len(run: Run) -> int:
    """S, which is our own (D22), also where trials would choose ours."""
    named = run.config.dataset.get("sample_len")
    return recommended_sample_len(run.real.train.schema.max_length) if named in (None, AUTO) else int(named)


def samples(run: Run) -> TimeSeriesDataset | None:
    """As many as A′ has, of the peer trained on the run's A for its scale's batches; None if they are not made."""
    found = folder(run) / "generated"
    return TimeSeriesDataset.load(found) if found.exists() else None


def rows(runs: Sequence[Run]) -> Iterator[tuple[Run, TimeSeriesDataset]]:
    """A run of each seed, and the peer's samples, where they have been made."""
    for run in one_a_seed(runs):
        generated = samples(run)
        if generated is not None:
            yield run, generated


def make(run: Run) -> None:
    """Trains the peer on the run's A, unless that is done."""
    if (folder(run) / "generated").exists():
        return
    config, start = run.config, time.perf_counter()
    drawn = sampled(
        run.real.train,
        run.real.wanted,
        log=config.dataset.log,
        batches=config.scale.batches,
        sample_len=sample_len(run),
        seed=run.seed,
    )
    facts = {"peer": PEER, "batches": config.scale.batches, "seconds": time.perf_counter() - start}
    place = folder(run)
    place.mkdir(parents=True, exist_ok=True)
    (place / "peer.json").write_text(json.dumps(facts, indent=2), encoding="utf-8")
    drawn.save(place / "generated.unfinished")
    (place / "generated.unfinished").rename(place / "generated")
