"""Serving: the command line, and Voila on this computer alone."""
