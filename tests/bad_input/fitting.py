"""What `dg fit` refuses before it trains: its options, its table, its schema, and where the model is to be."""

from __future__ import annotations

import json
from collections.abc import Callable
from functools import cache
from pathlib import Path

from hydra import compose, initialize_config_dir
from omegaconf import DictConfig, OmegaConf

from dg import read_long
from experiments.runs.fitting import fit
from tests.bad_input.tables import table

CONF = Path(__file__).resolve().parents[2] / "conf"


@cache
def composed(model: str) -> DictConfig:
    """The options as they are where none is given."""
    with initialize_config_dir(str(CONF), version_base="1.3"):
        return compose("fit", [f"model={model}"])


def fitting(*options: str, there: str = "", text: str = "", **edited: object) -> Callable[[Path], object]:
    """Fits a small table with `options`, FOLDER of which is the folder.

    there, text: a file that is in the folder already, and what is in it
    edited: fields of a schema file called cells.json, in place of those that were found; None leaves one out
    """

    def run(folder: Path) -> None:
        table().to_csv(folder / "cells.csv", index=False)
        if there:
            (folder / there).write_text(text)
        if edited:
            found = json.loads(read_long(table(), sample="cell", time="hour").schema.to_json())
            kept = {key: value for key, value in {**found, **edited}.items() if value is not None}
            (folder / "cells.json").write_text(json.dumps(kept))
        usual = {"table": "FOLDER/cells.csv", "out": "FOLDER/cells.dg", "sample": "cell", "time": "hour"}
        given = usual | dict(option.split("=", 1) for option in options)
        config = composed(given.pop("model", "doppelganger")).copy()
        OmegaConf.set_struct(config, False)
        chosen = [f"{key.lstrip('+')}={value}".replace("FOLDER", str(folder)) for key, value in given.items()]
        config = OmegaConf.merge(config, OmegaConf.from_dotlist(chosen))
        try:
            fit(config)
        finally:
            assert not list(folder.glob("*.unfinished"))

    return run


NO_UNITS = [{"type": "continuous", "name": "units"}]
LOAD = {"type": "continuous", "name": "load"}

CASES: dict[str, tuple[Callable[[Path], object], str]] = {
    "windows of a wide table": (
        fitting("wide=true", "time=null", "window=2"),
        "window is 2 by window=, which a table with a row a sample has not: leave it out",
    ),
    "a model that is there": (fitting(there="cells.dg"), r"cells\.dg is there already; name another by out="),
    "out like a table": (fitting("out=FOLDER/cells.csv"), r"cells\.csv: a model is one file, whose name ends in \.dg"),
    "a folder of models": (fitting("out=FOLDER"), "is there already; name another"),
    "epsilon without bounds": (
        fitting("privacy.epsilon=3", "privacy.delta=0.01"),
        r"privacy: the scale of .*load.* would be learnt from the training samples.* give bounds",
    ),
    "S chosen, and privately": (
        fitting("model.module.sample_len=auto", "privacy.epsilon=3"),
        "sample_len is auto, and epsilon does not count short trainings: name S, or null",
    ),
    "S of a model without one": (
        fitting("model=ar", "model.module.sample_len=auto"),
        "AR has no hyper-parameter 'sample_len'",
    ),
    "epsilon of nothing": (fitting("privacy.epsilon=0.0"), "privacy: epsilon: Input should be greater than 0"),
    "no table": (fitting("table=FOLDER/nowhere.csv"), r"nowhere\.csv: no such file"),
    "a folder as table": (fitting("table=FOLDER"), "is a folder; name a regular file"),
    "a broken table": (
        fitting("table=FOLDER/broken.parquet", there="broken.parquet", text="PAR1 and no more"),
        r"broken\.parquet: cannot be read \(.*\); save it as CSV in UTF-8 or as Parquet",
    ),
    "no samples named": (fitting("sample=null"), "sample= is needed, a column of the table; or schema="),
    "no such column": (fitting("sample=site"), r"cells\.csv has no column 'site'; it has \['cell', 'hour', 'load'\]"),
    "a column that is no list": (
        fitting("measurements=load"),
        r"measurements\.list.str.: Input should be a valid list, got 'load'",
    ),
    "no batches": (fitting("batches=0"), "batches: Input should be greater than or equal to 1, got 0"),
    "batches in words": (fitting("batches=many"), "batches: Input should be a valid integer, got 'many'"),
    "a seed below zero": (fitting("seed=-1"), "seed: Input should be greater than or equal to 0, got -1"),
    "only something": (fitting("only=table"), "only: Input should be 'schema', got 'table'; only=schema shows"),
    "a season for a model that takes none": (fitting("season=7"), "season is 7, and doppelganger takes none: leave it"),
    "a season of nothing": (
        fitting("season=0", "model=doppelganger_best"),
        "season: Input should be greater than or equal to 1, got 0",
    ),
    "a trainer that cuts training short": (
        fitting("+trainer.max_steps=3"),
        "trainer.max_steps: Extra inputs are not permitted, got 3; a run trains for its batches",
    ),
    "a field that is not there on a log scale": (fitting("log=[weight]"), r"log.*'weight'"),
    "negative numbers on a log scale": (
        fitting("table=FOLDER/cold.csv", "log=[load]", there="cold.csv", text="cell,hour,load\na,1,-1\na,2,3\nb,1,2\n"),
        r"'load' has the negative value -1.0: leave it out of `log`",
    ),
    "auto-normalization in words": (fitting("auto_normalize=maybe"), "auto_normalize: Input should be a valid boolean"),
    "a model that cannot be made of it": (
        fitting("+model.module.sample_len=50"),
        r"sample_len: S should be at most T = 3, the records of the longest sample, got 50",
    ),
    "an unknown hyper-parameter": (
        fitting("+model.module.units=3"),
        r"DoppelGANger has no hyper-parameter 'units'; it has .*alpha",
    ),
    "another schema beside the model": (
        fitting(there="cells.schema.json", text="mine"),
        r"cells\.schema\.json says something else than is found: hand it over by schema=",
    ),
    "no schema file": (fitting("schema=FOLDER/nowhere.json"), r"nowhere\.json: no such file"),
    "a schema that is none": (
        fitting("schema=FOLDER/cells.json", there="cells.json", text="{}"),
        r"cells\.json: it is not a schema that Schema\.to_json wrote: name: Field required",
    ),
    "a schema of another table": (
        fitting("schema=FOLDER/cells.json", measurements=[LOAD, *NO_UNITS]),
        r"cells\.csv has no column 'units'; it has",
    ),
    "a schema of no table": (fitting("schema=FOLDER/cells.json", table=None), "was read from no table"),
    "a schema of shorter samples": (
        fitting("schema=FOLDER/cells.json", max_length=2),
        "the sample of row 1 has 3 records, more than the schema's 2; cut it",
    ),
    "a bound that the table does not keep": (
        fitting("schema=FOLDER/cells.json", measurements=[{**LOAD, "low": 2.0}]),
        "load.*1.5",
    ),
    "a schema and another column of samples": (
        fitting("schema=FOLDER/cells.json", "sample=load", name="cells"),
        r"sample is 'load' by sample=, and .*cells\.json says how to read: leave one out",
    ),
    "a schema and measurements": (
        fitting("schema=FOLDER/cells.json", "measurements=[load]", name="cells"),
        r"measurements is \['load'\] by measurements=, and .* says how to read: leave one out",
    ),
}
