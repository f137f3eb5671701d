"""The base of every part of the program: devices, files, processes, and progress messages."""
