"""A training step asks the device nothing: a GPU would have to finish all that it was told before it could answer."""

from __future__ import annotations

from typing import Any

import pytest
import torch
from hydra.utils import instantiate
from torch.utils._python_dispatch import TorchDispatchMode

from dg.encoding import Encoder
from dg.training import fit
from experiments.ink.models import models
from tests import slowly

QUESTIONS = {"aten::_local_scalar_dense", "aten::equal", "aten::is_nonzero", "aten::nonzero", "aten::masked_select"}
ASK_HOW_LONG = ("doppelganger", "rnn")  # where lengths vary, once all series have ended nothing more is computed
ON_THE_HOST = ("hmm",)  # hmmlearn trains it


CASES = [
    (name, lengths)
    for name in sorted(models())
    for lengths in ("equal", "varied")
    if not name.startswith(ON_THE_HOST) and not (lengths == "varied" and name.startswith(ASK_HOW_LONG))
]


class NoQuestions(TorchDispatchMode):
    """Refuses what reads a value that is on the device."""

    def __torch_dispatch__(self, function: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        assert function.name().partition(".")[0] not in QUESTIONS, f"{function.name()} asks the device"
        return function(*args, **(kwargs or {}))


@pytest.mark.parametrize(("name", "lengths"), slowly.but(slowly.MODELS, CASES))
def test_a_training_step_asks_the_device_nothing(name, lengths, config, request, monkeypatch):
    """But for the steps that are logged, here the last one."""
    cell, train, asked = config(f"model={name}"), request.getfixturevalue(lengths), []
    model = instantiate(cell.model.module)
    step = model.func.training_step

    def watched(self, *arguments):
        asked.append(self.global_step)
        with NoQuestions():
            return step(self, *arguments)

    monkeypatch.setattr(model.func, "training_step", watched)
    encoder = Encoder.fit(train, **cell.model.encoder)
    fit(model, train, encoder=encoder, batches=3, seed=0, accelerator="cpu", log_every_n_steps=100)
    assert asked or model.func.batch_size is None


@pytest.mark.parametrize("ask", [lambda x: x.item(), lambda x: bool(x > 0), torch.nonzero, lambda x: x[x > 0]])
def test_a_question_is_noticed(ask):
    with pytest.raises(AssertionError, match="asks the device"), NoQuestions():
        ask(torch.ones(()))
