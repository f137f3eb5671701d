"""Reports of human studies."""
