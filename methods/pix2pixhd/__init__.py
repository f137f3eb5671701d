"""pix2pixHD (Wang et al., CVPR 2018): coarse-to-fine translation of label maps into images."""
