"""Reads and writes the encrypted vault."""
