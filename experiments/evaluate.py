"""Compares a synthetic table, anybody's, with a real one by the scoreboard's measures, on one page."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import hydra
import pandas as pd
from omegaconf import DictConfig, OmegaConf

from dg import own_table
from dg.frames import read_like
from dg.hyperparameters import Seed, check
from experiments.console.door import enter, expected
from experiments.ink.numbers import printed
from experiments.ink.plots import sample_grid
from experiments.studies.columns import scored

UNASKED = " Nothing is held out, so memorisation is not measured."


def evaluate(
    real: str,
    synthetic: str,
    out: str,
    *,
    schema: str | None = None,
    held_out: str | None = None,
    seed: Seed = 0,
    **reading: Any,
) -> str:
    """Writes evaluation.md, .csv and .png into the folder `out`; returns the page.

    Synthetic samples are compared with held-out real ones, or, where there are none, with one half of the real ones;
    the other half stands beside them: what real samples have.
    schema, reading: how to read them, as `own_table.read` is told
    Raises ValueError as it and `read_like` do, and where there are too few samples.
    """
    check(evaluate, {"seed": seed}, "evaluate")
    known = own_table.read(real, schema=schema, **reading)
    candidate = read_like(synthetic, known.schema)
    if held_out is None:
        (train, reference), whose, unasked = known.split(0.5, 0.5, seed=seed), "of the real samples", UNASKED
    else:
        train, reference, whose, unasked = known, read_like(held_out, known.schema), "held-out real samples", ""
    sides = [("real", train, False), ("synthetic", candidate, held_out is not None)]
    frame = pd.DataFrame(
        [
            {"samples": name, **row}
            for name, samples, about_train in sides
            for _, row in scored(train, reference, samples, seed=seed, about_train=about_train)
        ]
    )
    folder = Path(out)
    folder.mkdir(parents=True, exist_ok=True)
    frame.to_csv(folder / "evaluation.csv", index=False)
    sample_grid(reference, candidate, title=known.schema.name).savefig(folder / "evaluation.png", dpi=150)
    page = "\n\n".join(
        [
            f"# {Path(synthetic).name} beside {Path(real).name}",
            _table(frame),
            f"Compared with {len(reference):,} {whose}; real are {len(train):,} others, synthetic {len(candidate):,}. "
            f"A perfect generator comes as near as they do.{unasked}",
            "References: " + "; ".join(frame["reference"].unique()) + ".",
            "![real and synthetic series](evaluation.png)",
        ]
    )
    (folder / "evaluation.md").write_text(f"{page}\n", encoding="utf-8")
    return page


def _table(frame: pd.DataFrame) -> str:
    """A row a measure, by aspect."""
    values = frame.pivot(index="column", columns="samples", values="value")
    named = frame.drop_duplicates("column")
    rows = [
        {"aspect": row.aspect, "measure": row.column, "unit": row.unit}
        | {side: printed(values.loc[row.column, side], ".3g", undefined="") for side in ("real", "synthetic")}
        for row in named.itertuples()
        if values.loc[row.column].notna().any()
    ]
    return pd.DataFrame(rows).to_markdown(index=False, disable_numparse=True)


@hydra.main(config_path="../conf", config_name="evaluate", version_base="1.3")
@expected
def main(config: DictConfig) -> None:
    """The command."""
    given: Any = OmegaConf.to_container(config, resolve=True)
    print(evaluate(**given))


if __name__ == "__main__":
    enter(main)
