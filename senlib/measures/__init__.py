"""Measures: pure functions from a school's tables to one tidy table, with n and an interval beside every rate."""
