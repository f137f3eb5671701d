"""ELEGANT (Xiao et al., ECCV 2018): faces exchange an attribute by exchanging its part of their latent codes."""
