"""Result files to pages: cells first, formatting last."""
