"""Content: the words of every form, one TOML file a page, so that a teacher can review them without meeting any code."""
