"""Where a number comes from: data, seeds, revision, versions, device and seconds."""

from __future__ import annotations

import os
import platform
import resource
import subprocess
import sys
from importlib.metadata import version
from pathlib import Path

import psutil
import torch
from omegaconf import DictConfig

from dg.dataset import TimeSeriesDataset
from experiments.runs.data import file_hash, hash_of, origin
from experiments.runs.facts import RunFile

PARTS = ("generator", "generated", "best", "best_generated")  # folders of a run that are read again
CHANGED = "+changes"
PACKAGES = ("torch", "lightning", "numpy", "hmmlearn", "pysiglib", "scikit-learn", "sdmetrics")


def provenance(config: DictConfig, train: TimeSeriesDataset, folder: Path, *, id: str, seconds: float) -> RunFile:
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
        "load": round(os.getloadavg()[0], 1),
        "seconds": round(seconds, 1),
        "work": {
            "model": config.model.name,
            "dataset": config.dataset.name,
            "accelerator": config.trainer.accelerator,
            "batches": config.batches,
            "memory": most_memory(),
        },
        "parts": {name: part_hash(folder / name) for name in PARTS if (folder / name).exists()},
    }


def part_hash(folder: Path) -> str:
    """SHA-256 of the names and contents of a folder's files; raises ValueError where one is no regular file."""
    return hash_of(folder, folder.iterdir())


def versions() -> dict[str, str]:
    """Of Python and of the packages that numbers depend on."""
    return {"python": platform.python_version(), **{name: version(name) for name in PACKAGES}}


def revision() -> str:
    """The commit of the code, with "+changes" where the working tree differs from it.

    What is in its results/ is no code: an artifact that was made anew there keeps no other from being made.
    """
    try:
        commit = _git("rev-parse", "--short=12", "HEAD")
        changes = _git("status", "--porcelain", "--untracked-files=no", "--", ":/", ":(top,exclude)results")
        return commit + (CHANGED if changes else "")
    except (OSError, subprocess.CalledProcessError):
        return "unknown: not a git checkout"


def refuse_changes(what: str, revision: str) -> None:
    """Raises ValueError where code differs from the commit that its numbers would name."""
    if revision.endswith(CHANGED):
        raise ValueError(
            f"{what} differs from its commit ({revision}), so that nobody could make these numbers again: commit, or "
            "delete the run; or say changed=true, and the numbers will say so too"
        )


def device(accelerator: str) -> str:
    """The GPU's name, or the processor's as Linux tells it."""
    if accelerator == "gpu" and torch.cuda.is_available():
        return torch.cuda.get_device_name()
    try:
        told = Path("/proc/cpuinfo").read_text(encoding="utf-8")
        name = next(line.partition(":")[2].strip() for line in told.splitlines() if line.startswith("model name"))
    except (OSError, StopIteration):
        name = platform.processor() or platform.machine()
    return f"{name}, {psutil.cpu_count()} CPUs"


def most_memory() -> int:
    """The most bytes that this process ever held."""
    told = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return told if sys.platform == "darwin" else told * 1024


def _git(*arguments: str) -> str:
    return subprocess.run(["git", *arguments], capture_output=True, text=True, check=True).stdout.strip()
