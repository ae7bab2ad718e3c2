"""The sweep of these tests: six cells of three models, each of about two seconds."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType

from omegaconf import OmegaConf

from experiments.runs.run import UNFINISHED, Run
from tests.commands import Command
from tests.sweeps import SMALL, results

MODELS = ("ar", "naive_gan", "doppelganger")  # smallest first
GRID = [*SMALL, f"model={','.join(MODELS)}", "seed=0,1", "dataset=mba", "logger=csv"]
GRID += ["scale.batches=12", "scale.checkpoint_every=2"]
CELLS = 6
PARTS = {"config.yaml", "generated", "generator", "metrics", "run.json", "samples"}
NONE: Mapping[str, str] = MappingProxyType({})


@dataclass(frozen=True)
class Undisturbed:
    """What the sweep makes with nobody in its way, and the seconds that it takes."""

    made: dict[str, bytes]
    seconds: float


def start(outputs: Path, *overrides: str, environment: Mapping[str, str] = NONE) -> Command:
    return Command("experiments.train", "-m", *GRID, f"outputs={outputs}", *overrides, environment=environment)


def alone(outputs: Path, *overrides: str, environment: Mapping[str, str] = NONE) -> str:
    """Makes what is missing of the sweep, with nobody in its way; what it said."""
    status, output, errors = start(outputs, *overrides, environment=environment).finish()
    assert status == 0, output + errors
    return output + errors


def made(outputs: Path) -> dict[str, bytes]:
    """The weights, the samples and the curves of each finished run."""
    runs = [Run(run, OmegaConf.create()) for run in outputs.glob("runs/*") if run.suffix != UNFINISHED]
    curves = {run.folder.name: run.curves.set_index("step").filter(like="validation/").dropna() for run in runs}
    return results(outputs) | {f"{name}/curves": table.to_csv().encode() for name, table in curves.items()}


def refuse_remains(outputs: Path) -> None:
    """Of each cell there is one folder, with what a run has and nothing else; no failure, no temporary folder."""
    runs = list(outputs.glob("runs/*"))
    assert len(runs) == CELLS and all({part.name for part in run.iterdir()} == PARTS for run in runs), [
        str(file) for run in runs for file in run.iterdir()
    ]
    remains = [*outputs.rglob("*unfinished*"), *outputs.rglob("*.ckpt"), *outputs.glob("failures/*")]
    assert not remains
