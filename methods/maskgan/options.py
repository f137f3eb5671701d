"""Options of MaskGAN: widths, schedule, losses, and the switches that its ablations turn."""

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class MaskGANOptions:
    """Every option of the method's card; defaults are the paper's or the published code's where those state one.

    Attributes:
        ngf: width of the Dense Mapping Network at full resolution.
        n_downsampling: its stride-2 steps.
        n_blocks: its styled residual blocks.
        style_widths: channels of the style encoder at strides 1, 2, 4.
        outer_kernel: side of the convolutions at full resolution in the networks that paint, encode style and blend;
            7 suits 512 pixels, at 64 it would blur a tenth of the face.
        blender_ngf: width of the alpha blender at full resolution.
        blender_n_downsampling: its stride-2 steps.
        blender_n_blocks: its residual blocks.
        vae_width: width of the MaskVAE's first stage, doubled at each.
        vae_max_width: its largest width.
        latent: length of its latent vector.
        ndf: width of the discriminator's first layer.
        n_layers_d: stride-2 layers of each of its scales.
        num_d: its scales.
        mask_vae_iterations: optimiser iterations of the first stage (our choice; the paper states none).
        mask_vae_batch_size: masks an iteration.
        mask_vae_lr: Adam's learning rate.
        dense_mapping_iterations: of the second stage (our choice).
        dense_mapping_batch_size: faces an iteration.
        dense_mapping_lr: of generator and discriminator.
        editing_behavior_iterations: of Editing Behavior Simulated Training (our choice).
        editing_behavior_batch_size: faces an iteration; two at least, since they lend each other their masks.
        editing_behavior_lr: of generator and discriminator; the blender has it too.
        beta1: Adam's.
        beta2: Adam's.
        decay_from: share of a stage's iterations after which its rates fall linearly to 0; 1 keeps them constant.
        ema_decay: of the generator's moving average, an iteration.
        kl_weight: of the MaskVAE's KL term against the pixel cross-entropy.
        feature_matching_weight: of feature matching.
        perceptual_weight: of the perceptual term.
        l1_weight: of a pixel reconstruction term, which the paper does not have.
        lambda_inter: divides the step between two masks' latents.
        vgg_weights: file of torchvision's VGG-19 weights; without it the perceptual term is off.
        ebst: whether Editing Behavior Simulated Training follows (the paper's MaskGAN†).
        blender: whether it mixes its two faces by the alpha blender (else by their mean).
        style_mask_branch: whether the style encoder sees the style face's mask.
        sft: whether it sees it by spatial feature transforms (else by addition).
        feature_matching: whether that term is used.
        perceptual: whether that term is used, where there are weights.
    """

    ngf: int = 64
    n_downsampling: int = 4
    n_blocks: int = 4
    style_widths: tuple[int, ...] = (16, 32, 64)
    outer_kernel: int = 7
    blender_ngf: int = 32
    blender_n_downsampling: int = 3
    blender_n_blocks: int = 3
    vae_width: int = 32
    vae_max_width: int = 2048
    latent: int = 1024
    ndf: int = 64
    n_layers_d: int = 3
    num_d: int = 2
    mask_vae_iterations: int = 75_000
    mask_vae_batch_size: int = 16
    mask_vae_lr: float = 2e-4
    dense_mapping_iterations: int = 300_000
    dense_mapping_batch_size: int = 8
    dense_mapping_lr: float = 2e-4
    editing_behavior_iterations: int = 150_000
    editing_behavior_batch_size: int = 8
    editing_behavior_lr: float = 5e-5
    beta1: float = 0.5
    beta2: float = 0.999
    decay_from: float = 0.5
    ema_decay: float = 0.999
    kl_weight: float = 1e-5
    feature_matching_weight: float = 10.0
    perceptual_weight: float = 10.0
    l1_weight: float = 0.0
    lambda_inter: float = 2.5
    vgg_weights: str | None = None
    ebst: bool = True
    blender: bool = True
    style_mask_branch: bool = True
    sft: bool = True
    feature_matching: bool = True
    perceptual: bool = True

    def __post_init__(self) -> None:
        """Refuse what no stage could run with.

        Raises:
            ValueError: naming the option and its value.
        """
        for name in ("ngf", "blender_ngf", "vae_width", "vae_max_width", "latent", "ndf", "n_layers_d", "num_d"):
            if getattr(self, name) < 1:
                raise ValueError(f"{name} must be at least 1, not {getattr(self, name)}")
        for name in ("mask_vae_iterations", "dense_mapping_iterations", "editing_behavior_iterations"):
            if getattr(self, name) < 0:
                raise ValueError(f"{name} must be at least 0, not {getattr(self, name)}")
        if not 0 < self.ema_decay < 1:
            raise ValueError(f"ema_decay must be between 0 and 1, not {self.ema_decay}")
        if len(self.style_widths) != 3 or not all(isinstance(each, int) and each > 0 for each in self.style_widths):
            raise ValueError(f"style_widths must be three widths (strides 1, 2, 4), not {self.style_widths}")
        if self.outer_kernel < 1 or self.outer_kernel % 2 == 0:
            raise ValueError(f"outer_kernel must be odd, not {self.outer_kernel}")
        if self.lambda_inter <= 0:
            raise ValueError(f"lambda_inter must be positive, not {self.lambda_inter}")
        if self.ebst and self.editing_behavior_batch_size < 2:
            raise ValueError("editing_behavior_batch_size must be 2 at least: faces lend each other their masks")
        if not 0 <= self.decay_from <= 1:
            raise ValueError(f"decay_from must be in [0, 1], not {self.decay_from}")
