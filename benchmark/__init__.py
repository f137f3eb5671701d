"""The harness: experiments, data, training, editing, scoring and their results."""
