"""A computation as a CUDA graph: recorded once, then replayed without the host, which is slower than a GPU."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import torch
from lightning_utilities.core.apply_func import apply_to_collection, apply_to_collections
from torch import Tensor

WARM_UP = 3  # calls that are computed as usual, so that libraries have chosen their kernels


class Captured:
    """`function` of tensors, or tuples and lists of them, whose shapes never change; it returns tensors by name.

    What it reads and writes besides must keep its place in memory: weights, their gradients, moments of optimisers.
    """

    def __init__(self, function: Callable[..., dict[str, Tensor]]) -> None:
        self.function, self.calls = function, 0

    def __call__(self, *inputs: Any) -> dict[str, Tensor]:
        """The same as `function`."""
        self.calls += 1
        if self.calls <= WARM_UP:
            return self.aside(inputs)
        if self.calls == WARM_UP + 1:
            self.inputs = apply_to_collection(inputs, Tensor, torch.clone)
            self.graph, self.outputs = self.record()
        apply_to_collections(self.inputs, inputs, Tensor, Tensor.copy_)
        self.graph.replay()
        return {name: output.clone() for name, output in self.outputs.items()}

    def aside(self, inputs: tuple[Any, ...]) -> dict[str, Tensor]:
        """Computed as usual, on a stream of its own, as torch asks before a recording."""
        here, other = torch.cuda.current_stream(), torch.cuda.Stream()
        other.wait_stream(here)
        with torch.cuda.stream(other):
            outputs = self.function(*inputs)
        here.wait_stream(other)
        return outputs

    def record(self) -> tuple[torch.cuda.CUDAGraph, dict[str, Tensor]]:
        """The graph, and the tensors where it leaves its results; nothing is computed yet."""
        graph = torch.cuda.CUDAGraph()
        with torch.cuda.graph(graph):
            outputs = self.function(*self.inputs)
        return graph, outputs
