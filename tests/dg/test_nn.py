"""The building blocks, against formulas written out in numpy and cases worked out by hand."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch import nn

from dg.encoding import Block
from dg.nn import LSTM, Heads, activate, generation_flags, harden, lengths_from_flags, linear, mlp

BLOCKS = (Block("kind", 3, "softmax"), Block("low", 1, "tanh"), Block("half", 1, "sigmoid"))


def glorot(inputs: int, outputs: int) -> float:
    return (6 / (inputs + outputs)) ** 0.5


def spans(weight: torch.Tensor, bound: float) -> bool:
    """Uniform on [-bound, bound], by its extremes and its variance bound²/3."""
    uniform = weight.var().item() == pytest.approx(bound**2 / 3, rel=0.1)
    return bool(uniform and 0.97 * bound < weight.abs().max() <= bound)


@pytest.mark.parametrize("width", [2, 3])
def test_a_softmax_of_any_width(width: int) -> None:
    logits = torch.tensor([[0.0, 3.0, -1.0], [800.0, -800.0, 0.0], [1e-4, 2e-4, 3e-4]], dtype=torch.float64)[:, :width]
    torch.testing.assert_close(activate(logits, Block("kind", width, "softmax")), torch.softmax(logits, dim=1))


def test_dense_layers_are_glorot_uniform_without_bias() -> None:
    layer = linear(300, 100)
    assert spans(layer.weight, glorot(300, 100)) and not layer.bias.any()


def test_batch_normalisation_comes_after_relu_and_the_output_is_linear() -> None:
    kinds = [type(layer) for layer in mlp(5, [100, 100], 1, batch_norm=True)]
    assert kinds == [nn.Linear, nn.ReLU, nn.BatchNorm1d] * 2 + [nn.Linear]
    assert [type(layer) for layer in mlp(5, [200] * 4, 1)] == [nn.Linear, nn.ReLU] * 4 + [nn.Linear]
    assert [type(layer) for layer in mlp(5, [7])] == [nn.Linear, nn.ReLU]


def test_batch_normalisation_is_that_of_the_release() -> None:
    """Decay 0.9 (PyTorch's momentum 0.1), epsilon 1e-5, scale and centre learnt."""
    network = mlp(4, [3], batch_norm=True)
    norm = network[2]
    assert isinstance(norm, nn.BatchNorm1d)
    assert (norm.momentum, norm.eps, norm.affine) == (0.1, 1e-5, True)
    inputs = torch.randn(50, 4, generator=torch.Generator().manual_seed(0))
    hidden = np.maximum(inputs.numpy() @ network.get_parameter("0.weight").detach().numpy().T, 0)
    expected = (hidden - hidden.mean(0)) / np.sqrt(hidden.var(0) + 1e-5)
    np.testing.assert_allclose(network(inputs).detach(), expected, atol=1e-5)
    np.testing.assert_allclose(norm.get_buffer("running_mean"), 0.1 * hidden.mean(0), atol=1e-6)


def test_one_lstm_step_by_hand() -> None:
    """Gates i, f, g, o; c' = σ(f)·c + σ(i)·tanh(g); h' = σ(o)·tanh(c')."""
    lstm = LSTM(3, 4)
    rng = torch.Generator().manual_seed(0)
    x, h, c = (torch.randn(2, size, generator=rng) for size in (3, 4, 4))
    output, (last_h, last_c) = lstm(x[:, None], (h[None], c[None]))

    def sigmoid(z: np.ndarray) -> np.ndarray:
        return 1 / (1 + np.exp(-z))

    w_x, w_h = lstm.get_parameter("weight_ih_l0").detach().numpy(), lstm.get_parameter("weight_hh_l0").detach().numpy()
    bias = np.repeat([0.0, 1.0, 0.0, 0.0], 4)  # forget bias 1
    i, f, g, o = np.split(x.numpy() @ w_x.T + h.numpy() @ w_h.T + bias, 4, axis=1)
    new_c = sigmoid(f) * c.numpy() + sigmoid(i) * np.tanh(g)
    new_h = sigmoid(o) * np.tanh(new_c)
    np.testing.assert_allclose(output[:, 0].detach(), new_h, atol=1e-6)
    np.testing.assert_allclose(last_h[0].detach(), new_h, atol=1e-6)
    np.testing.assert_allclose(last_c[0].detach(), new_c, atol=1e-6)


def test_lstm_kernels_are_glorot_over_both_inputs_and_there_is_one_bias() -> None:
    """TensorFlow's kernel has inputs + hidden rows and 4·hidden columns."""
    lstm = LSTM(30, 100, layers=2)
    for layer, inputs in enumerate((30, 100)):
        bound = glorot(inputs + 100, 400)
        for name in ("ih", "hh"):
            assert spans(getattr(lstm, f"weight_{name}_l{layer}"), bound)
        assert getattr(lstm, f"bias_ih_l{layer}").tolist() == [0.0] * 100 + [1.0] * 100 + [0.0] * 200
        second = getattr(lstm, f"bias_hh_l{layer}")
        assert not second.requires_grad and not second.any()


def test_each_head_is_glorot_by_its_own_width() -> None:
    """The release has one layer a field and record, so that a bound knows the width of its block alone."""
    heads = Heads(100, (Block("wide", 80, "softmax"), Block("one", 1, "tanh")), records=40)
    weight = heads.linear.weight.view(40, 81, 100)
    assert spans(weight[:, :80], glorot(100, 80))
    assert spans(weight[:, 80:], glorot(100, 1))
    assert not heads.linear.bias.any()


@pytest.mark.parametrize("shape", [(6,), (2, 3)])
def test_heads_give_every_record_every_block(shape: tuple[int, ...]) -> None:
    heads = Heads(8, BLOCKS, records=4)
    hidden = torch.randn(*shape, 8, generator=torch.Generator().manual_seed(0))
    soft = heads(hidden)
    assert soft.shape == (*shape, 4, 5)
    torch.testing.assert_close(soft[..., :3].sum(dim=-1), torch.ones(*shape, 4))
    logits = (hidden @ heads.linear.weight.T).unflatten(-1, (4, 5))
    torch.testing.assert_close(soft[..., 3], logits[..., 3].tanh())
    torch.testing.assert_close(soft[..., 4], logits[..., 4].sigmoid())


def test_activations_by_hand() -> None:
    logits = torch.tensor([[0.0, np.log(3.0)]])
    assert activate(logits, BLOCKS[0]).tolist() == [pytest.approx([0.25, 0.75])]
    assert activate(logits, BLOCKS[2])[0, 1].item() == pytest.approx(0.75)
    assert activate(logits, BLOCKS[1])[0, 1].item() == pytest.approx(0.8)


def test_networks_downstream_receive_one_hot_categories_and_no_gradient() -> None:
    soft = torch.tensor([[0.2, 0.5, 0.3, -0.7, 0.1], [0.4, 0.4, 0.2, 0.3, 0.9]], requires_grad=True)
    hard = harden(soft, BLOCKS)
    torch.testing.assert_close(hard, torch.tensor([[0, 1, 0, -0.7, 0.1], [1, 0, 0, 0.3, 0.9]]))
    assert not hard.requires_grad
    assert harden(torch.empty(2, 0), ()).shape == (2, 0)


def test_flags_by_hand() -> None:
    """Figure 17: lengths 1, 3 and 4 of four records."""
    go, end, over = [1.0, 0.0], [0.0, 1.0], [0.0, 0.0]
    assert generation_flags(torch.tensor([1, 3, 4]), 4).tolist() == [
        [end, over, over, over],
        [go, go, end, over],
        [go, go, go, end],
    ]


def test_flags_of_batch_generation_by_hand() -> None:
    """S = 2 of six records: the end flag fills the rest of its block."""
    go, end, over = [1.0, 0.0], [0.0, 1.0], [0.0, 0.0]
    assert generation_flags(torch.tensor([1, 2, 3, 6]), 6, block=2).tolist() == [
        [end, end, over, over, over, over],
        [go, end, over, over, over, over],
        [go, go, end, end, over, over],
        [go, go, go, go, go, end],
    ]


@given(lengths=st.lists(st.integers(1, 12), min_size=1, max_size=6), extra=st.integers(0, 5), block=st.integers(1, 6))
def test_lengths_from_flags_undoes_generation_flags(lengths: list[int], extra: int, block: int) -> None:
    flags = generation_flags(torch.tensor(lengths), 12 + extra, block)
    assert lengths_from_flags(flags).tolist() == lengths


def test_lengths_of_soft_flags_by_hand() -> None:
    """p₁ < p₂ ends a series (Appendix B), the first such record counts, and a series without one is whole."""
    soft = torch.tensor([[[0.9, 0.1], [0.4, 0.6], [0.8, 0.2]], [[0.5, 0.5], [0.7, 0.3], [0.6, 0.4]]])
    assert lengths_from_flags(soft).tolist() == [2, 3]
