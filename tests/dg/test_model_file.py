"""A model folder of others: read whole, or refused with the file and the field, soon and with little memory."""

from __future__ import annotations

import json
import os
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import torch
from safetensors.torch import load_file, save_file

from dg import Encoder, TimeSeriesDataset, fit, load
from tests.mutations import refused_or_read

NOW = 5.0  # seconds of the processor
Change = Callable[[Any], Any]


@pytest.fixture
def folder(toy: TimeSeriesDataset, small, tmp_path: Path) -> Path:
    fit(small(), toy, encoder=Encoder.fit(toy, log=["size"]), batches=2, seed=0).save(tmp_path / "generator")
    return tmp_path / "generator"


def _change(file: Path, change: Change) -> None:
    content = json.loads(file.read_text())
    change(content)
    file.write_text(json.dumps(content))


def _refused(folder: Path, told: str) -> None:
    with pytest.raises(ValueError) as caught:
        load(folder)
    assert str(caught.value).startswith(f"{folder} does not hold a whole generator: ") and told in str(caught.value)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("discriminator_layers", 10**7),
        ("metadata_layers", 10**9),
        ("lstm_layers", 10**8),
        ("lstm_units", 12_000),
        ("lstm_units", 2**20),
        ("discriminator_units", 2**20),
        ("discriminator_layers", 1000),
        ("lstm_layers", 1000),
        ("packing", 1000),
        ("measurement_noise", 2**20),
        ("sample_len", 7),
    ],
)
def test_a_size_that_is_not_that_of_the_weights_takes_neither_time_nor_memory(
    folder: Path, name: str, value: int
) -> None:
    _change(folder / "generator.json", lambda card: card["hyperparameters"].update({name: value}))
    said = refused_or_read(lambda: load(folder), seconds=NOW, megabytes=200)
    assert said is not None and said.startswith(f"{folder} does not hold a whole generator: ")
    assert "generator.json" in said


@pytest.mark.parametrize(
    ("change", "told"),
    [
        (lambda card: card.update(format=99), "generator.json: format 99 was made by a later version than this"),
        (
            lambda card: card.update(format=99, more=1),
            "generator.json: format 99 was made by a later version than this",
        ),
        (
            lambda card: card.update(format=0),
            "generator.json: format: Input should be greater than or equal to 1, got 0",
        ),
        (lambda card: card.update(format="1"), "generator.json: format: Input should be a valid integer, got '1'"),
        (lambda card: card.update(path="x"), "generator.json: path: Extra inputs are not permitted, got 'x'"),
        (lambda card: card.pop("model"), "generator.json: model: Field required"),
        (lambda card: card.update(model=["DoppelGANger"]), "generator.json: model: Input should be a valid string"),
        (lambda card: card["hyperparameters"].update(surprise=1), "DoppelGANger has no hyper-parameter 'surprise'"),
        (lambda card: card["hyperparameters"].update(layout=1), "DoppelGANger has no hyper-parameter 'layout'"),
        (
            lambda card: card["hyperparameters"].update(mask_tail="false"),
            "generator.json: DoppelGANger: mask_tail: Input should be a valid boolean, got 'false'",
        ),
        (
            lambda card: card["hyperparameters"].update(alpha=float("nan")),
            "generator.json: DoppelGANger: alpha: Input should be a finite number, got nan",
        ),
        (
            lambda card: card["hyperparameters"].update(sample_len=1000),
            "DoppelGANger: sample_len: S should be at most T = 7",
        ),
    ],
)
def test_the_card(folder: Path, change: Change, told: str) -> None:
    _change(folder / "generator.json", change)
    _refused(folder, told)


def test_a_folder_of_the_first_format_is_read_whether_it_says_so_or_not(folder: Path) -> None:
    plain = load(folder).sample(5, seed=0).fingerprint
    _change(folder / "generator.json", lambda card: (card.pop("card"), card.update(format=1)))
    assert load(folder).sample(5, seed=0).fingerprint == plain
    _change(folder / "generator.json", lambda card: card.pop("format"))
    assert load(folder).sample(5, seed=0).fingerprint == plain


@pytest.mark.parametrize(
    ("change", "told"),
    [
        (lambda e: e["scales"]["f0"].update(range=[0, 0]), "scales.f0: range is (0.0, 0.0), and that of the encoder"),
        (lambda e: e["scales"]["f0"].update(range=[0, 1]), "scales.f0: range is (0.0, 1.0), and that of the encoder"),
        (lambda e: e["scales"]["f0"].update(range=[0, 1, 2]), "scales.f0.range: Tuple should have at most 2 items"),
        (lambda e: e["scales"]["f0"].update(range=["-1", "1"]), "scales.f0.range.0: Input should be a valid number"),
        (lambda e: e.update(range=[1, -1]), "range is (1.0, -1.0); known: "),
        (lambda e: e["scales"]["f0"].update(low="0"), "scales.f0.low: Input should be a valid number, got '0'"),
        (
            lambda e: e["scales"]["f0"].update(low=float("nan")),
            "scales.f0.low: Input should be a finite number, got nan",
        ),
        (
            lambda e: e["scales"]["f0"].update(low=1e9),
            "scales.f0: Value error, low 1000000000.0 should be at most high",
        ),
        (lambda e: e["scales"]["f0"].update(high=1e39), "scales.f0: "),
        (lambda e: e["scales"]["size"].update(high=1e3), "scales.size: "),
        (lambda e: e["scales"]["size"].update(low=-1.0), "scales.size: Value error, low -1.0 should be from 0 to high"),
        (lambda e: e["scales"]["f0"].update(low=-1.7e308, high=1.7e308), "scales.f0: "),
        (
            lambda e: e["scales"]["f0"].update(log="false"),
            "scales.f0.log: Input should be a valid boolean, got 'false'",
        ),
        (lambda e: e["scales"]["f0"].update(more=1), "scales.f0.more: "),
        (lambda e: e["scales"].pop("f0"), "the encoder does not belong to the schema 'toy'"),
        (lambda e: e["scales"].update(kind=e["scales"]["f0"]), "the encoder does not belong to the schema 'toy'"),
        (
            lambda e: e.update(auto_normalize="false"),
            "auto_normalize: Input should be a valid boolean or a list of measurements, got 'false'",
        ),
        (lambda e: e.update(auto_normalize=None), "auto_normalize: Input should be a valid boolean or a list of"),
        (lambda e: e.update(auto_normalize=1), "auto_normalize: Input should be a valid boolean or a list of"),
        (lambda e: e.update(auto_normalize={"f0": True}), "auto_normalize: Input should be a valid boolean or a list"),
        (lambda e: e.update(auto_normalize=[0]), "auto_normalize.names.0: Input should be a valid string, got 0"),
        (lambda e: e.update(auto_normalize=[["f0"]]), "auto_normalize.names.0: Input should be a valid string"),
        (
            lambda e: e.update(auto_normalize=["f0", "size"]),
            "auto_normalize names ['size']; toy has the numeric measurements ['f0', 'f1']",
        ),
        (
            lambda e: e.update(auto_normalize=["kind"]),
            "auto_normalize names ['kind']; toy has the numeric measurements",
        ),
        (lambda e: e.update(auto_normalize=[]), "auto_normalize is [], and should be a boolean or name measurements"),
        (
            lambda e: e.update(auto_normalize=["f1", "f0"]),
            "auto_normalize is ['f1', 'f0'], and should be a boolean or name measurements in the schema's order",
        ),
        (lambda e: e.update(auto_normalize=["f0", "f0"]), "auto_normalize is ['f0', 'f0'], and should be a boolean"),
        (lambda e: e.update(auto_normalize=["f1"]), "weights.safetensors: "),
        (lambda e: e.update(auto_normalize=False), "weights.safetensors: "),
        (lambda e: e.update(fixed_length="no"), "fixed_length: Input should be a valid boolean, got 'no'"),
        (lambda e: e.update(surprise=1), "surprise: Extra inputs are not permitted, got 1"),
    ],
)
def test_the_encoder(folder: Path, change: Change, told: str) -> None:
    _change(folder / "encoder.json", change)
    _refused(folder, told)
    _refused(folder, "encoder.json")


@pytest.mark.parametrize(
    ("change", "told"),
    [
        (
            lambda s: s["measurements"][0].update(low="abc"),
            "measurements.0.continuous.low: Input should be a valid number, got 'abc'",
        ),
        (lambda s: s["measurements"][0].update(low=float("nan")), "schema.json: "),
        (lambda s: s["metadata"][0].update(values=["a", "b"]), "weights.safetensors: generator."),
        (lambda s: s["metadata"][0].update(values=[str(i) for i in range(150_000)]), "weights.safetensors: generator."),
        (
            lambda s: s["measurements"].append({"type": "categorical", "name": "event", "values": ["a", "b"]}),
            "weights.safetensors: ",
        ),
        (
            lambda s: s["measurements"].append(
                {"type": "categorical", "name": "event", "values": [str(i) for i in range(150_000)]}
            ),
            "weights.safetensors: ",
        ),
        (lambda s: s["measurements"][0].update(integer="true"), "measurements.0.continuous.integer: "),
        (lambda s: s["measurements"][0].update(integer=True, low=0.5), "'f0' has low 0.5, which is not a whole number"),
        (lambda s: s.update(max_length=10**6), "weights.safetensors: "),
        (lambda s: s.update(max_length=10**9), "max_length: Input should be less than or equal to 1000000"),
    ],
)
def test_the_schema(folder: Path, change: Change, told: str) -> None:
    _change(folder / "schema.json", change)
    said = refused_or_read(lambda: load(folder), seconds=NOW, megabytes=500)
    assert said is not None and told in said and "schema.json" in said


def test_a_number_that_the_schema_calls_a_category(folder: Path) -> None:
    event = {"type": "categorical", "name": "f0", "values": ["a", "b"]}
    _change(folder / "schema.json", lambda schema: schema["measurements"].__setitem__(0, event))
    _refused(folder, "encoder.json: the encoder does not belong to the schema 'toy'")


@pytest.mark.parametrize("auto_normalize", [True, False, ["jobs"]])
def test_counts_and_categories_are_sampled_alike_by_a_model_that_was_saved(
    mixed: TimeSeriesDataset, small, tmp_path: Path, auto_normalize: bool | list[str]
) -> None:
    encoder = Encoder.fit(mixed, auto_normalize=auto_normalize, log=["jobs"])
    generator = fit(small(), mixed, encoder=encoder, batches=2, seed=0)
    generator.save(tmp_path / "mixed")
    again = load(tmp_path / "mixed")
    assert again.encoder == encoder
    assert again.sample(9, seed=0).fingerprint == generator.sample(9, seed=0).fingerprint


@pytest.mark.parametrize(
    ("change", "told"),
    [
        (lambda w, name: w.update({name: w[name] * torch.nan}), "has a number that is not finite"),
        (lambda w, name: w.update({name: w[name] / 0}), "has a number that is not finite"),
        (lambda w, name: w.update({name: w[name].to(torch.int8)}), "numbers of type I8, and should have torch.float32"),
        (lambda w, name: w.update({name: w[name][:-1].clone()}), "has shape (7, 26), and (8, 26) by generator.json"),
        (
            lambda w, name: w.update({name: w[name][None].clone()}),
            "has shape (1, 8, 26), and (8, 26) by generator.json",
        ),
        (lambda w, name: w.pop(name), "it has no weight 'discriminator.0.weight'"),
        (lambda w, name: w.update({"a": w[name].clone()}), "it has an unknown weight 'a'"),
        (lambda w, name: w.clear(), "it has no weight "),
    ],
)
def test_the_weights(folder: Path, change: Callable[[dict[str, torch.Tensor], str], Any], told: str) -> None:
    weights = load_file(folder / "weights.safetensors")
    shape = tuple(weights["discriminator.0.weight"].shape)
    change(weights, "discriminator.0.weight")
    save_file(weights, folder / "weights.safetensors")
    _refused(folder, "weights.safetensors: ")
    _refused(folder, told.replace("26", str(shape[1])))


def test_numbers_of_another_size_are_read(folder: Path) -> None:
    plain = load(folder).sample(5, seed=0).fingerprint
    weights = load_file(folder / "weights.safetensors")
    save_file(
        {name: weight.double() if weight.is_floating_point() else weight for name, weight in weights.items()},
        folder / "weights.safetensors",
    )
    assert load(folder).sample(5, seed=0).fingerprint == plain


@pytest.mark.parametrize("length", [0, 1, 2**40, 2**63, 2**64 - 1])
def test_a_header_that_is_longer_than_its_file(folder: Path, length: int) -> None:
    file = folder / "weights.safetensors"
    file.write_bytes(length.to_bytes(8, "little") + file.read_bytes()[8:])
    _refused(folder, f"weights.safetensors: it is no file of safetensors: its header has {length:,} bytes")


@pytest.mark.parametrize("name", ["generator.json", "schema.json", "encoder.json", "weights.safetensors"])
def test_a_pipe_is_refused_at_once(folder: Path, name: str) -> None:
    (folder / name).unlink()
    os.mkfifo(folder / name)
    begun = time.monotonic()
    _refused(folder, f"{name} is a pipe, a socket or a device; name a regular file")
    assert time.monotonic() - begun < NOW


@pytest.mark.parametrize("name", ["generator.json", "schema.json", "encoder.json"])
@pytest.mark.parametrize("text", ["[" * 99_999, '{"a":' * 99_999, "[]", "null", "3", '{"a": ' + "9" * 99_999 + "}"])
def test_json_that_is_deep_or_of_another_kind(folder: Path, name: str, text: str) -> None:
    (folder / name).write_text(text)
    _refused(folder, f"{name}: ")


@pytest.mark.parametrize("name", ["generator.json", "schema.json", "encoder.json"])
def test_json_of_very_many_wrong_items_is_refused_soon(folder: Path, name: str) -> None:
    (folder / name).write_text("{" + ",".join(f'"{i:x}":0' for i in range(10**6)) + "}")
    said = refused_or_read(lambda: load(folder), seconds=NOW, megabytes=500)
    assert said is not None and "has more than the 200,000 items" in said


def test_loading_does_not_move_the_callers_random_numbers(folder: Path) -> None:
    before = torch.get_rng_state()
    load(folder)
    assert torch.equal(torch.get_rng_state(), before)
