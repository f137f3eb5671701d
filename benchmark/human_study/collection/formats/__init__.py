"""Files of answers: every kind is read into raw answers, which are then validated against the study."""
