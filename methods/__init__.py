"""Face-editing methods: one folder a method, each with a card (`method.yaml`) and an editor."""
