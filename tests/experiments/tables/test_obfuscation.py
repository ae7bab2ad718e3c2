"""What is claimed of samples and of weights, by its rule, and what a run gives."""

from __future__ import annotations

import pandas as pd
import pytest

from experiments.paper import artifact
from experiments.tables import obfuscation
from experiments.tables.obfuscation import GUESSED, LEFT, NEAR

NUMBERS = {name: 0.1 for name in (*NEAR, *GUESSED, *LEFT)}


def frame(white: float, forgotten: float, *, field: float = 0.6, seeds: int = 3) -> pd.DataFrame:
    """Samples are 0.7 from the real metadata and equal shares 0.5; of one field weights are as good as `field`."""
    rows = []
    for seed in range(seeds):
        for to in ("equal", "reversed"):
            for name, values in (("all", (white, forgotten)), ("kind", (field, field))):
                guesses = dict(zip(("white", "forgotten"), (value + seed / 1000 for value in values), strict=True))
                about = {"model": "doppelganger", "seed": seed, "to": to, "field": name, "batches": 20}
                rows.append(about | NUMBERS | {"samples": 0.7, "equal": 0.5} | guesses)
    return pd.DataFrame(rows)


def outcomes(found: pd.DataFrame) -> list[str]:
    return [verdict.outcome for verdict in obfuscation.claims(found)]


def test_a_claim_fails_where_weights_are_a_better_guess():
    assert outcomes(frame(0.01, 0.49)) == ["fails", "holds"]
    assert outcomes(frame(0.8, 0.8, field=0.1)) == ["fails", "fails"]
    assert outcomes(frame(0.01, 0.49, seeds=2)) == ["inconclusive", "inconclusive"]


def test_without_a_min_max_generator_nothing_is_judged():
    found = frame(0.1, 0.1).assign(white=float("nan"), forgotten=float("nan"))
    assert outcomes(found) == [] and "not applicable" in obfuscation.render(found)


def test_guesses_of_fields_are_those_of_all_combinations():
    lines = obfuscation.render(frame(0.01, 0.49)).splitlines()
    assert sum(line.startswith("| DoppelGANger") for line in lines) == 2 + 4 + 2
    (first, *_) = (line for line in lines if "| all " in line)
    assert [cell.strip() for cell in first.split("|")[4:]][:1] == ["3"] and "0.011 (0.010 to 0.012)" in first


@pytest.mark.slow
def test_written_at_smoke(smoke, shared_data, tmp_path, monkeypatch):
    """Real pages have two combinations of 54; shares of each guess are a distribution's distance."""
    monkeypatch.setattr(obfuscation, "MANY", 5000)
    pages = f"data={shared_data / 'wwt' / 'train_1_subset.csv.gz'}"
    runs = [smoke("model=doppelganger", pages), smoke("model=rcgan", "batches=1", "scale.validation.samples=10")]
    text = artifact.write("obfuscation", runs, tmp_path)
    assert "At scale smoke nothing is judged" in text and "| RCGAN" not in text
    found = pd.read_csv(tmp_path / "obfuscation.csv")
    assert len(found) == 4 * (1 + 3) and found[["samples", "white", "forgotten"]].stack().between(0, 1).all()
