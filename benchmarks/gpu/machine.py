"""What a rehearsal's figures were measured on."""

from __future__ import annotations

import os
import platform
import subprocess

import torch


def machine_of(device: torch.device) -> dict[str, str]:
    """The card or processor, its driver, and the software that decides speed."""
    facts = {
        "device": torch.cuda.get_device_name(device) if device.type == "cuda" else platform.machine(),
        "cpu_cores": str(os.cpu_count()),
        "python": platform.python_version(),
        "torch": torch.__version__,
    }
    if device.type == "cuda":
        query = ["nvidia-smi", "--query-gpu=driver_version,memory.total", "--format=csv,noheader"]
        driver, _, memory = subprocess.run(query, capture_output=True, text=True, check=True).stdout.partition(",")
        facts |= {
            "driver": driver.strip(),
            "memory": memory.strip().splitlines()[0],
            "cuda": str(torch.version.cuda),
            "cudnn": str(torch.backends.cudnn.version()),
        }
    return facts
