"""The model card: what a generator was trained on, when and how; it goes with the model and changes nothing."""

from __future__ import annotations

import datetime
import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import torch

from dg import Card, Generator, TimeSeriesDataset, __version__, fit, load
from dg.card import NOT_COVERED


@pytest.fixture
def generator(toy: TimeSeriesDataset, small) -> Generator:
    return fit(small(), toy, batches=3, seed=7, accelerator="cpu")


def _card(generator: Generator) -> Card:
    assert generator.card is not None
    return generator.card


def test_training_writes_it(generator: Generator, toy: TimeSeriesDataset) -> None:
    card = _card(generator)
    assert (card.data, card.samples, card.fingerprint) == ("toy", len(toy), toy.fingerprint)
    assert card.lengths == (toy.lengths.min(), toy.lengths.max())
    assert abs(card.date - datetime.datetime.now(datetime.UTC).date()) <= datetime.timedelta(days=1)
    assert (card.batches, card.seed, card.device) == (3, 7, "cpu") and 0 < card.seconds < 60
    assert card.versions == {"dg": __version__, "torch": torch.__version__}
    assert card.metrics == {} and card.privacy is None


@pytest.mark.parametrize("name", ["model", "model.dg"])
def test_it_goes_with_the_model(generator: Generator, tmp_path: Path, name: str) -> None:
    card = generator.card = replace(_card(generator), metrics={"autocorrelation": 0.25}, privacy={"epsilon": 1.5})
    generator.save(tmp_path / "first" / name)
    again = load(tmp_path / "first" / name)
    assert again.card == card
    again.save(tmp_path / "second" / name)
    assert load(tmp_path / "second" / name).card == card


def test_a_model_without_one_is_saved_without_one(generator: Generator, tmp_path: Path) -> None:
    generator.card = None
    generator.save(tmp_path)
    assert "card" not in json.loads((tmp_path / "generator.json").read_text())
    assert load(tmp_path).card is None


def test_the_same_seed_gives_the_same_bytes_but_for_the_card(toy: TimeSeriesDataset, small, tmp_path: Path) -> None:
    for name in ("first", "second"):
        fit(small(), toy, batches=3, seed=7).save(tmp_path / name)
    for file in ("schema.json", "encoder.json", "weights.safetensors"):
        assert (tmp_path / "first" / file).read_bytes() == (tmp_path / "second" / file).read_bytes()
    first, second = (json.loads((tmp_path / name / "generator.json").read_text()) for name in ("first", "second"))
    for described in (first, second):
        del described["card"]["date"], described["card"]["seconds"]
    assert first == second


def test_seconds_before_an_interruption_count(toy: TimeSeriesDataset, small, tmp_path: Path) -> None:
    kept = {"seed": 0, "checkpoint": tmp_path / "it.ckpt", "checkpoint_every": 1}
    fit(small(), toy, batches=4, **kept)
    content = torch.load(tmp_path / "it.ckpt", weights_only=True)
    content["callbacks"]["Progress"]["seconds"] = 1000.0
    torch.save(content, tmp_path / "it.ckpt")
    assert 1000 < _card(fit(small(), toy, batches=8, **kept)).seconds < 1060


def test_it_is_read_in_four_lines(generator: Generator) -> None:
    card = replace(_card(generator), date=datetime.date(2026, 1, 2), seconds=3.0, versions={"dg": "1"})
    assert str(card).splitlines() == [
        f"data      toy: 24 samples of {card.lengths[0]} to 7 records, fingerprint {card.fingerprint}",
        "training  2026-01-02, 3 batches with seed 7 in 3.0 s on cpu; dg 1",
        "metrics   none noted",
        "privacy   trained without differential privacy",
    ]
    told = replace(card, metrics={"autocorrelation": 0.25}, privacy={"epsilon": 1.5, "delta": 1e-5})
    privacy = f"privacy   epsilon 1.5, delta 1e-05; not covered: {NOT_COVERED}"
    assert str(told).splitlines()[2:] == ["metrics   autocorrelation 0.25", privacy]


def test_words_of_a_stranger_do_nothing_to_a_terminal(generator: Generator) -> None:
    card = replace(_card(generator), data="a\x1b[2J\nb", device="x" * 1000, versions={"\r": "\u202e"})
    assert len(str(card).splitlines()) == 4 and len(str(card)) < 600
    assert all(line.isprintable() for line in str(card).splitlines())


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("samples", 0),
        ("lengths", (0, 7)),
        ("fingerprint", "not hex"),
        ("seconds", float("nan")),
        ("seconds", -1.0),
        ("metrics", {"autocorrelation": float("inf")}),
    ],
)
def test_a_wrong_field_is_named(generator: Generator, field: str, value: Any) -> None:
    with pytest.raises(ValueError, match=f"^card: {field}: "):
        replace(_card(generator), **{field: value})
