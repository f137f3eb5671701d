"""SPADE (Park et al., CVPR 2019): images whose normalisation layers read the label map."""
