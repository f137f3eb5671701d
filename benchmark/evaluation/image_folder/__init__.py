"""Scores plain folders of images that any program made: against real images, or the label maps they were to show."""
