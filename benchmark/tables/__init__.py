"""Results to tables: rows of methods, figures with intervals, tests, ranks and emphasis, before any format."""
