"""Which samples of a dataset are taken: without replacement, by a seed (Appendix A)."""

from __future__ import annotations

import logging
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

log = logging.getLogger(__name__)


def check(samples: int | None, raw: str | Path) -> None:
    """Raises ValueError if fewer than one sample is asked for. Call it before anything is read."""
    if samples is not None and (isinstance(samples, bool) or not isinstance(samples, int | np.integer) or samples < 1):
        raise ValueError(f"{raw}: {samples!r} samples were asked for; ask for at least 1")


def choose(n: int, samples: int | None, seed: int, what: str) -> NDArray[np.int64] | None:
    """The indices of `samples` of n, in random order; None if all are taken: `samples` is None or at least n."""
    if samples is None or samples >= n:
        return None
    log.info("%d of %d %s dropped: %d are sampled", n - samples, n, what, samples)
    return np.random.default_rng(seed).choice(n, samples, replace=False)
