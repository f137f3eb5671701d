"""Training under mmengine's Runner, with checkpoints that a killed run goes on from."""
