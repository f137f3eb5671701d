"""The forms in which raters judge a study's images."""
