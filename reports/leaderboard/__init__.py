"""The leaderboard in five formats."""
