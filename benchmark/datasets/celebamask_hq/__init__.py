"""CelebAMask-HQ in its own layout."""
