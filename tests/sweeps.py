"""What tests of sweeps share: tiny cells, and what a sweep has made."""

from __future__ import annotations

from pathlib import Path

SMALL = ["scale=smoke", "scale.samples=60", "logger=none", "scale.validation.times=2"]


def results(outputs: Path) -> dict[str, bytes]:
    """The weights and the samples of each finished run."""
    parts = ("generator/weights.safetensors", "generated/measurements.npy")
    return {
        f"{run.name}/{part}": (run / part).read_bytes()
        for run in outputs.glob("runs/*")
        if run.suffix != ".unfinished"
        for part in parts
    }
