"""Reads tables by the schema's own headings, in any framework."""

from functools import cache

from senlib.frameworks import load, names
from senlib.school import read_tables as reader
from senlib.school import schema


def read_tables(file, **options):
    return reader.read_tables(file, **{"is_heading": is_schema_heading, **options})


def is_schema_heading(heading):
    return schema.normal(heading) in _schema_headings()


@cache
def _schema_headings():
    frameworks = map(load, names())
    tables = [
        of(framework)
        for framework in frameworks
        for of in (schema.pupils_schema, schema.results_schema)
    ]
    return frozenset().union(*map(schema.headings, tables))
