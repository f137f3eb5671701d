"""pix2pix (Isola et al., CVPR 2017): a U-Net makes the image of a mask, against a discriminator of patches."""
