"""Samples of a model file, made by several processes with one thread each, in the order of their numbers."""

from __future__ import annotations

import multiprocessing
import os
import signal
import threading
from collections import Counter, deque
from collections.abc import Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from pathlib import Path
from typing import NamedTuple

import torch

import baselines  # noqa: F401, its models can be loaded
from dg.encoding.constraints import Repairs, report
from dg.generator import Generator, Order
from dg.memory import keep_large_buffers
from dg.model_file import load
from experiments.runs.table_file import Part, part

AHEAD = 2  # chunks a process that are made or wait to be written


class _Made(NamedTuple):
    """The samples of one chunk as a part of a table, and what was repaired in them."""

    samples: int
    table: Part
    repairs: Repairs


def parts(folder: str | Path, model: Generator, order: Order, name: str, *, jobs: int) -> Iterator[tuple[int, Part]]:
    """How many samples each part of the table called `name` has, and the part; the same whatever `jobs` is.

    At the end the log says what was repaired in all of them.
    model: what is in `folder`, where `jobs` processes read it again
    """
    repairs: Repairs = Counter()
    for made in _all(folder, model, order, name, jobs=jobs):
        repairs.update(made.repairs)
        yield made.samples, made.table
    report(repairs, model.encoder.schema, order.n)


def _all(folder: str | Path, model: Generator, order: Order, name: str, *, jobs: int) -> Iterator[_Made]:
    chunks = model.chunks(order)
    keep_large_buffers()
    if jobs == 1 or chunks == 1:
        threads = torch.get_num_threads()
        torch.set_num_threads(1)
        try:
            for number in range(chunks):
                yield _part(model, order, number, name)
        finally:
            torch.set_num_threads(threads)
        return
    pool = ProcessPoolExecutor(
        min(jobs, chunks),
        mp_context=multiprocessing.get_context("spawn"),
        initializer=_begin,
        initargs=(folder, order, name),
    )
    try:
        waiting: deque[Future[_Made]] = deque()
        for number in range(chunks):
            waiting.append(pool.submit(_numbered, number))
            if len(waiting) == AHEAD * jobs:
                yield waiting.popleft().result()
        while waiting:
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
    parent = multiprocessing.parent_process()
    assert parent is not None
    parent.join()
    os._exit(1)


def _numbered(number: int) -> _Made:
    model, order, name = _task
    return _part(model, order, number, name)
