"""A person's own photograph: its face found, aligned, parsed, edited by any method, and put back."""
