"""Weights files of any origin: read without running their code, and loaded into a network all or nothing."""

from methods.checkpoint.error import CheckpointError
from methods.checkpoint.load import load_strictly, spelled_as
from methods.checkpoint.read import read_content, read_state_dict, take_network

__all__ = ["CheckpointError", "load_strictly", "read_content", "read_state_dict", "spelled_as", "take_network"]
