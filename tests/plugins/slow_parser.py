"""A face parser that takes its time, and says in the file $MARK that it was asked."""

import os
import time
from pathlib import Path

from torch import Tensor

from benchmark.judges.unet_parser import FaceParser
from registry import JUDGES

CARD = {
    "name": "slow-parser",
    "title": "Slow parser",
    "summary": "The face parser on a slow machine.",
    "role": "parser",
    "options": {"iterations": 2, "batch_size": 4},
}


@JUDGES.register(card=CARD)
class SlowParser(FaceParser):
    def parse(self, image: Tensor) -> tuple[Tensor, Tensor]:
        if "MARK" in os.environ:
            with Path(os.environ["MARK"]).open("a") as mark:
                mark.write("x")
            time.sleep(1)
        return super().parse(image)
