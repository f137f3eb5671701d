"""Training under mmengine's Runner, with checkpoints from which a killed run resumes."""
