"""Keeps the database fast and of a bounded size: merges partitions, deletes what is old, refreshes statistics."""
