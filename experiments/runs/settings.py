"""What a config may say: every value that decides a run is checked before anything is read or made."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from omegaconf import DictConfig, OmegaConf
from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, StringConstraints, ValidationError

from dg.files import STRICT, told
from dg.hyperparameters import Count, Decay, Seed
from experiments.runs.run import TEST_SEEDS

Name = Annotated[str, StringConstraints(min_length=1)]
Share = Annotated[float, Field(ge=0, lt=1)]
REMEDY = {
    "trainer": "a run trains for its batches on one device, whole: the trainer takes accelerator, precision and "
    "log_every_n_steps; several devices run several cells of a sweep side by side: -m launcher=joblib, or reproduce",
    "outputs": "name the folder where runs are kept",
    "only": "only=schema shows what is found in the table, and stops",
}


class Checked(BaseModel):
    """Strict: a text is not a number, and unknown fields are not allowed."""

    model_config = STRICT


class Open(BaseModel):
    """The same, but fields that only a model or a dataset knows are allowed."""

    model_config = ConfigDict(**{**STRICT, "extra": "allow"})


class Validation(Checked):
    """How often a model is evaluated while it trains."""

    samples: Count
    times: Count
    averages: list[Decay] = []


class Scale(Checked):
    """conf/scale."""

    name: Name
    samples: Annotated[int, Field(ge=2)] | None
    batches: Count
    budgets: dict[str, Count]
    seeds: Count
    checkpoint_every: Count
    validation: Validation


class Pretraining(Checked):
    """The batches on simulated data before a training, and where its hyper-parameters are others."""

    batches: Count
    module: dict[str, Any] = {}


class Model(Open):
    """conf/model; the class checks its own hyper-parameters, the encoder and `Privacy` their own options."""

    name: Name
    encoder: dict[str, Any]
    module: dict[str, Any]
    training_samples: Count | None = None
    privacy: dict[str, Any] | None = None
    pretraining: Pretraining | None = None
    keep_best: Name | None = None


class Dataset(Open):
    """conf/dataset."""

    name: Name
    log: list[str]
    held_out: Share | Literal[0]
    validation: Annotated[float, Field(gt=0, lt=1)] | None = None
    load: dict[str, Any]
    metrics: list[str]
    task: Literal["forecasting", "classification"]
    predicted: Name | None


def _one_device(devices: Any) -> Any:
    """One device, whichever it is, or one that is named by its number, e.g. [3]."""
    named = isinstance(devices, list) and len(devices) == 1 and type(devices[0]) is int and devices[0] >= 0
    return 1 if named else devices


class Trainer(Checked):
    """conf/trainer."""

    target: Literal["lightning.Trainer"] = Field(alias="_target_")
    partial: Literal[True] = Field(alias="_partial_")
    accelerator: Literal["cpu", "gpu"]
    devices: Annotated[Literal[1], BeforeValidator(_one_device)]
    log_every_n_steps: Count
    precision: Literal["32-true", "bf16-mixed"] = "32-true"


class Settings(Open):
    """conf/train.yaml, composed."""

    seed: Annotated[int, Field(ge=0, lt=TEST_SEEDS)]
    batches: Count
    data: Name | None
    outputs: Name
    capture: bool
    select: Literal["last", "best"]
    keep_checkpoint: bool
    cells_a_device: Count
    scale: Scale
    model: Model
    dataset: Dataset
    trainer: Trainer


class Promise(Checked):
    """What `Privacy` is told; without ε training is not private."""

    epsilon: float | None
    delta: float
    clip: float
    learnt_scales: bool


class Fitting(Open):
    """conf/fit.yaml, composed; what reads the table checks its own options."""

    table: Name
    out: Name
    schema_file: Name | None = Field(alias="schema")
    only: Literal["schema"] | None
    metadata: list[str] | None
    measurements: list[str] | dict[str, list[str]] | None
    wide: bool
    folder: Name | None
    log: list[str]
    season: Count | None
    privacy: Promise
    batches: Count
    seed: Seed
    model: Model
    trainer: Trainer


def check(config: DictConfig, kind: type[BaseModel] = Settings) -> None:
    """Raises ValueError that names the first field that is wrong, what it should be, and the remedy."""
    try:
        kind.model_validate(OmegaConf.to_container(config, resolve=True))
    except ValidationError as error:
        group = str(error.errors()[0]["loc"][0])
        remedy = f"; {REMEDY[group]}" if group in REMEDY else ""
        raise ValueError(f"{told(error)}{remedy}") from None
    if config.get("select") == "best":
        refuse_without_v(config, "select=best", " and a metric, or select=last")


def refuse_without_v(config: DictConfig, who: str, remedy: str = " and a dataset with a metric") -> None:
    """Raises ValueError where `who` would choose by a metric on V (D55), and there is none."""
    if not (config.dataset.held_out and config.dataset.metrics):
        raise ValueError(
            f"{who} chooses by a metric of {config.dataset.name} on samples that are held out, and none is; choose "
            f"dataset.held_out=0.5{remedy}"
        )
