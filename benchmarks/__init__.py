"""The project's figures, each beside a plain baseline measured in the same run: ``python -m benchmarks [name ...]``."""
