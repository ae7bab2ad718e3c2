"""Floating-point operations: how many a computation takes, and how many a second this machine can do."""

from __future__ import annotations

from collections.abc import Callable
from statistics import median
from typing import Any

import torch
from torch import Tensor
from torch.utils._python_dispatch import TorchDispatchMode
from torch.utils.flop_counter import flop_registry


def lstm(inputs: Tensor, input_weight: Tensor, hidden_weight: Tensor, *_: Any, **__: Any) -> int:
    """Operations of an LSTM layer's forward pass on `inputs` [t, b, i]: both weights multiply each record once."""
    return 2 * inputs.shape[0] * inputs.shape[1] * (input_weight.numel() + hidden_weight.numel())


def lstm_backward(*arguments: Any, **keywords: Any) -> int:
    """Twice the forward pass: the gradients of the inputs and of the weights."""
    return 2 * lstm(*arguments, **keywords)


FORMULAS: dict[Any, Callable[..., int]] = {
    **flop_registry,
    torch.ops.aten.mkldnn_rnn_layer: lstm,
    torch.ops.aten.mkldnn_rnn_layer_backward: lstm_backward,
}


class Operations(TorchDispatchMode):
    """Counts in `total` the operations of all matrix products and LSTM layers, forward and backward, while it is open.

    torch's own FlopCounterMode does not count LSTMs on the CPU and fails on a gradient penalty.
    """

    def __init__(self) -> None:
        super().__init__()
        self.total = 0

    def __torch_dispatch__(self, function: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        """Runs `function` and counts its operations."""
        result = function(*args, **(kwargs or {}))
        formula = FORMULAS.get(function.overloadpacket)
        if formula:
            self.total += formula(*args, **(kwargs or {}), out_val=result)
        return result


def matrix_product_rate(clock: Callable[[], float], size: int = 2048, repetitions: int = 5) -> float:
    """Operations per second of the product of two square float32 matrices: the most that this machine reaches."""
    left, right = torch.randn(2, size, size)
    seconds = []
    for _ in range(repetitions + 1):
        start = clock()
        left @ right
        seconds.append(clock() - start)
    return 2 * size**3 / median(seconds[1:])
