"""The workbook: what people write, kept as they type it."""
