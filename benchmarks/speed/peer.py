"""The peer: gretel-synthetics' DGAN, the DoppelGANger that most people install, in an environment of its own."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import venv
from contextlib import suppress
from pathlib import Path
from typing import Any

import torch

ROOT = Path(__file__).parents[2]
ENVIRONMENT = ROOT / ".peer"
PEER = "gretel-synthetics==0.22.20"
REQUIREMENTS = (  # what its DGAN imports, in the versions that it requires; torch is ours, to compare like with like
    f"torch=={torch.__version__.split('+')[0]}",
    "numpy==1.23.5",
    "pandas==1.5.3",
    "scipy==1.10.1",
    "scikit-learn==1.2.2",
    "category-encoders==2.4.0",
    "smart_open==7.0.4",
    "tqdm",
)


class PeerUnavailable(RuntimeError):
    """The peer cannot be installed or started here."""


class Peer:
    """The peer in training, one turn at a time; it waits in between. `sizes` are arguments of peer_driver's `main`.

    name, critic_inputs, parameters: what is trained
    """

    def __init__(self, *, clock: str, threads: int, **sizes: int) -> None:
        driver = Path(__file__).with_name("peer_driver.py")
        self.process = subprocess.Popen(
            [_python(), "-I", driver, json.dumps({"clock": clock, "threads": threads, **sizes})],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
            env={**os.environ, "OMP_NUM_THREADS": str(threads), "MKL_NUM_THREADS": str(threads)},
        )
        description = self._answer()
        self.name: str = description["name"]
        self.critic_inputs: int = description["critic_inputs"]
        self.parameters: int = description["parameters"]

    def turn(self, batches: int) -> list[float]:
        """Trains for that many batches; returns the milliseconds of each."""
        assert self.process.stdin
        with suppress(BrokenPipeError):
            self.process.stdin.write(f"{batches}\n")
            self.process.stdin.flush()
        return self._answer()

    def close(self) -> None:
        """Ends the training."""
        self.process.communicate()

    def _answer(self) -> Any:
        assert self.process.stdout
        line = self.process.stdout.readline()
        if not line:
            raise PeerUnavailable(f"{PEER} ended with code {self.process.wait()}; if it does so again, remove .peer")
        return json.loads(line)


def _python() -> Path:
    """The interpreter of the peer's environment, which is made once."""
    ready = ENVIRONMENT / "ready"
    python = ENVIRONMENT / "bin" / "python"
    if not ready.exists():
        print(f"installing {PEER} in {ENVIRONMENT.name}/ (once; some minutes)", file=sys.stderr)
        pip = [str(python), "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
        try:
            venv.create(ENVIRONMENT, clear=True, with_pip=True)
            subprocess.run([*pip, *REQUIREMENTS], check=True, capture_output=True, text=True)
            subprocess.run([*pip, "--no-deps", PEER], check=True, capture_output=True, text=True)
        except subprocess.CalledProcessError as error:
            shutil.rmtree(ENVIRONMENT, ignore_errors=True)
            reasons = [line for line in (error.stderr or "").splitlines() if line.startswith("ERROR")]
            raise PeerUnavailable(f"{PEER} cannot be installed: {(reasons or [str(error)])[-1]}") from error
        ready.touch()
    return python
