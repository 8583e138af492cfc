"""What pytest asks of the fake: options, markers, the guard of a run, the report of a failed test."""
