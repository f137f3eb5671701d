"""StarGAN (Choi et al., CVPR 2018): one generator that translates a face to any set of attributes."""
