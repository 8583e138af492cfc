"""The machine that holds the fake against the model: what it may do, and what it compares."""
