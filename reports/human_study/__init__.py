"""What raters preferred, as pages."""
