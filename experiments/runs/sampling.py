"""Samples of a model file, made by several processes with one thread each, in the order of their numbers."""

from __future__ import annotations

import multiprocessing
import os
import signal
import threading
from collections import Counter, abc, deque
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from contextlib import closing
from itertools import islice
from pathlib import Path
from typing import Any, NamedTuple

import torch
from tqdm import tqdm

import baselines  # noqa: F401, its models can be loaded
from dg.conditions import read_asked
from dg.encoding.constraints import Repairs, report
from dg.generator import Generator, Order
from dg.hyperparameters import Count, Few, Seed, check
from dg.memory import keep_large_buffers
from dg.model_file import load
from experiments.runs.table_file import part, writer
from experiments.runs.workers import WORKERS

SAMPLES = 1000  # unless said otherwise
AHEAD = 2  # chunks a process that are made or wait to be written


def generate(
    generator: str,
    out: str,
    n: Count | None = None,
    seed: Seed = 0,
    metadata: dict[str, Any] | None = None,
    conditions: str | None = None,
    lengths: Any = None,
    jobs: Few = 1,
) -> None:
    """Writes n samples of the model that `generator` names to the file `out`, which appears when it is whole.

    Raises ValueError where the file exists, has another ending, or the model has no such samples.
    """
    check(generate, {"n": n, "seed": seed, "jobs": jobs}, "generate")
    if metadata and conditions:
        raise ValueError("metadata and conditions say the same in two ways: name one of them")
    if n is None:
        n = len(read_asked(conditions, "conditions")[0]) if conditions else SAMPLES
    if isinstance(lengths, list) and len(lengths) == 2:
        lengths = tuple(lengths)
    model = load(generator)
    with writer(Path(out)) as write:
        order = model.order(n, seed=seed, lengths=lengths, metadata=metadata or conditions)
        made = parts(generator, model, order, out, jobs=jobs)
        with tqdm(total=n, desc="samples", unit="sample") as bar, closing(made):
            for number, table in made:
                write(table)
                bar.update(number)


class _Made(NamedTuple):
    """The samples of one chunk as a part of a table, and what was repaired in them."""

    samples: int
    table: bytes
    repairs: Repairs


def parts(
    folder: str | Path, model: Generator, order: Order, name: str, *, jobs: int
) -> abc.Generator[tuple[int, bytes], None, None]:
    """How many samples each part of the table called `name` has, and the part; the same whatever `jobs` is.

    At the end the log says what was repaired in all of them.
    model: what is in `folder`, where `jobs` processes read it again
    """
    repairs: Repairs = Counter()
    jobs = min(jobs, model.chunks(order))
    for made in _here(model, order, name) if jobs == 1 else _beside(folder, model, order, name, jobs):
        repairs.update(made.repairs)
        yield made.samples, made.table
    report(repairs, model.encoder.schema, order.n)


def _here(model: Generator, order: Order, name: str) -> Iterator[_Made]:
    """All chunks, made by this process."""
    keep_large_buffers()
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        for number in range(model.chunks(order)):
            yield _part(model, order, number, name)
    finally:
        torch.set_num_threads(threads)


def _beside(folder: str | Path, model: Generator, order: Order, name: str, jobs: int) -> Iterator[_Made]:
    """All chunks, made by `jobs` processes."""
    pool = ProcessPoolExecutor(jobs, mp_context=WORKERS, initializer=_begin, initargs=(folder, order, name))
    try:
        asked = (pool.submit(_numbered, number) for number in range(model.chunks(order)))
        waiting = deque(islice(asked, AHEAD * jobs - 1))
        while waiting:
            waiting.extend(islice(asked, 1))
            yield waiting.popleft().result()
    finally:
        pool.shutdown(cancel_futures=True)


def _part(model: Generator, order: Order, number: int, name: str) -> _Made:
    repairs: Repairs = Counter()
    samples = model.chunk(order, number, repairs)
    frame = samples.to_table(first_sample=number * model.chunk_size, seed=order.seed)
    return _Made(len(samples), part(frame, name, first=number == 0), repairs)


_task: tuple[Generator, Order, str]  # of a process that makes chunks


def _begin(folder: str | Path, order: Order, name: str) -> None:
    """What such a process does first. A signal to all is its parent's to handle, and it ends when its parent does."""
    global _task
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    threading.Thread(target=_end_with_parent, daemon=True).start()
    torch.set_num_threads(1)
    keep_large_buffers()
    _task = (load(folder), order, name)


def _end_with_parent() -> None:
    """Waits for the parent's end: one that was killed has told nobody to stop."""
    parent = multiprocessing.parent_process()
    assert parent is not None
    parent.join()
    os._exit(1)


def _numbered(number: int) -> _Made:
    model, order, name = _task
    return _part(model, order, number, name)
