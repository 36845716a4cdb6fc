"""Counting: the same counts on pandas and on DuckDB, for both frameworks."""

import duckdb
import pandas as pd
import pytest

from senlib import open_sample
from senlib.measures.counting import count_pairs


@pytest.mark.parametrize(("name", "stage"), [("levels", "KS3"), ("levels", "KS4"), ("gcse", "KS4")])
def test_duckdb_counts_as_pandas_does(name, stage):
    school = open_sample(name)
    asked = {"framework": school.framework, "stage": school.framework.stage(stage), "by": ["sen_provision", "sex"]}
    first = count_pairs(school.pupils, school.results, **asked)
    texts = {column: str for column in ("stage", "subject", "kind", "result")}
    with duckdb.connect() as connection:
        connection.register("pupils", school.pupils)
        connection.register("results", school.results.astype(texts).assign(points=school.results["points"].astype("Float64")))
        second = count_pairs(connection.table("pupils"), connection.table("results"), **asked)
    keys = [column for column in first.columns if column != "pupils"]
    tables = [table.sort_values(keys, ignore_index=True)[sorted(first.columns)] for table in (first, second)]
    pd.testing.assert_frame_equal(*tables, check_dtype=False)
    assert first["pupils"].sum() > 500
