"""Calibration: do the metrics see errors that are known, because they were made?"""
