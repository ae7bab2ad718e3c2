"""Where a number comes from: data, seeds, revision, versions, device and seconds."""

from __future__ import annotations

import platform
import subprocess
from importlib.metadata import version
from typing import Any

import torch
from omegaconf import DictConfig

from dg.dataset import TimeSeriesDataset
from experiments.runs.data import file_hash, origin

PACKAGES = ("torch", "lightning", "numpy", "hmmlearn", "pysiglib", "scikit-learn", "sdmetrics")


def provenance(config: DictConfig, train: TimeSeriesDataset, *, seconds: float) -> dict[str, Any]:
    """The facts that run.json keeps of a run."""
    return {
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
    }


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
