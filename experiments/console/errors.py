"""How an expected error looks on the command line: its message, without a traceback."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from functools import wraps

from hydra.errors import HydraException
from omegaconf import DictConfig

from dg.module import TrainingDiverged


def clear_errors(command: Callable[[DictConfig], None]) -> Callable[[DictConfig], None]:
    """Ends `command` with its error's message; HYDRA_FULL_ERROR=1 shows where it was raised."""

    @wraps(command)
    def clear(config: DictConfig) -> None:
        try:
            command(config)
        except (ValueError, OSError, TrainingDiverged, HydraException) as error:
            if os.environ.get("HYDRA_FULL_ERROR") == "1":
                raise
            sys.exit(f"error: {error.__cause__ if isinstance(error, HydraException) and error.__cause__ else error}")

    return clear
