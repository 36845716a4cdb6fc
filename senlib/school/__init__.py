"""A school: its columns, its files read and checked, and the tables that come of them."""
