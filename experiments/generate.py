"""Draws samples from a model file into a table: CSV or Parquet, a row a record, in bounded memory."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import hydra
from omegaconf import DictConfig, OmegaConf
from tqdm import tqdm

import baselines  # noqa: F401, its models can be loaded
from dg.conditions import read_asked
from dg.hyperparameters import Count, Few, Seed, check
from dg.model_file import load
from experiments.console.door import enter, expected
from experiments.runs.sampling import parts
from experiments.runs.table_file import writer

SAMPLES = 1000  # unless said otherwise


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
        with tqdm(total=n, desc="samples", unit="sample") as bar:
            for number, part in parts(generator, model, order, out, jobs=jobs):
                write(part)
                bar.update(number)


@hydra.main(config_path="../conf", config_name="generate", version_base="1.3")
@expected
def main(config: DictConfig) -> None:
    """The command."""
    given: Any = OmegaConf.to_container(config, resolve=True)
    generate(**given)


if __name__ == "__main__":
    enter(main)
