"""Exports: what leaves the workbook as a file, made as bytes from tables and answers."""
