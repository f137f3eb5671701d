"""What several methods share beside layers: their options, their adversarial training, their requested attributes."""
