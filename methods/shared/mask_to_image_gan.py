"""Methods that make an image from a mask in the style of a face, and learn it in one adversarial stage on own faces."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Mapping, Sequence

from mmengine.optim import OptimWrapperDict
from torch import Tensor, nn

from methods.base import EditBatch, FaceBatch, FaceEditor, Stage, one_hot
from methods.layers.adam import adam_for_each
from methods.shared.conditional_gan import GANTrainer
from methods.shared.one_stage import one_stage
from methods.shared.stage_options import AdversarialStageOptions


class MaskToImageGAN(FaceEditor):
    """A generator, perhaps with a style encoder, against one discriminator.

    Args:
        options: of the method.
        generators: the networks that make the image, by name, the generator first.
        gan_trainer: trains them against its discriminator.
    """

    options: AdversarialStageOptions

    def __init__(
        self, options: AdversarialStageOptions, generators: Mapping[str, nn.Module], gan_trainer: GANTrainer
    ) -> None:
        super().__init__()
        for name, network in generators.items():
            self.add_module(name, network)
        self.discriminator = gan_trainer.discriminator
        self.generators = tuple(generators)
        self.options = options
        self.gan_trainer = gan_trainer
        self.perceptual = self.gan_trainer.perceptual

    @abstractmethod
    def generate(self, label: Tensor, style_label: Tensor, style_image: Tensor) -> Tensor:
        """The image (N, 3, H, W) in [-1, 1] of one-hot masks in the style of faces and their one-hot masks."""

    def reconstruct(self, label: Tensor, image: Tensor) -> tuple[Tensor, dict[str, Tensor]]:
        """Faces generated from their own masks and styles, and further weighted losses of doing so."""
        return self.generate(label, label, image), {}

    def stages(self) -> Sequence[Stage]:
        """The one stage."""
        return one_stage("painting", self.options, (*self.generators, "discriminator"), self.generators)

    def optimizers(self, stage: Stage) -> OptimWrapperDict:
        """Adam for each network."""
        return self._adam(self.generators)

    def _adam(self, generators: Sequence[str]) -> OptimWrapperDict:
        """Adam for each of the parts named, and for the discriminator."""
        options = self.options
        rates = dict.fromkeys(generators, options.lr) | {"discriminator": options.d_lr}
        betas = (options.beta1, options.beta2)
        return adam_for_each(self, rates, betas)

    def train_step(self, faces: FaceBatch, optim: OptimWrapperDict) -> dict[str, Tensor]:
        """Reconstruct the faces against the discriminator."""
        label = one_hot(faces.mask)
        fake, extra = self.reconstruct(label, faces.image)
        return self.gan_trainer.step(fake, label, faces.image, optim, self.generators, extra)

    def edit(self, tasks: EditBatch) -> Tensor:
        """The target's style on the requested geometry: (N, 3, H, W) in [-1, 1]."""
        return self.generate(one_hot(tasks.mask), one_hot(tasks.target.mask), tasks.target.image).float()

    def published_networks(self) -> Mapping[str, nn.Module]:
        """The networks that make the image, the generator first, and the discriminator."""
        return {name: self.get_submodule(name) for name in (*self.generators, "discriminator")}

    def provenance(self) -> Mapping[str, str]:
        """Which loss terms took part."""
        return self.options.provenance()
