"""Suites in the patterns that users of moto write, run with moto and with the fake: the outcome is the same."""
