"""Table 4 (§5.2): how long each model trains on WWT."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pandas as pd
from omegaconf import OmegaConf

from experiments.ink.models import is_control, label_of, models
from experiments.paper.artifact import Paper
from experiments.paper.claims import Verdict, better, by_seed
from experiments.paper.published import TABLE4
from experiments.runs.run import Run

PAPER = Paper(
    name="Table 4",
    section="5.2",
    claim="DoppelGANger takes 3.4 times as long as the fastest model, naive GAN, and TimeGAN 15.2 times as long as it",
)
ALONE = 1.5  # processes; below it, a run had the machine to itself
AT_PAPER_SCALE = OmegaConf.load(Path(__file__).resolve().parents[2] / "conf" / "scale" / "paper.yaml")


def compute(runs: Sequence[Run]) -> pd.DataFrame:
    """One row per model and seed: model, seed, device, load, samples, batches, seconds, and hours at paper scale.

    seconds: of training; validation and checkpoints of this run do not count, but other work on the machine does
    hours at paper scale: extrapolated (D31): the time of a batch, times the paper's batches; where a batch is all
        training samples, in proportion to their number too
    """
    return pd.DataFrame([_row(run) for run in runs if not is_control(run.model)])


def render(frame: pd.DataFrame) -> str:
    """Medians over seeds, and the ratio to DoppelGANger beside the paper's."""
    medians = frame.groupby("model").median(numeric_only=True).sort_values("hours at paper scale")
    ours = medians["hours at paper scale"]
    table = pd.DataFrame(
        [
            {
                "model": label_of(model),
                "batches": f"{row['batches']:,.0f}",
                "seconds, as run": f"{row['seconds']:,.1f}",
                "min to max": _range(frame.loc[frame["model"] == model, "seconds"]),
                "seeds": (frame["model"] == model).sum(),
                "ms a batch": f"{1000 * row['seconds'] / row['batches']:,.1f}",
                "hours at paper scale (extrapolated)": f"{ours[model]:,.1f}",
                "of DoppelGANger": _ratio(ours, model),
                "paper, hours": str(TABLE4.get(model, "")),
                "paper, of DoppelGANger": f"{TABLE4[model] / TABLE4['doppelganger']:.2f}" if model in TABLE4 else "",
            }
            for model, row in medians.iterrows()
        ]
    )
    devices = "; ".join(sorted(frame["device"].unique()))
    busy = "not noted" if frame["load"].isna().any() else f"{frame['load'].max():.1f} at most"
    if frame["load"].max() >= ALONE:
        busy += ": runs had other work beside them, and their seconds say too much"
    notes = [
        f"- The paper's device: one Tesla V100. Ours: {devices}. Validation does not count.",
        f"- Processes that wanted a processor at the end of a run: {busy}.",
        f"- Paper scale: {AT_PAPER_SCALE.samples:,} training samples, {_told()}; "
        "extrapolated from the time of a batch, on the same device.",
    ]
    return f"{table.to_markdown(index=False, disable_numparse=True)}\n\n" + "\n".join(notes)


def claims(frame: pd.DataFrame) -> list[Verdict]:
    """Of the hours at paper scale, whichever the device."""
    hours = by_seed(frame, "hours at paper scale")
    others = [model for model in TABLE4 if model != "naive_gan"]
    return [
        *better("The naive GAN trains fastest", hours, "naive_gan", others),
        *better("TimeGAN takes longer than DoppelGANger", hours, "doppelganger", ["timegan"]),
    ]


def _row(run: Run) -> dict[str, str | int | float]:
    module, training = run.generator.module, run.provenance
    samples, seconds = training["data"]["samples"], training["seconds"]
    batches = module.max_epochs or run.config.batches
    at_paper_scale = module.max_epochs or _budgets().get(run.model, AT_PAPER_SCALE.batches)
    larger = AT_PAPER_SCALE.samples / samples if module.batch_size is None else 1
    return {
        "model": run.model,
        "seed": run.seed,
        "device": training["device"],
        "load": training.get("load", float("nan")),
        "samples": samples,
        "batches": batches,
        "seconds": seconds,
        "hours at paper scale": seconds / batches * at_paper_scale * larger / 3600,
    }


def _ratio(hours: pd.Series, model: object) -> str:
    return f"{hours[model] / hours['doppelganger']:.2f}" if "doppelganger" in hours else ""


def _range(values: pd.Series) -> str:
    return f"{values.min():,.1f} to {values.max():,.1f}"


def _budgets() -> dict[str, int]:
    """The budgets, in batches, of the models that have their own at paper scale (D23)."""
    own = {name: model.get("budgets", {}).get("paper") for name, model in models().items()}
    return {name: batches for name, batches in own.items() if batches is not None}


def _told() -> str:
    others = [f"{label_of(model)} {batches:,}" for model, batches in _budgets().items() if models()[model].compared_on]
    return f"{AT_PAPER_SCALE.batches:,} batches ({', '.join(others)}; HMM its iterations)"
