"""SEAN (Zhu et al., CVPR 2020): images generated with one style code for each region of the label map."""
