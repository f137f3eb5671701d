"""Mask-Guided Portrait Editing (Gu et al., CVPR 2019): parts of a face from autoencoders, painted by a mask."""
