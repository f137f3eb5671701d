"""What every part of the program stands on: device, progress, processes, interruptions, atomic files."""
