"""Passes over the IR: one a file, each `run(fn)`; pipeline.py knows the order."""
