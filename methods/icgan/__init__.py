"""IcGAN (Perarnau et al., 2016): a conditional GAN, and encoders that invert it."""
