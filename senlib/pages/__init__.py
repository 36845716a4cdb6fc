"""Pages: where one Task lays a measure beside a form."""
