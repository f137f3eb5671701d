"""Functions of `import benchmark`, one module each, and what they share."""
