"""The kit: what the pages are laid out with, and how they speak; each of the fourteen pages stands on it alone."""
