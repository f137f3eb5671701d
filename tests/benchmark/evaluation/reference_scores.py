"""Scores of clean-fid and torch-fidelity, printed as JSON by the interpreter of an environment that has them.

Usage: python reference_scores.py OUTPUTS REAL WEIGHTS DIMENSIONS SUBSET
"""

import json
import sys

import numpy as np
import torch
from cleanfid import fid
from pytorch_fid.inception import InceptionV3
from torch_fidelity import calculate_metrics


def main(outputs: str, real: str, weights: str, dimensions: int, subset: int) -> None:
    network = InceptionV3([3], resize_input=False, normalize_input=False).eval()

    def extractor(images: torch.Tensor) -> torch.Tensor:
        return network((images - 128) / 128)[0][:, :dimensions, 0, 0]

    moments = []
    for folder in (outputs, real):
        features = fid.get_folder_features(
            folder, model=extractor, num_workers=0, device=torch.device("cpu"), mode="clean", verbose=False
        ).astype(np.float64)
        moments += [features.mean(axis=0), np.cov(features, rowvar=False)]
    kid = calculate_metrics(
        input1=outputs,
        input2=real,
        kid=True,
        kid_subset_size=subset,
        feature_extractor_weights_path=weights,
        cuda=False,
        cache=False,
        verbose=False,
    )
    found = {"fid-clean": float(fid.frechet_distance(*moments)), "kid": kid["kernel_inception_distance_mean"]}
    print("\n" + json.dumps(found))


if __name__ == "__main__":
    main(*sys.argv[1:4], *map(int, sys.argv[4:]))
