"""Human studies: trials drawn from runs, answers imported, and their analysis."""
