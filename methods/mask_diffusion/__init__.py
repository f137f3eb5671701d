"""Mask diffusion: noise becomes a face under a mask, inside a region, in the style of a face."""
