"""Images as arrays, tensors and files."""
