"""How many small faults the suite notices: mutmut makes them, this package runs, samples and counts."""
