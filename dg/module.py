"""What every competitor is: a LightningModule that can also generate."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Iterable, Mapping, Sequence
from types import MappingProxyType
from typing import Any

import torch
from jaxtyping import Float
from lightning import LightningModule
from lightning.pytorch.core.optimizer import LightningOptimizer
from torch import Tensor, nn
from torch.optim import Adam

from dg.encoding import Encoded, Layout
from dg.hyperparameters import check
from dg.privacy import Privacy, PrivateTraining
from dg.randomness import stream


class GenerativeModule(LightningModule):
    """A model built as `Model(layout, **hyperparameters)`, trained by `fit`, sampled through a Generator.

    The constructor's signature holds the hyper-parameters with their types and ranges; their defaults are those of
    Appendix B.
    `batch_size` samples make a batch (None: all of them); `max_epochs` ends training before the batches do.
    `lacks` says what the model cannot generate, "metadata" or "lengths", and why: samples then have no metadata,
    or take lengths from training samples; artifacts that need them leave the model out and give that reason.
    `copies` says what it draws from the training samples instead of learning it, and why that is no fair comparison.
    `version` counts the changes that alter its numbers; each has a line in CHANGELOG.md. Runs of another version are
    not reused.
    `quick` holds hyper-parameters of a small model, which a test trains in a moment.
    """

    version: int = 1
    lacks: Mapping[str, str] = MappingProxyType({})
    copies: Mapping[str, str] = MappingProxyType({})
    quick: Mapping[str, Any] = MappingProxyType({})
    batch_size: int | None = 100
    max_epochs: int | None = None

    def __new__(cls, *_: Any, **hyperparameters: Any) -> GenerativeModule:
        """Checks hyper-parameters against the constructor's annotations; raises ValueError naming model and value."""
        check(cls.__init__, hyperparameters, cls.__name__)
        return super().__new__(cls)

    def __init__(self, layout: Layout) -> None:
        super().__init__()
        self.layout = layout
        self.seed, self.capturable = 0, False
        self.private: PrivateTraining | None = None
        self._diverged: dict[tuple[str, ...], Tensor] = {}
        self.automatic_optimization = False

    @property
    def samples_per_batch(self) -> int | None:
        """How many training samples one batch draws (None: each sample once)."""
        return self.batch_size

    def steps(self, batches: int) -> int:
        """How many training steps `batches` of the paper take: the same number, unless training has phases."""
        return batches

    def observe(self, train: Encoded) -> None:
        """Called once before training, with all training samples: what takes no gradient is learnt here."""

    @property
    def takes_parts(self) -> bool:
        """Whether a batch at a time is enough to train on, so that memory need not hold all samples."""
        return self.samples_per_batch is not None and type(self).observe is GenerativeModule.observe

    def observe_parts(self, parts: Iterable[Encoded]) -> None:
        """What `observe` does, with some of the samples at a time, where the model `takes_parts`."""

    def capture(self) -> None:
        """Asks for batches as CUDA graphs, before training; raises ValueError unless the model can."""
        raise ValueError(f"capture: a batch of {type(self).__name__} cannot be a CUDA graph; DoppelGANger's can")

    def privatize(self, privacy: Privacy, n: int, batches: int) -> PrivateTraining:
        """Asks for private training on n samples, before training; raises ValueError unless the model can."""
        raise ValueError(
            f"privacy: {type(self).__name__} has neither a critic that alone sees the training samples, as "
            "DoppelGANger and NaiveGAN have, nor is it learnt from a sum over them, as GaussianPrivate is"
        )

    @abstractmethod
    def training_step(self, batch: Encoded, batch_index: int) -> Tensor | None:
        """Trains on one batch of the paper; every optimiser has seen it by the end."""

    @abstractmethod
    def generate(self, n: int, rng: torch.Generator) -> Encoded:
        """n new samples, a function of the weights and of `rng` alone."""

    def draw_metadata(self, n: int, rng: torch.Generator) -> Float[Tensor, "n m"]:
        """Metadata alone, drawn as `generate` draws them, with hard categories.

        A model has it whose `generate` takes them again as `metadata`; samples of other models are drawn whole.
        """
        raise NotImplementedError(f"{type(self).__name__} draws no metadata without measurements")

    def lengthened(self, max_length: int) -> GenerativeModule:
        """The same weights for samples that are longer than those of training; raises ValueError unless it can."""
        raise ValueError(f"{type(self).__name__} cannot make longer samples than it was trained on; DoppelGANger can")

    def scores(self, samples: Encoded) -> Float[Tensor, " n"]:
        """How real each sample looks to the model's critic, larger is more so; raises ValueError if it has none."""
        raise ValueError(f"{type(self).__name__} has no critic whose scores could be asked for; DoppelGANger has")

    def without_gradient(self) -> Mapping[str, str]:
        """The parameters that no loss moves, by name, each with the reason; every other has a gradient."""
        return {}

    def description(self) -> dict[str, Any]:
        """The model's name and hyper-parameters, in a form that JSON can hold."""
        return {"model": type(self).__name__, "hyperparameters": dict(self.hparams)}

    def batch_rng(self) -> torch.Generator:
        """The random numbers of the current batch: a function of the seed and of the batches before it."""
        return stream(self.seed, self.global_step, device=self.device)

    def descend(self, optimizer: LightningOptimizer, loss: Tensor, network: nn.Module, *, counts: bool = False) -> None:
        """One optimiser step of `network` down `loss`; Lightning counts only the step with `counts`, one per batch."""
        self.differentiate(loss, network)
        (optimizer if counts else optimizer.optimizer).step()

    def differentiate(self, loss: Tensor, network: nn.Module) -> None:
        """Leaves the gradient of `loss`, and nothing older, in the parameters that `network` learns."""
        parameters = [parameter for parameter in network.parameters() if parameter.requires_grad]
        for parameter in parameters:
            parameter.grad = None
        self.manual_backward(loss, inputs=parameters)

    def adam(self, network: nn.Module, learning_rate: float, beta1: float = 0.9, beta2: float = 0.999) -> Adam:
        """Adam over what `network` learns."""
        parameters = [parameter for parameter in network.parameters() if parameter.requires_grad]
        return Adam(
            parameters, lr=learning_rate, betas=(beta1, beta2), eps=1e-8, fused=True, capturable=self.capturable
        )

    def report(self, **losses: Tensor) -> None:
        """Logs the losses of this batch, every `log_every_n_steps` batches, and raises TrainingDiverged where it logs.

        Until then the first batch whose loss is not finite is noted on the device, so that no batch waits for it.
        """
        values, names = torch.stack([loss.float() for loss in losses.values()]), tuple(losses)
        first = torch.where(values.isfinite(), torch.inf, float(self.global_step))
        self._diverged[names] = torch.minimum(first, self._diverged.get(names, first))
        if self.global_step % self.trainer.log_every_n_steps == 0:  # type: ignore[attr-defined]
            self.refuse_divergence()
            self.log_dict({f"train/{name}": loss for name, loss in losses.items()}, batch_size=1)

    def refuse_divergence(self) -> None:
        """Raises TrainingDiverged, naming the first batch with a loss that is not finite, and that loss."""
        first = {
            name: at for names, noted in self._diverged.items() for name, at in zip(names, noted.tolist(), strict=True)
        }
        batch = min(first.values(), default=torch.inf)
        if batch < torch.inf:
            raise TrainingDiverged.at(int(batch), [f"{name} loss" for name, at in first.items() if at == batch])

    def on_train_end(self) -> None:
        """What was not logged any more."""
        self.refuse_divergence()

    def transfer_batch_to_device(self, batch: Encoded, device: torch.device, dataloader_index: int) -> Encoded:
        """Encoded samples move as a whole."""
        return batch.to(device)


class TrainingDiverged(RuntimeError):
    """A loss or a weight is no longer finite."""

    @classmethod
    def at(cls, batch: int, what: Sequence[str]) -> TrainingDiverged:
        """The error that names the batch and what is not finite."""
        return cls(
            f"batch {batch}: not finite: {', '.join(what)}; the last good checkpoint, if any, is kept. A lower "
            "learning rate is the usual remedy"
        )
