"""AttGAN (He et al., TIP 2019): a face is decoded with other attributes; STGAN (Liu et al., CVPR 2019) as a variant."""
