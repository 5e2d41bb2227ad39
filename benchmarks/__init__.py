"""Benchmarks: ratios against a peer in the same run. `python -m benchmarks.run` writes results.json."""
