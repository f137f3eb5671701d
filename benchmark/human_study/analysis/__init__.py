"""From answers to preferences, their intervals, ranks and agreement."""
