"""Searches that could not begin: of what no model has, of nothing, or with the journal of another one."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from hydra import compose, initialize_config_dir

from experiments.trials.search import search

CONF = Path(__file__).resolve().parents[2] / "conf"
SMALL = ("scale=smoke", "logger=none", "scale.samples=20", "scale.batches=1", "dataset=mba", "dataset.held_out=0.5")


def asked(*options: str, runs: tuple[str, ...] = ()) -> Callable[[Path], object]:
    """A search by such options of its own, of runs that are chosen so."""

    def wrong(folder: Path) -> object:
        chosen = [*SMALL, *runs, f"outputs={folder}"]
        with initialize_config_dir(str(CONF), version_base="1.3"):
            config = compose("search", [*chosen, f"results={folder}", *options])
            try:
                return search(config, chosen)
            finally:
                assert not (folder / "runs").exists()

    return wrong


def varied(space: str, *options: str) -> Callable[[Path], object]:
    """Of hyper-parameters of DoppelGANger."""
    return asked("space.common=false", f"+space.module={space}", *options)


def journal(content: str) -> Callable[[Path], object]:
    """A file is there already."""

    def wrong(folder: Path) -> object:
        (folder / "search").mkdir()
        (folder / "search" / "mine.journal").write_text(content)
        return varied("{alpha: {low: 1.0, high: 2.0}}", "name=mine")(folder)

    return wrong


def begun_otherwise(folder: Path) -> object:
    """A search with other batches and another range has this name."""
    (folder / "search").mkdir()
    first = ["trials=1", "name=mine", "space.common=false", "+space.module={fewest: {low: 1, high: 2}}"]
    runs = [*SMALL, "model=gaussian", f"outputs={folder}"]
    with initialize_config_dir(str(CONF), version_base="1.3"):
        search(compose("search", [*runs, *first, f"results={folder}"]), runs)
        others = [*runs, "scale.samples=21"]
        return search(compose("search", [*others, *first, "space.module.fewest.high=3", f"results={folder}"]), others)


CASES: dict[str, tuple[Callable[[Path], object], str]] = {
    "a hyper-parameter that is not there": (
        varied("{alhpa: {low: 1.0, high: 2.0}}"),
        "space: DoppelGANger has no hyper-parameter 'alhpa'; did you mean alpha\\? it has sample_len, alpha, ",
    ),
    "an encoder's that is not there": (
        asked("+space.encoder={ranges: {choices: [1, 2]}}"),
        "space: Encoder.fit has no hyper-parameter 'ranges'; did you mean range\\?",
    ),
    "a value that is not allowed": (
        varied("{alpha: {low: -1.0, high: 2.0}}"),
        "space: DoppelGANger: alpha: .*greater than or equal to 0, got -1.0",
    ),
    "a choice that is not allowed": (
        varied("{packing: {choices: [1, two]}}"),
        "space: DoppelGANger: packing: .*valid integer, got 'two'",
    ),
    "numbers that are not whole": (
        varied("{packing: {low: 1.0, high: 2.0}}"),
        "space: DoppelGANger: packing: .*valid integer, got 1.0",
    ),
    "an empty range": (
        varied("{alpha: {low: 2.0, high: 2.0}}"),
        "space.module.alpha: Value error, low should be less than high",
    ),
    "the logarithm of nothing": (
        varied("{alpha: {low: 0.0, high: 2.0, log: true}}"),
        "space.module.alpha: Value error, low should be less than high, and more than 0 with log",
    ),
    "half a range": (varied("{alpha: {low: 1.0}}"), "space.module.alpha: Value error, give choices, or low and high"),
    "both": (varied("{alpha: {low: 1.0, choices: [1, 2]}}"), "choices have no low, high or log; give one of both"),
    "no choices": (varied("{alpha: {choices: []}}"), "give choices that differ, at least one"),
    "a choice twice": (varied("{alpha: {choices: [1, 1]}}"), "give choices that differ, at least one"),
    "an option that no range has": (
        varied("{alpha: {low: 1.0, high: 2.0, base: 2}}"),
        "space.module.alpha.base: Extra inputs are not permitted",
    ),
    "nothing": (asked("space.common=false"), "space: nothing is varied; give hyper-parameters by module or encoder"),
    "a model without a grid": (
        asked(runs=("model=gaussian",)),
        "space=common: gaussian has no grid, conf/search/gaussian.yaml; name another space, or one of the models ar, ",
    ),
    "nothing held out": (
        asked(runs=("dataset.held_out=0",)),
        "a search chooses by a metric of mba on samples that are held out, and none is; choose dataset.held_out=0.5",
    ),
    "no trials": (asked("trials=0"), "trials: Input should be greater than or equal to 1, got 0"),
    "a name that is a path": (asked("name=../mine"), "name: String should match pattern .*, got '../mine'"),
    "a journal that is none": (
        journal("my notes"),
        "mine.journal: is no journal .*; name another study by name=, or remove the file",
    ),
    "a journal of something else": (
        journal('{"op_code": 99}\n{}\n'),
        "mine.journal: is no journal .*; name another study by name=, or remove the file",
    ),
    "a name that another search has": (
        begun_otherwise,
        "mine.journal belongs to a search with other settings of runs, space; give this one a name of its own by name=",
    ),
}
