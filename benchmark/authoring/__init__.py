"""Writing a method of one's own: a skeleton to begin with, and a check of the contract."""
