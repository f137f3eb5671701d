"""Methods that paint a mask in the style of a face and learn it in one adversarial stage, by rebuilding faces."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from mmengine.optim import OptimWrapperDict
from torch import Tensor, nn

from methods.base import EditBatch, FaceBatch, FaceEditor, Stage, one_hot
from methods.layers.adam import adam
from methods.layers.adversarial_options import AdversarialOptions
from methods.layers.conditional_gan import ConditionalGAN
from methods.layers.gan_losses import AdversarialLoss


@dataclass(frozen=True, kw_only=True)
class PainterOptions(AdversarialOptions):
    """Options of a method with one stage.

    Attributes:
        iterations: optimiser iterations.
        batch_size: faces an iteration.
        lr: Adam's learning rate for the networks that make the image.
        d_lr: for the discriminator.
    """

    iterations: int = 100_000
    batch_size: int = 8
    lr: float = 2e-4
    d_lr: float = 2e-4

    def __post_init__(self) -> None:
        """Refuse what no stage could run with.

        Raises:
            ValueError: naming the option and its value.
        """
        super().__post_init__()
        self.require_at_least(0, "iterations")
        self.require_at_least(1, "batch_size")


class MaskPainter(FaceEditor):
    """A generator, perhaps with a style encoder, against one discriminator.

    Args:
        options: of the method.
        adversarial: how the discriminator's verdicts count.
        makers: the networks that make the image, by name, the generator first.
        discriminator: a `MultiscaleDiscriminator`.

    Raises:
        CheckpointError: for VGG weights that cannot be read.
    """

    def __init__(
        self,
        options: PainterOptions,
        adversarial: AdversarialLoss,
        makers: Mapping[str, nn.Module],
        discriminator: nn.Module,
    ) -> None:
        super().__init__()
        for name, network in makers.items():
            self.add_module(name, network)
        self.discriminator = discriminator
        self.makers = tuple(makers)
        self.painter_options = options
        self.perceptual = options.perceptual_loss()
        self.game = ConditionalGAN(discriminator, adversarial, options.loss_weights(), self.perceptual)

    @abstractmethod
    def paint(self, label: Tensor, style_label: Tensor, style_image: Tensor) -> Tensor:
        """The image (N, 3, H, W) in [-1, 1] of one-hot masks in the style of faces and their one-hot masks."""

    def rebuild(self, label: Tensor, image: Tensor) -> tuple[Tensor, dict[str, Tensor]]:
        """Faces painted from their own masks and styles, and further weighted losses of doing so."""
        return self.paint(label, label, image), {}

    def stages(self) -> Sequence[Stage]:
        """The one stage."""
        asked = self.painter_options
        return (
            Stage(
                name="painting",
                iterations=asked.iterations,
                batch_size=asked.batch_size,
                ema=self.makers,
                ema_decay=asked.ema_decay,
                schedulers=dict.fromkeys((*self.makers, "discriminator"), asked.schedule(asked.iterations)),
            ),
        )

    def optimizers(self, stage: Stage) -> OptimWrapperDict:
        """Adam for each network."""
        asked = self.painter_options
        rates = dict.fromkeys(self.makers, asked.lr) | {"discriminator": asked.d_lr}
        betas = (asked.beta1, asked.beta2)
        return OptimWrapperDict(**{name: adam(self.get_submodule(name), rate, betas) for name, rate in rates.items()})

    def train_step(self, faces: FaceBatch, optim: OptimWrapperDict) -> dict[str, Tensor]:
        """Rebuild the faces against the discriminator."""
        label = one_hot(faces.mask)
        fake, extra = self.rebuild(label, faces.image)
        return self.game.play(fake, label, faces.image, optim, self.makers, extra)

    def edit(self, tasks: EditBatch) -> Tensor:
        """The target's style on the geometry asked for: (N, 3, H, W) in [-1, 1]."""
        return self.paint(one_hot(tasks.mask), one_hot(tasks.target.mask), tasks.target.image).float()

    def published_networks(self) -> Mapping[str, nn.Module]:
        """The networks that make the image, the generator first, and the discriminator."""
        return {name: self.get_submodule(name) for name in (*self.makers, "discriminator")}

    def provenance(self) -> Mapping[str, str]:
        """Which loss terms took part."""
        return self.painter_options.provenance()
