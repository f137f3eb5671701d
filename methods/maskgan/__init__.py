"""MaskGAN (Lee et al., CVPR 2020): interactive face editing by a dense mapping from masks and a style image."""
