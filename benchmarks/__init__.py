"""What a reading and a draw cost, measured: `python -m benchmarks`, from the repository's folder."""
