"""The hole in the mean colour of the rest."""
