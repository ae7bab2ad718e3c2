"""Promises of privacy that cannot be kept, or that would promise nothing."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from baselines import AR, Bootstrap
from dg import Categorical, Continuous, DoppelGANger, Encoder, Privacy, Schema, TimeSeriesDataset, fit

BOUNDS = {"load": (0.0, 9.0), "size": (0.0, 3.0)}


def cells(n: int = 200, **bounds: float) -> TimeSeriesDataset:
    """n cells of two records, whose loads are from 0 to 4."""
    rows = pd.DataFrame({"area": ["city", "land"] * (n // 2), "size": np.tile([1.0, 2.0], n // 2)})
    schema = Schema(
        "cells", (Categorical("area", ("city", "land")), Continuous("size")), (Continuous("load", **bounds),), 2
    )
    return TimeSeriesDataset(schema, rows, np.arange(2.0 * n, dtype=np.float32).reshape(n, 2, 1) % 5, np.full(n, 2))


def asked(**options: Any) -> Callable[[Path], object]:
    """A promise."""
    return lambda _: Privacy(**options)


def trained(model: Any = DoppelGANger, n: int = 200, bounds: Any = BOUNDS, **options: Any) -> Callable[[Path], object]:
    """A training that is to keep ε = 3, unless told otherwise."""
    privacy = {"epsilon": 3.0, "delta": 0.001, **options.pop("privacy", {})}

    def wrong(_: Path) -> object:
        data, chosen = cells(n), {}
        if bounds is not None:
            chosen["encoder"] = Encoder.fit(data, bounds=bounds)
        return fit(model, data, batches=5, privacy=Privacy(**privacy), **chosen, **options)

    return wrong


def packed(layout: Any) -> DoppelGANger:
    """A model that judges two samples together."""
    return DoppelGANger(layout, packing=2, batch_size=10)


CASES: dict[str, tuple[Callable[[Path], object], str]] = {
    "epsilon of nothing": (asked(epsilon=0.0), "privacy: epsilon: Input should be greater than 0"),
    "a negative epsilon": (asked(epsilon=-1.0), "privacy: epsilon: Input should be greater than 0"),
    "an infinite epsilon": (asked(epsilon=float("inf")), "privacy: epsilon: Input should be a finite number"),
    "nothing promised": (asked(), "privacy: give epsilon, noise_multiplier, or both"),
    "a negative noise": (asked(noise_multiplier=-1.0), "privacy: noise_multiplier: .* greater than or equal to 0"),
    "noise without a clip": (
        asked(noise_multiplier=1.0, clip=float("inf")),
        "privacy: clip is inf: noise cannot hide gradients of any length; give one",
    ),
    "no number as a clip": (
        asked(noise_multiplier=0.0, clip=float("nan")),
        "privacy: clip: Input should be greater than 0, got nan",
    ),
    "a clip of nothing": (asked(epsilon=1.0, clip=0.0), "privacy: clip: Input should be greater than 0"),
    "epsilon without noise": (asked(epsilon=1.0, noise_multiplier=0.0), "privacy: without noise there is no epsilon"),
    "a certain failure": (asked(epsilon=1.0, delta=1.0), "privacy: delta: Input should be less than 1"),
    "delta of nothing": (asked(epsilon=1.0, delta=0.0), "privacy: delta: Input should be greater than 0"),
    "a delta that lets one sample be published": (
        trained(privacy={"delta": 0.005}),
        "privacy: delta is 0.005, and should be less than 1/200, where 200 is the number of training samples",
    ),
    "a batch larger than the data": (
        trained(n=60),
        "privacy: a batch of 100 samples cannot be drawn from 60: lower batch_size",
    ),
    "one batch is too much": (
        trained(privacy={"epsilon": 0.01, "noise_multiplier": 0.5}),
        r"privacy: one batch with noise 0\.5 spends more than epsilon 0\.01: more noise",
    ),
    "scales that are learnt": (
        trained(bounds=None),
        r"privacy: the scale of \['size', 'load'\] would be learnt from the training samples.* give bounds",
    ),
    "one scale that is learnt": (trained(bounds={"load": (0.0, 9.0)}), r"privacy: the scale of \['size'\] would be"),
    "a model without a critic": (
        trained(AR),
        "privacy: AR has neither a critic .*, as DoppelGANger and NaiveGAN have, nor",
    ),
    "a model that copies": (trained(Bootstrap), "privacy: Bootstrap has neither a critic"),
    "packs": (trained(packed), "privacy: a pack of samples has one gradient.*packing=1"),
    "a graph": (trained(capture=True), "capture: private batches differ in size, which a CUDA graph cannot"),
    "values outside of their bounds": (
        trained(bounds={**BOUNDS, "load": (1.0, 3.0)}),
        "'load': its values are from 0 to 4, outside its bounds 1 to 3: widen the bounds, or clip the values",
    ),
    "bounds that are none": (
        trained(bounds={**BOUNDS, "load": (3.0, 3.0)}),
        r"'load' has the bounds \[3\.0, 3\.0\]: give two numbers, the lowest value first",
    ),
    "bounds of three": (
        trained(bounds={"load": (1.0, 2.0, 3.0)}),
        r"'load' has the bounds \[1\.0, 2\.0, 3\.0\]: give two numbers",
    ),
    "bounds of a category": (
        trained(bounds={"area": (0.0, 1.0)}),
        r"bounds names \['area'\]; cells has the numeric fields \['size', 'load'\]",
    ),
}
