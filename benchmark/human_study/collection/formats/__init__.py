"""Files of answers, each kind read into claims that are then checked against the study."""
