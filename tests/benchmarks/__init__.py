"""Benchmarks: what the plugin costs beside botocore alone, a canned handler, moto and pytest without the plugin.

`python -m tests.benchmarks` prints one table of ratios. Nothing is asserted about a time.
"""
