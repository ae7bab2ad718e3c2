"""The losses of every model's first batches are those that were noted: a change that moves numbers is no accident.

Who means to move them gives the class a new `version`, writes a line into CHANGELOG.md that says which reported numbers
move, and notes the new losses by GOLDEN=1 in the environment of this test.
"""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import pytest
from hydra.utils import get_class, instantiate
from lightning import Callback, LightningModule, Trainer

from dg.encoding import Encoder
from dg.training import fit
from experiments.ink.models import models
from tests import slowly

MODELS = sorted(models())
GOLDEN = Path(__file__).with_name("golden_losses.json")


class Losses(Callback):
    """What a model logs of each batch."""

    def __init__(self) -> None:
        self.logged: list[dict[str, float]] = []

    def on_train_batch_end(self, trainer: Trainer, module: LightningModule, *_: Any) -> None:
        self.logged.append({name: float(value) for name, value in trainer.logged_metrics.items()})


@pytest.mark.parametrize("lengths", ["equal", "varied"])
@pytest.mark.parametrize("name", slowly.but(slowly.MODELS, MODELS))
def test_the_losses_are_those_that_were_noted(name, lengths, config, request):
    cell, train, losses = config(f"model={name}"), request.getfixturevalue(lengths), Losses()
    fit(
        instantiate(cell.model.module), train, encoder=Encoder.fit(train, **cell.model.encoder),
        batches=3, seed=0, callbacks=[losses], accelerator="cpu", log_every_n_steps=1,
    )  # fmt: skip
    version, key = get_class(cell.model.module._target_).version, f"{name}, {lengths} lengths"
    noted = json.loads(GOLDEN.read_text()) if GOLDEN.exists() else {}
    if os.environ.get("GOLDEN") == "1":
        noted[key] = {"version": version, "losses": losses.logged}
        GOLDEN.write_text(json.dumps(dict(sorted(noted.items())), indent=1) + "\n")
    assert key in noted, "note the losses of a new model by GOLDEN=1"
    assert noted[key]["version"] == version
    assert len(losses.logged) == len(noted[key]["losses"])
    for batch, golden in zip(losses.logged, noted[key]["losses"], strict=True):
        assert batch == pytest.approx(golden, rel=1e-4, abs=1e-6)
