"""A dataset by a card alone: a folder of faces with a label set and attribute names of its own."""

from benchmark.datasets.face_folder.dataset import FaceFolder
from registry import DATASETS

CARD = {
    "name": "own-faces",
    "title": "My own faces",
    "summary": "Portraits with label maps of six classes, and a table of who smiles.",
    "licence": "that of my portraits",
    "options": {
        "label_set": ["background", "skin", "hair", "neck", "cloth", "skin"],  # 5, a beard, is skin too
        "attribute_names": ["smile=Smiling"],
        "val_share": 0.1,
        "test_share": 0.2,
    },
}


@DATASETS.register(card=CARD)
class OwnFaces(FaceFolder):
    """`face-folder` under these options."""

    name = "own-faces"
