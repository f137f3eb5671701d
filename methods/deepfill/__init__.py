"""DeepFill (Yu et al., ICCV 2019 and CVPR 2018): holes filled twice; partial convolution (ECCV 2018) as a variant."""
