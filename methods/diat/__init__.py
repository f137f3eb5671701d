"""DIAT-style transfer (after Li et al., 2016): a transformed face is blended in where a mask lets it."""
