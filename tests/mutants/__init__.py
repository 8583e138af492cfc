"""How many small faults the suite notices: mutmut makes and runs them, this package samples and counts."""
