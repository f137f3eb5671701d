"""What every part of the harness runs on: devices, files, processes, and what is told to whoever started them."""
