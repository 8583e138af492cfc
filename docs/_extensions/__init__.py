"""The extensions of the documentation: they render what the package says of itself."""
