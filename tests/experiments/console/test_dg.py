"""The command `dg`: help that a newcomer understands, and the doors behind it."""

from __future__ import annotations

import re
import sys
from pathlib import Path

import pandas as pd
import pytest

from dg import __version__
from experiments.console import dg
from tests.commands import Command

ROOT = Path(__file__).resolve().parents[3]
MODEL = ROOT / "tests" / "dg" / "models" / "format2.dg"
VERBS = dg.verbs()


@pytest.fixture
def say(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]):
    """What `dg …` prints."""

    def said(*arguments: str) -> str:
        monkeypatch.setattr(sys, "argv", ["dg", *arguments])
        dg.main()
        return capsys.readouterr().out

    return said


def test_what_a_table_goes_through_comes_first():
    own = [verb for verb in VERBS if verb in dg.FIRST]
    assert VERBS[: len(own)] == own == [verb for verb in dg.FIRST if verb in VERBS]
    assert {"fit", "generate", "evaluate", "train", "reproduce"} <= set(VERBS)


def test_help_has_a_line_and_an_example_of_each_verb(say):
    assert say() == say("--help") == say("-h")
    text = say("--help")
    for verb in VERBS:
        assert re.search(rf"^  {verb} .*\w", text, re.M) and re.search(rf"^ +dg {verb} \w+=", text, re.M)
    assert "name=value" in text and "python -m" not in text and "Hydra" not in text
    assert max(map(len, text.splitlines())) <= 120


@pytest.mark.parametrize("verb", VERBS)
@pytest.mark.parametrize("asked", ["--help", "-h"])
def test_a_verbs_help_has_its_header_and_each_option_with_its_comment(say, verb: str, asked: str):
    text = say(verb, asked)
    config = (ROOT / "conf" / f"{verb}.yaml").read_text()
    assert text.startswith(config.partition("\n")[0].removeprefix("# ")) and f"\n  dg {verb} " in text
    for name in re.findall(r"^(\w+):", config, re.M):
        assert name in ("defaults", "hydra") or re.search(rf"^  {name}[=.]", text, re.M)
    assert "hydra" not in text and "_self_" not in text and "???" not in text


def test_options_are_told_in_plain_words(say):
    text = say("generate", "--help")
    assert re.search(r"^  generator=… +needed: the file", text, re.M) and re.search(
        r"^  n=null +samples; null: 1,000", text, re.M
    )
    assert re.search(r"^  dataset=wwt +one of custom, gcut, gcut_jobs, mba, wwt$", say("train", "--help"), re.M)


def test_a_part_of_an_option_is_an_option():
    lines = ["defaults:", "  - _self_", "model:", "  units: 7 # of each layer", "n: '#1' # a name", "hydra:", "  x: 1"]
    assert list(dg._options(lines)) == [("model.units=7", "of each layer"), ("n='#1'", "a name")]


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["generat"], r"there is no verb 'generat'; did you mean `dg generate`\? `dg --help` lists them: .*evaluate"),
        (["xyz"], "there is no verb 'xyz'; `dg --help` lists them"),
        (["claims"], "there is no verb 'claims'"),
        (["../generate"], "there is no verb"),
        (["generate"], "dg generate needs generator=… and out=…; `dg generate --help` says what for"),
        (["generate", "generator=m.dg", "ot=x.csv"], r"dg generate has no option 'ot'; did you mean out\? it has"),
        (["reproduce"], "dg reproduce needs artifact=…"),
    ],
)
def test_a_mistake_is_one_line(say, arguments: list[str], words: str):
    with pytest.raises(SystemExit, match=f"^error: {words}") as caught:
        say(*arguments)
    assert "\n" not in str(caught.value)


def test_its_version(say):
    assert say("--version") == f"dg {__version__}\n"


@pytest.mark.slow
def test_it_opens_the_door(tmp_path):
    arguments = ["generate", f"generator={MODEL}", f"out={tmp_path}/made.csv", "n=4"]
    status, _, errors = Command("experiments.console.dg", *arguments).finish()
    assert status == 0, errors
    assert list(pd.read_csv(tmp_path / "made.csv")) == ["sample", "record", "region", "price", "load", "visits"]
    status, _, errors = Command("experiments.console.dg", *arguments).finish()
    assert status == 1 and errors.strip().endswith("made.csv is there already; name another file, or remove it")
