"""What experiments will take before they run: iterations, hours, memory and disk, and what does not fit."""
