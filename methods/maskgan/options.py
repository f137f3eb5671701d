"""Options of MaskGAN: widths, schedule, losses, and the switches that its ablations turn."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

from methods.shared.adversarial_options import AdversarialOptions
from methods.shared.checked_options import require_style_encoder

OF_MASK_VAE = {
    "vae_width",
    "vae_max_width",
    "latent",
    "kl_weight",
    "mask_vae_iterations",
    "mask_vae_epochs",
    "mask_vae_batch_size",
    "mask_vae_lr",
}
"""Options that only the MaskVAE reads, and training on its masks."""
OF_EBST = {
    "ebst",
    "lambda_inter",
    "blender",
    "blender_ngf",
    "blender_n_downsampling",
    "blender_n_blocks",
    "editing_behavior_iterations",
    "editing_behavior_epochs",
    "editing_behavior_batch_size",
    "editing_behavior_lr",
    "simulated_edits",
    "distinct_references",
}
"""Options that only training on the MaskVAE's masks reads."""
OF_VGG = {"perceptual", "perceptual_weight", "vgg_imagenet_input"}
"""Options that nothing reads without VGG-19."""
OF_ADAM = {"beta1", "beta2", "decay_from"}


@dataclass(frozen=True, kw_only=True)
class MaskGANOptions(AdversarialOptions):
    """Every option of the method's card; defaults are the paper's or the published code's where those state one.

    Attributes:
        ngf: width of the Dense Mapping Network at full resolution.
        n_downsampling: stride-2 steps of the Dense Mapping Network.
        n_blocks: styled residual blocks of the Dense Mapping Network.
        style_widths: channels of the style encoder at strides 1, 2, 4.
        outer_kernel: side of the convolutions at full resolution in the networks that generate, encode style and blend;
            7 suits 512 pixels, at 64 it would blur a tenth of the face.
        pointwise_init: whether the Dense Mapping Network starts as one that keeps its signal (`init_dense_mapping`),
            for short trainings; else from N(0, 0.02), as pix2pixHD and its heirs do.
        blender_ngf: width of the alpha blender at full resolution.
        blender_n_downsampling: stride-2 steps of the alpha blender.
        blender_n_blocks: residual blocks of the alpha blender.
        vae_width: width of the MaskVAE's first stage, doubled at each.
        vae_max_width: largest width of the MaskVAE.
        latent: length of the MaskVAE's latent vector.
        mask_vae_iterations: optimiser iterations of the first stage, which trains the MaskVAE (our choice; the paper
            states none).
        mask_vae_epochs: passes over the training masks that take the place of `mask_vae_iterations`, which are then
            counted from them; the same holds for the other stages.
        mask_vae_batch_size: masks per iteration of the first stage.
        mask_vae_lr: Adam's learning rate of the MaskVAE.
        dense_mapping_iterations: optimiser iterations of the second stage (our choice).
        dense_mapping_epochs: passes over the training faces in place of `dense_mapping_iterations`.
        dense_mapping_batch_size: faces per iteration of the second stage.
        dense_mapping_lr: Adam's learning rate of generator and discriminator in the second stage.
        editing_behavior_iterations: optimiser iterations of Editing Behavior Simulated Training, the third stage (our
            choice).
        editing_behavior_epochs: passes over the training faces in place of `editing_behavior_iterations`.
        editing_behavior_batch_size: faces per iteration of the third stage; two at least, since they lend each other
            their masks.
        editing_behavior_lr: Adam's learning rate of generator, discriminator and blender in the third stage.
        kl_weight: weight of the MaskVAE's KL term against the pixel cross-entropy.
        lambda_inter: divides the step between two masks' latents.
        distinct_references: whether an edit always moves a face's mask towards another face's; else towards that of a
            random permutation, in which about one face a batch is given its own mask, and so no edit.
        ebst: whether Editing Behavior Simulated Training follows (the paper's MaskGAN†).
        simulated_edits: whether that training edits masks; else it goes on with the second stage's task for as long and
            at the same rates, as the control which tells the edits' effect from that of more training.
        blender: whether that training mixes its two faces by the alpha blender (else by their mean).
        style_mask_branch: whether the style encoder sees the style face's mask.
        sft: whether the style encoder sees that mask by spatial feature transforms (else by addition).
    """

    ngf: int = 64
    n_downsampling: int = 4
    n_blocks: int = 4
    style_widths: tuple[int, ...] = (16, 32, 64)
    outer_kernel: int = 7
    pointwise_init: bool = False
    blender_ngf: int = 32
    blender_n_downsampling: int = 3
    blender_n_blocks: int = 3
    vae_width: int = 32
    vae_max_width: int = 2048
    latent: int = 1024
    mask_vae_iterations: int = 75_000
    mask_vae_epochs: float = 0.0
    mask_vae_batch_size: int = 16
    mask_vae_lr: float = 2e-4
    dense_mapping_iterations: int = 300_000
    dense_mapping_epochs: float = 0.0
    dense_mapping_batch_size: int = 8
    dense_mapping_lr: float = 2e-4
    editing_behavior_iterations: int = 150_000
    editing_behavior_epochs: float = 0.0
    editing_behavior_batch_size: int = 8
    editing_behavior_lr: float = 5e-5
    kl_weight: float = 1e-5
    lambda_inter: float = 2.5
    distinct_references: bool = True
    ebst: bool = True
    simulated_edits: bool = True
    blender: bool = True
    style_mask_branch: bool = True
    sft: bool = True

    def __post_init__(self) -> None:
        """Refuse what no stage could run with.

        Raises:
            ValueError: naming the option and its value.
        """
        super().__post_init__()
        self.require_at_least(1, "ngf", "blender_ngf", "vae_width", "vae_max_width", "latent")
        self.require_at_least(0, "mask_vae_iterations", "dense_mapping_iterations", "editing_behavior_iterations")
        self.require_at_least(0, "mask_vae_epochs", "dense_mapping_epochs", "editing_behavior_epochs")
        require_style_encoder(self.style_widths, self.outer_kernel)
        if self.lambda_inter <= 0:
            raise ValueError(f"lambda_inter must be positive, not {self.lambda_inter}")
        if self.simulates_edits and self.editing_behavior_batch_size < 2:
            raise ValueError("editing_behavior_batch_size must be 2 at least: faces lend each other their masks")
        edits = self.simulates_edits and (self.editing_behavior_iterations or self.editing_behavior_epochs)
        if edits and not (self.mask_vae_iterations or self.mask_vae_epochs):
            raise ValueError(
                "mask_vae_iterations must be at least 1 with ebst, not 0: masks edited by an untrained MaskVAE teach "
                "nothing; set editing_behavior_iterations to 0 too, or ebst to false"
            )

    @property
    def simulates_edits(self) -> bool:
        """Whether a stage trains on masks that a MaskVAE edits."""
        return self.ebst and self.simulated_edits

    def deciding(self, stage: str) -> Mapping[str, Any] | None:
        """The options that decide what a stage's networks become; None for the last, which all of them decide."""
        values = asdict(self)
        if stage == "mask_vae":
            return {name: values[name] for name in OF_MASK_VAE | OF_ADAM}
        if stage == "dense_mapping":
            unread = OF_MASK_VAE | OF_EBST | (OF_VGG if self.vgg_weights is None else set())
            return {name: values[name] for name in values.keys() - unread}
        return None
