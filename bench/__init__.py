"""Measurements against named peers and floors in the same run; `make bench` writes docs/performance.md."""
