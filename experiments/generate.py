"""Draws samples from a model file into a table: CSV or Parquet, a row a record, in bounded memory."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import hydra
import pandas as pd
import pyarrow as pa
from omegaconf import DictConfig, OmegaConf
from pyarrow.parquet import ParquetWriter
from tqdm import tqdm

import baselines  # noqa: F401, its models can be loaded
from dg.frames import to_long
from dg.hyperparameters import Count, Seed, check
from dg.model_file import load
from experiments.console.door import enter, expected

KINDS = (".parquet", ".csv", ".csv.gz")


def generate(generator: str, out: str, n: Count, seed: Seed, metadata: dict[str, str] | None = None) -> None:
    """Writes n samples of the model that `generator` names to the file `out`, which appears when it is whole.

    Raises ValueError where the file exists, has another ending, or the model has no such samples.
    """
    check(generate, {"n": n, "seed": seed}, "generate")
    model, done = load(generator), 0
    with writer(Path(out)) as write, tqdm(total=n, desc="samples", unit="sample") as bar:
        for batch in model.batches(n, seed=seed, metadata=metadata):
            write(to_long(batch, first_sample=done))
            done += len(batch)
            bar.update(len(batch))


@contextmanager
def writer(out: Path) -> Iterator[Any]:
    """Something to call with one part of a table after the other."""
    if not out.name.endswith(KINDS):
        raise ValueError(f"{out}: the name of a table ends in {', '.join(KINDS)}")
    if out.exists():
        raise ValueError(f"{out} is there already; name another file, or remove it")
    unfinished = out.with_name(f".unfinished-{os.getpid()}-{out.name}")
    try:
        with _parquet(unfinished) if out.name.endswith(".parquet") else _csv(unfinished) as write:
            yield write
        unfinished.rename(out)
    finally:
        unfinished.unlink(missing_ok=True)


@contextmanager
def _parquet(file: Path) -> Iterator[Any]:
    writers: list[ParquetWriter] = []

    def write(frame: pd.DataFrame) -> None:
        part = pa.Table.from_pandas(frame, schema=writers[0].schema if writers else None, preserve_index=False)
        if not writers:
            writers.append(ParquetWriter(file, part.schema))
        writers[0].write_table(part)

    try:
        yield write
    finally:
        for each in writers:
            each.close()


@contextmanager
def _csv(file: Path) -> Iterator[Any]:
    packed = "gzip" if file.suffix == ".gz" else None
    yield lambda frame: frame.to_csv(file, mode="a", header=not file.exists(), index=False, compression=packed)


@hydra.main(config_path="../conf", config_name="generate", version_base="1.3")
@expected
def main(config: DictConfig) -> None:
    """The command."""
    given: Any = OmegaConf.to_container(config, resolve=True)
    generate(**given)


if __name__ == "__main__":
    enter(main)
