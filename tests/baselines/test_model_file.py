"""What baselines keep of training rows is part of their file, and is checked like weights."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import pytest
import torch
from safetensors.torch import load_file, save_file

import baselines
from dg import Encoder, TimeSeriesDataset, fit, load


@pytest.mark.parametrize(
    ("model", "change", "told"),
    [
        (
            "Bootstrap",
            lambda w: w.update({"samples.lengths": w["samples.lengths"][0].clone()}),
            "has shape (), and (0,)",
        ),
        (
            "Bootstrap",
            lambda w: w.update({"samples.lengths": w["samples.lengths"] + 8}),
            "samples.lengths has a length",
        ),
        ("Bootstrap", lambda w: w.update({"samples.lengths": w["samples.lengths"][:5].clone()}), "equally many"),
        (
            "Bootstrap",
            lambda w: w.update({"samples.lengths": w["samples.lengths"].float()}),
            "type F32, and should have",
        ),
        ("Bootstrap", lambda w: w.update({name: w[name][:0].clone() for name in w}), "has shape (0, "),
        (
            "Shuffled",
            lambda w: w["samples.measurements"].fill_(torch.nan),
            "measurements has a number that is not finite",
        ),
        ("AR", lambda w: w.update({"attributes.rows": w["attributes.rows"][:, :1].clone()}), "and (0, 2) by generator"),
        ("AR", lambda w: w.update({"attributes.rows": w["attributes.rows"].to(torch.int8)}), "numbers of type I8"),
        ("RCGAN", lambda w: w.update({"drawn.lengths": w["drawn.lengths"] * 0}), "drawn.lengths has a length"),
        ("HMM", lambda w: w["covars"].fill_(torch.inf), "covars has a number that is not finite"),
    ],
)
def test_rows_that_are_none(
    ramps: TimeSeriesDataset, tmp_path: Path, model: str, change: Callable[[dict[str, Any]], Any], told: str
) -> None:
    small = {"HMM": {"components": 2, "iterations": 1}, "AR": {"units": 4}, "RCGAN": {"units": 4}}.get(model, {})
    encoder = Encoder.fit(ramps, auto_normalize=False)
    fit(partial(getattr(baselines, model), **small), ramps, encoder=encoder, batches=1).save(tmp_path)
    file = tmp_path / "weights.safetensors"
    weights = load_file(file)
    change(weights)
    save_file(weights, file)
    with pytest.raises(ValueError) as caught:
        load(tmp_path)
    assert str(caught.value).startswith(f"{tmp_path} does not hold a whole generator: ") and told in str(caught.value)


@pytest.mark.parametrize("double", ["float", "double"])
def test_rows_of_another_size_of_number_are_read(ramps: TimeSeriesDataset, tmp_path: Path, double: str) -> None:
    encoder = Encoder.fit(ramps, auto_normalize=False)
    generator = fit(partial(baselines.AR, units=4), ramps, encoder=encoder, batches=1)
    generator.save(tmp_path)
    weights = load_file(tmp_path / "weights.safetensors")
    weights["attributes.rows"] = getattr(weights["attributes.rows"], double)()
    save_file(weights, tmp_path / "weights.safetensors")
    assert load(tmp_path).sample(9, seed=0).fingerprint == generator.sample(9, seed=0).fingerprint
