"""Calibration: do metrics respond to known errors, made on purpose?"""
