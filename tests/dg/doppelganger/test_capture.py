"""A batch as a CUDA graph: the same weights as without, and clear words where there can be none."""

from __future__ import annotations

from functools import partial

import pytest
import torch

from baselines import AR
from dg import Encoder, fit
from dg.capture import WARM_UP, Captured

OPTIONS = [{}, {"discriminator_rounds": 2, "generator_rounds": 2}, {"auxiliary_discriminator": False, "averaging": 0.9}]


class Replayed:
    """A graph for machines without a GPU: computes the function anew, from the inputs' places into the outputs'."""

    def __init__(self, captured: Captured) -> None:
        self.captured, self.outputs, self.replays = captured, {}, 0

    def replay(self) -> None:
        self.replays += 1
        self.outputs.update(self.captured.function(*self.captured.inputs))


@pytest.mark.parametrize("options", OPTIONS)
def test_a_batch_is_a_function_of_its_inputs_places(make, small, same_weights, monkeypatch, options) -> None:
    """All that changes from batch to batch goes through the inputs: nothing is drawn or decided inside."""
    graphs: list[Replayed] = []

    def record(captured: Captured):
        graphs.append(Replayed(captured))
        return graphs[-1], graphs[-1].outputs

    monkeypatch.setattr(Captured, "aside", lambda captured, inputs: captured.function(*inputs))
    monkeypatch.setattr(Captured, "record", record)
    monkeypatch.setattr("dg.training._refuse_capture", lambda trainer: None)
    train = make(full=True)
    found, expected = (
        fit(small(**options), train, batches=9, seed=0, accelerator="cpu", capture=capture) for capture in (True, False)
    )
    (graph,) = graphs
    assert graph.replays == 9 - WARM_UP
    assert same_weights(found.module, expected.module)


@pytest.mark.skipif(not torch.cuda.is_available(), reason="a CUDA graph needs a GPU")
@pytest.mark.parametrize("options", OPTIONS)
def test_on_a_gpu_the_weights_are_those_without_a_graph(make, small, options) -> None:
    found, expected = (
        fit(small(**options), make(full=True), batches=20, seed=0, accelerator="gpu", devices=1, capture=capture)
        for capture in (True, False)
    )
    for name, weight in expected.module.state_dict().items():
        torch.testing.assert_close(found.module.state_dict()[name], weight, rtol=1e-4, atol=1e-5, msg=name)


def test_where_there_can_be_no_graph_it_is_said(make, small) -> None:
    with pytest.raises(ValueError, match="a CUDA graph needs a GPU and float32, the trainer has cpu and 32-true"):
        fit(small(), make(full=True), batches=1, accelerator="cpu", capture=True)
    with pytest.raises(ValueError, match="where lengths vary, a batch of DoppelGANger ends when its series have"):
        small()(Encoder.fit(make()).layout).capture()
    plain = Encoder.fit(make(full=True), auto_normalize=False)
    with pytest.raises(ValueError, match="a batch of AR cannot be a CUDA graph"):
        partial(AR, units=4)(plain.layout).capture()
