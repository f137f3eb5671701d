"""The numbers of a leaderboard, without any rendering."""
