"""A parametric face renderer with exact label maps, drawn from separate geometry and style factors."""
