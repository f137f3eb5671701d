"""Reference methods: edits without learning that every learned method must beat."""
