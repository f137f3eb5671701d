"""From experiments to pages: everything between a specification and the leaderboard."""
