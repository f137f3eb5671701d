"""What a finished run leaves behind: its schema, where its files lie, and which runs may be compared."""
