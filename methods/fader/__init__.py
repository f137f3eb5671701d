"""Fader networks (Lample et al., NeurIPS 2017): a code without the attribute, which the decoder is told instead."""
