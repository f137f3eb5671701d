"""Encoders: networks whose features of an image set the metrics of whole sets compare."""
