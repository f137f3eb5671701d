"""CRN under the harness: the mask is all that the cascade sees, and features are all that it learns by."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from mmengine.optim import OptimWrapperDict
from torch import Tensor, nn

from methods.base import EditBatch, FaceBatch, FaceEditor, Stage, one_hot
from methods.crn.generator import CascadedRefinement
from methods.crn.losses import FEATURE_SLICES, diversity_loss, layer_errors
from methods.crn.options import CRNOptions
from methods.layers.adam import adam
from methods.layers.perceptual import VGGFeatures
from methods.shared.one_stage import one_stage


class CRN(FaceEditor):
    """CRN (Chen and Koltun, "Photographic Image Synthesis with Cascaded Refinement Networks", ICCV 2017).

    Args:
        size: side of the images in pixels, 4 times a power of two.
        options: those of `CRNOptions`.

    Raises:
        ValueError: for a size or an option that no network could be built with.
        CheckpointError: for VGG weights that cannot be read.
    """

    def __init__(self, size: int, **options: Any) -> None:
        super().__init__()
        self.options = config = CRNOptions(**options)
        config.require_size(size)
        self.generator = CascadedRefinement(size, config.width, config.num_images)
        self.features: VGGFeatures | None = None
        if config.vgg_weights is not None:
            self.features = VGGFeatures(config.vgg_weights, slices=FEATURE_SLICES, average_pooling=True)

    def stages(self) -> Sequence[Stage]:
        """The one stage."""
        return one_stage("refinement", self.options, ("generator",), ("generator",))

    def optimizers(self, stage: Stage) -> OptimWrapperDict:
        """Adam for the cascade."""
        options = self.options
        return OptimWrapperDict(generator=adam(self.generator, options.lr, (options.beta1, options.beta2)))

    def train_step(self, faces: FaceBatch, optim: OptimWrapperDict) -> dict[str, Tensor]:
        """Make the faces of their masks."""
        label = one_hot(faces.mask)
        errors = layer_errors(self.generator(label), faces.image, self.features)
        loss = diversity_loss(errors, label)
        optim["generator"].update_params(loss)
        return {"features": loss.detach()}

    def edit(self, tasks: EditBatch) -> Tensor:
        """The faces of the requested masks: (N, 3, H, W) in [-1, 1]; of several images, the first."""
        return self.generator(one_hot(tasks.mask))[:, 0].float().clamp(-1, 1)

    def published_networks(self) -> Mapping[str, nn.Module]:
        """The cascade."""
        return {"generator": self.generator}

    def provenance(self) -> Mapping[str, str]:
        """What images were compared by."""
        return self.options.provenance()
