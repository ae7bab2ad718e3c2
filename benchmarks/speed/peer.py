"""The peer in training, by the clock."""

from __future__ import annotations

import json
import os
import subprocess
from contextlib import suppress
from pathlib import Path
from typing import Any

from benchmarks.peer.environment import PEER, SETTINGS, PeerUnavailable, python


class Peer:
    """The peer in training, one turn at a time; it waits in between. `sizes` are arguments of peer_driver's `main`.

    name, critic_inputs, parameters: what is trained
    """

    def __init__(self, *, clock: str, threads: int, **sizes: int) -> None:
        driver = Path(__file__).with_name("peer_driver.py")
        self.process = subprocess.Popen(
            [python(), "-I", driver, json.dumps({"clock": clock, "threads": threads, "settings": SETTINGS, **sizes})],
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
