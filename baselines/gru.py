"""A GRU whose layers run as one compiled step each on a CPU: gru.cpp, which is compiled once, in about a second.

torch has no such layer for CPUs: it runs some ten small operations a record. What is computed is the same up to
rounding.
"""

from __future__ import annotations

import ctypes
import logging
import os
import platform
import shutil
import subprocess
import sys
import tempfile
from contextlib import suppress
from functools import cache
from hashlib import sha256
from pathlib import Path
from time import perf_counter
from typing import Any

import torch
from jaxtyping import Float
from torch import Tensor, nn
from torch.autograd.function import once_differentiable
from torch.utils._python_dispatch import _get_current_dispatch_mode

from dg.files import said

log = logging.getLogger(__name__)

SOURCE = Path(__file__).with_suffix(".cpp")
COMPILERS = ("c++", "g++", "clang++")
OPTIONS = ("-O3", "-std=c++17", "-shared", "-fPIC")
INSTRUCTIONS = {  # by what torch found that this CPU can do
    "AVX512": ("-mavx512f", "-mavx512dq", "-mavx512bw", "-mavx512vl", "-mfma"),
    "AVX2": ("-mavx2", "-mfma"),
}
LEAST = 512  # records of a minibatch, over all its samples; a smaller one is not worth the compilation
WIDEST = 32  # samples that gru.cpp computes together
PATIENCE = 120  # seconds for the compiler


class GRU(nn.GRU):
    """nn.GRU, batch first, with the same weights; each layer is one compiled step where that is possible.

    It is not on a GPU, in other numbers than float32, for small minibatches, and without a C++ compiler. Which way is
    taken depends on the machine and on the shape of the inputs alone, so that the same seed gives the same bytes.
    """

    def __init__(self, inputs: int, units: int, layers: int = 1) -> None:
        super().__init__(inputs, units, layers, batch_first=True)

    def forward(  # type: ignore[override]
        self, input: Float[Tensor, "b t i"], hx: Float[Tensor, "l b h"] | None = None
    ) -> tuple[Float[Tensor, "b t h"], Float[Tensor, "l b h"]]:
        """The last layer's output for every record, and every layer's for the last one."""
        if hx is not None or not self._compilable(input) or library() is None:
            return super().forward(input, hx)
        b, t, _ = input.shape
        series, last = input.permute(2, 1, 0).flatten(1), []
        for layer in range(self.num_layers):
            weight, recurrent, bias, recurrent_bias = (
                getattr(self, f"{name}_l{layer}") for name in ("weight_ih", "weight_hh", "bias_ih", "bias_hh")
            )
            gates = 2 * self.hidden_size
            biases = torch.cat([bias[:gates] + recurrent_bias[:gates], recurrent_bias[gates:], bias[gates:]])
            projected = weight.roll(self.hidden_size, dims=0) @ series  # the candidate's rows first
            series = Recurrence.apply(projected, recurrent, biases, b, torch.is_grad_enabled())
            last.append(series[:, -b:].t())
        return series.unflatten(1, (t, b)).permute(2, 1, 0), torch.stack(last)

    def _compilable(self, inputs: Tensor) -> bool:
        return (
            inputs.shape[0] * inputs.shape[1] >= LEAST
            and inputs.device.type == self.weight_ih_l0.device.type == "cpu"
            and inputs.dtype == self.weight_ih_l0.dtype == torch.float32
            and not torch.is_autocast_enabled("cpu")
            and _get_current_dispatch_mode() is None  # somebody wants to see torch's own operations
        )


class Recurrence(torch.autograd.Function):
    """A layer without the products with its inputs: the part of each record that needs the record before it."""

    @staticmethod
    def forward(
        ctx: Any,
        projected: Float[Tensor, "gates tb"],
        weight: Float[Tensor, "gates h"],
        bias: Float[Tensor, " biases"],
        samples: int,
        keep: bool,
    ) -> Float[Tensor, "h tb"]:
        """The layer's output for all t records of b samples; keep: also what the backward pass needs."""
        units, columns = weight.shape[1], projected.shape[1]
        hidden = projected.new_empty(units, columns)
        kept = projected.new_empty(4 * units, columns) if keep else None
        _run("gru_forward", samples, hidden, projected, weight.contiguous(), bias.contiguous(), kept)
        if keep:
            ctx.samples = samples
            ctx.save_for_backward(weight, hidden, kept)
        return hidden

    @staticmethod
    @once_differentiable
    def backward(ctx: Any, gradient: Float[Tensor, "h tb"]) -> tuple[Tensor | None, ...]:
        """The gradients of what was projected, of the weights and of the bias."""
        weight, hidden, kept = ctx.saved_tensors
        units, columns = hidden.shape
        sums = hidden.new_empty(4 * units, columns)
        _run("gru_backward", ctx.samples, hidden, gradient.contiguous(), weight.t().contiguous(), kept, sums)
        gated = sums[units:]
        before = gated[:, ctx.samples :] @ hidden[:, : -ctx.samples].t()
        return sums[: 3 * units], before, sums.sum(dim=1).roll(-units), None, None


def _run(function: str, samples: int, hidden: Float[Tensor, "h tb"], *others: Tensor | None) -> None:
    """Calls one of the two functions of gru.cpp with contiguous tensors."""
    units, columns = hidden.shape
    scratch = hidden.new_empty(units * (samples + 4 * WIDEST))
    arrays = (hidden, *others, scratch)
    pointers = [ctypes.c_void_p(None if array is None else array.data_ptr()) for array in arrays]
    getattr(library(), function)(*map(ctypes.c_int64, (units, columns // samples, samples)), *pointers)


@cache
def library() -> ctypes.CDLL | None:
    """The compiled gru.cpp; None where it cannot be had, which the log then says once."""
    instructions = INSTRUCTIONS.get(torch.backends.cpu.get_cpu_capability(), ())
    try:
        recipe = (SOURCE.read_bytes(), OPTIONS, instructions, sys.platform, platform.machine())
        file = SOURCE.parent / "__pycache__" / f"gru-{sha256(repr(recipe).encode()).hexdigest()[:16]}.so"
        with suppress(OSError):  # there is none, or it is damaged
            return ctypes.CDLL(str(file))
        _compile(file, (*OPTIONS, *instructions))
        return ctypes.CDLL(str(file))
    except OSError as reason:
        log.warning("GRU layers run as torch's own, several times slower: %s", said(reason))
        return None


def _compile(file: Path, options: tuple[str, ...]) -> None:
    """Makes `file` from gru.cpp; raises OSError if it cannot.

    Needs no lock: the file appears as a whole, and of two processes that make it at a time the later replaces it. Of
    the environment the compilers see PATH alone.
    """
    compilers = [found for found in map(shutil.which, COMPILERS) if found]
    failure = OSError(f"there is no C++ compiler ({', '.join(COMPILERS)})")
    file.parent.mkdir(exist_ok=True)
    for compiler in compilers:
        with tempfile.TemporaryDirectory(dir=file.parent, prefix="gru-") as folder:
            made = Path(folder) / file.name
            environment = {"PATH": os.environ.get("PATH", os.defpath), "TMPDIR": folder, "LC_ALL": "C"}
            start = perf_counter()
            try:
                subprocess.run(
                    [compiler, *options, str(SOURCE), "-o", str(made)],
                    env=environment, timeout=PATIENCE, check=True, capture_output=True, text=True, errors="replace",
                )  # fmt: skip
            except subprocess.CalledProcessError as error:
                failure = OSError(f"{compiler} failed: {error.stderr}")
            except subprocess.TimeoutExpired:
                failure = OSError(f"{compiler} has not ended after {PATIENCE} s")
            except OSError as error:
                failure = OSError(f"{compiler} failed: {error}")
            else:
                os.replace(made, file)
                log.info("compiled %s in %.1f s, once for this copy of the code", SOURCE.name, perf_counter() - start)
                return
    raise failure
