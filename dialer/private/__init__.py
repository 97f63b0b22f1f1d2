"""Servers of our own, for one machine: demo, tests and benchmarks."""
