"""What every part of the program stands on: devices, files, processes, and what is told to whoever started them."""
