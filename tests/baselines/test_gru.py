from __future__ import annotations

import copy
import logging
import pickle
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch import Tensor, nn

from baselines import gru
from baselines.gru import GRU, library

needs_a_compiler = pytest.mark.skipif(library() is None, reason="there is no C++ compiler")


def pair(inputs: int = 3, units: int = 4, layers: int = 2, seed: int = 0) -> tuple[GRU, nn.GRU]:
    """Ours and torch's, with the same weights, all biases included."""
    with torch.random.fork_rng():
        torch.manual_seed(seed)
        ours, plain = GRU(inputs, units, layers), nn.GRU(inputs, units, layers, batch_first=True)
    plain.load_state_dict(ours.state_dict())
    return ours, plain


def everything(layer: nn.GRU, inputs: Tensor) -> list[Tensor]:
    """Outputs, last states and all gradients, of a loss in which every output has its own weight."""
    inputs = inputs.detach().requires_grad_()
    outputs, last = layer(inputs)
    loss = sum((part * torch.linspace(-1, 2, part.numel()).view(part.shape)).sum() for part in (outputs, last))
    return [outputs.detach(), last.detach(), *torch.autograd.grad(loss, [inputs, *layer.parameters()])]


@pytest.fixture
def always(monkeypatch) -> None:
    """The compiled layer also for the smallest minibatch."""
    monkeypatch.setattr(gru, "LEAST", 0)


@pytest.fixture
def copied(monkeypatch, tmp_path, always) -> Iterator[Path]:
    """A copy of gru.cpp that nobody has compiled."""
    source = tmp_path / "gru.cpp"
    source.write_bytes(gru.SOURCE.read_bytes())
    monkeypatch.setattr(gru, "SOURCE", source)
    library.cache_clear()
    yield source
    library.cache_clear()


@pytest.mark.slow
@needs_a_compiler
@given(
    b=st.integers(1, 70),
    t=st.integers(1, 9),
    inputs=st.integers(1, 5),
    units=st.integers(1, 13),
    layers=st.integers(1, 3),
    seed=st.integers(0, 2**20),
)
def test_outputs_and_gradients_are_those_of_torch(
    b: int, t: int, inputs: int, units: int, layers: int, seed: int
) -> None:
    ours, plain = pair(inputs, units, layers, seed)
    series = torch.randn(b, t, inputs, generator=torch.Generator().manual_seed(seed))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(gru, "LEAST", 0)
        found = everything(ours, series)
        with torch.no_grad():
            assert torch.equal(ours(series)[0], found[0])
    for one, other in zip(found, everything(plain, series), strict=True):
        assert one.shape == other.shape
        torch.testing.assert_close(one, other, rtol=1e-5, atol=1e-5 * max(1.0, float(other.abs().max())))


@needs_a_compiler
def test_a_large_minibatch_is_compiled_and_the_same_bytes_every_time(monkeypatch) -> None:
    ours, plain = pair(units=24)
    series = torch.randn(128, 40, 3)
    expected = everything(plain, series)
    monkeypatch.setattr(nn.GRU, "forward", None)
    first, again = everything(ours, series), everything(ours, series)
    assert all(torch.equal(one, other) for one, other in zip(first, again, strict=True))
    for one, other in zip(first, expected, strict=True):
        torch.testing.assert_close(one, other, rtol=1e-5, atol=1e-5 * float(other.abs().max()))


@needs_a_compiler
def test_large_inputs_saturate_and_nan_stays_nan(always) -> None:
    ours, plain = pair()
    series = 1e4 * torch.randn(5, 6, 3)
    torch.testing.assert_close(ours(series)[0], plain(series)[0], rtol=1e-5, atol=1e-5)
    series[1, 3, 0] = torch.nan
    assert torch.equal(ours(series)[0].isnan(), plain(series)[0].isnan())


@needs_a_compiler
def test_frozen_weights_get_no_gradient(always) -> None:
    """And the parameters that are left out of a backward pass cost none."""
    ours, plain = pair()
    for layer in (ours, plain):
        layer.bias_hh_l0.requires_grad_(False)
        layer(torch.ones(2, 3, 3))[0].sum().backward(inputs=[layer.weight_ih_l0])
    assert ours.bias_hh_l0.grad is None and ours.weight_hh_l1.grad is None
    torch.testing.assert_close(ours.weight_ih_l0.grad, plain.weight_ih_l0.grad)


def test_small_minibatches_and_other_numbers_take_torchs_way(monkeypatch) -> None:
    def refuse() -> None:
        raise AssertionError("gru.cpp is asked for")

    monkeypatch.setattr(gru, "library", refuse)
    ours, plain = pair()
    small = torch.randn(8, 5, 3)
    assert torch.equal(ours(small)[0], plain(small)[0])
    monkeypatch.setattr(gru, "LEAST", 0)
    state = torch.ones(2, 8, 4)
    assert torch.equal(ours(small, state)[0], plain(small, state)[0])
    with torch.autocast("cpu", torch.bfloat16):
        assert torch.equal(ours(small)[0], plain(small)[0])
    for dtype in (torch.float64, torch.bfloat16):
        assert torch.equal(ours.to(dtype)(small.to(dtype))[0], plain.to(dtype)(small.to(dtype))[0])
    assert ours.to("meta")(torch.empty(8, 5, 3, dtype=torch.bfloat16, device="meta"))[0].is_meta


def _no_compiler(source: Path, patch: pytest.MonkeyPatch) -> str:
    patch.setattr(gru.shutil, "which", lambda name: None)
    return "there is no C++ compiler"


def _broken(source: Path, patch: pytest.MonkeyPatch) -> str:
    source.write_text("this is no C++")
    return "failed"


def _missing(source: Path, patch: pytest.MonkeyPatch) -> str:
    source.unlink()
    return "gru.cpp"


def _no_folder(source: Path, patch: pytest.MonkeyPatch) -> str:
    (source.parent / "__pycache__").write_text("in the way")
    return "__pycache__"


def _hangs(source: Path, patch: pytest.MonkeyPatch) -> str:
    compiler = source.parent / "slow"
    compiler.write_text("#!/bin/sh\nexec sleep 60\n")
    compiler.chmod(0o755)
    patch.setattr(gru, "COMPILERS", (str(compiler),))
    patch.setattr(gru, "PATIENCE", 0.2)
    return "has not ended"


@pytest.mark.parametrize("spoil", [_no_compiler, _broken, _missing, _no_folder, _hangs])
def test_without_the_library_it_is_torchs_and_says_so_once(spoil, copied: Path, monkeypatch, caplog) -> None:
    reason = spoil(copied, monkeypatch)
    ours, plain = pair()
    series = torch.randn(8, 5, 3)
    for _ in range(2):
        assert all(torch.equal(*both) for both in zip(everything(ours, series), everything(plain, series), strict=True))
    (said,) = [record.getMessage() for record in caplog.records if record.levelno == logging.WARNING]
    assert reason in said and "\n" not in said


@pytest.mark.slow
@needs_a_compiler
@pytest.mark.parametrize("name", ["CXX", "CXXFLAGS", "CPATH", "CPLUS_INCLUDE_PATH", "GCC_EXEC_PREFIX", "TMPDIR"])
def test_it_is_compiled_once_whatever_the_environment_says(name: str, copied: Path, monkeypatch) -> None:
    monkeypatch.setenv(name, "/nowhere; false")
    assert library() is not None
    (made,) = (copied.parent / "__pycache__").iterdir()
    library.cache_clear()
    monkeypatch.setattr(gru, "COMPILERS", ())
    assert library() is not None and made.exists()


@needs_a_compiler
def test_a_damaged_file_is_made_anew(copied: Path) -> None:
    def damage(file: Path, options: tuple[str, ...]) -> None:
        file.parent.mkdir()
        file.write_bytes(b"damaged")

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(gru, "_compile", damage)
        assert library() is None
    library.cache_clear()
    assert library() is not None


@needs_a_compiler
def test_several_may_compile_it_at_a_time(copied: Path) -> None:
    file = copied.parent / "__pycache__" / "gru.so"
    with ThreadPoolExecutor() as pool:
        list(pool.map(lambda _: gru._compile(file, gru.OPTIONS), range(4)))
    assert len(list((copied.parent / "__pycache__").iterdir())) == 1


@needs_a_compiler
def test_it_can_be_pickled_and_copied_after_use(always) -> None:
    ours, _ = pair()
    series = torch.randn(3, 4, 3)
    expected, _ = ours(series)
    assert list(ours.state_dict()) == list(nn.GRU(3, 4, 2).state_dict())
    for again in (pickle.loads(pickle.dumps(ours)), copy.deepcopy(ours)):
        assert torch.equal(again(series)[0], expected)
