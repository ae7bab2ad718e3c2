"""Where a number comes from: data, seeds, revision, versions, device and seconds."""

from __future__ import annotations

import platform
import subprocess
from importlib.metadata import version
from pathlib import Path
from typing import NotRequired

import torch
from omegaconf import DictConfig
from pydantic import with_config
from typing_extensions import TypedDict

from dg.dataset import TimeSeriesDataset
from dg.files import STRICT
from experiments.runs.data import file_hash, hash_of, origin

PARTS = ("generator", "generated", "best", "best_generated")  # folders of a run that are read again
PACKAGES = ("torch", "lightning", "numpy", "hmmlearn", "pysiglib", "scikit-learn", "sdmetrics")


@with_config(STRICT)
class Data(TypedDict):
    """Which data a run was trained on."""

    origin: str
    sha256: str | None
    fingerprint: str
    samples: int


@with_config(STRICT)
class Facts(TypedDict):
    """What run.json says of a run. `id` and `parts`, the hashes of its folders, were not noted by earlier versions."""

    id: NotRequired[str]
    data: Data
    revision: str
    versions: dict[str, str]
    device: str
    threads: int
    seconds: float
    parts: NotRequired[dict[str, str]]


def provenance(config: DictConfig, train: TimeSeriesDataset, folder: Path, *, id: str, seconds: float) -> Facts:
    """The facts that run.json keeps of a run that is being made in `folder`."""
    return {
        "id": id,
        "data": {
            "origin": origin(config),
            "sha256": file_hash(config.data),
            "fingerprint": train.fingerprint,
            "samples": len(train),
        },
        "revision": revision(),
        "versions": versions(),
        "device": device(config.trainer.accelerator),
        "threads": torch.get_num_threads(),
        "seconds": round(seconds, 1),
        "parts": {name: part_hash(folder / name) for name in PARTS if (folder / name).exists()},
    }


def part_hash(folder: Path) -> str:
    """SHA-256 of the names and contents of a folder's files; raises ValueError where one is no regular file."""
    return hash_of(folder, folder.iterdir())


def versions() -> dict[str, str]:
    """Of Python and of the packages that numbers depend on."""
    return {"python": platform.python_version(), **{name: version(name) for name in PACKAGES}}


def revision() -> str:
    """The commit of the code, with "+changes" where the working tree differs from it."""
    try:
        commit = _git("rev-parse", "--short=12", "HEAD")
        return commit + ("+changes" if _git("status", "--porcelain", "--untracked-files=no") else "")
    except (OSError, subprocess.CalledProcessError):
        return "unknown: not a git checkout"


def device(accelerator: str) -> str:
    """The GPU's name, or the processor's."""
    if accelerator == "gpu" and torch.cuda.is_available():
        return torch.cuda.get_device_name()
    return f"{platform.machine()} CPU"


def _git(*arguments: str) -> str:
    return subprocess.run(["git", *arguments], capture_output=True, text=True, check=True).stdout.strip()
