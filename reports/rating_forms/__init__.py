"""What raters use to judge a study's images."""
