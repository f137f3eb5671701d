"""Methods that edit in a process of their own, in whatever environment that has."""
