"""Counting: the same counts on pandas and on DuckDB, for both frameworks, and those that the rules give pupil by pupil."""

from collections import Counter
from dataclasses import replace
from itertools import product

import duckdb
import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from senlib import open_sample
from senlib.frameworks import load
from senlib.measures.conversion import conversion
from senlib.measures.counting import count_pairs, pairs
from tests.measures.schools import school

TEXTS = {column: str for column in ("stage", "subject", "kind", "result")}


@pytest.fixture(scope="module")
def connection():
    with duckdb.connect() as made:
        yield made


def on_duckdb(connection, table, name):
    """A table of a school as DuckDB holds it: text as text, and what is missing as NULL."""
    if "points" in table:
        table = table.astype(TEXTS).assign(points=table["points"].astype("Float64"))
    connection.register("given", table)
    connection.execute(f"create or replace table {name} as from given")
    return connection.table(name)


def sorted_alike(table, keys):
    return table.sort_values(keys, ignore_index=True)[sorted(table.columns)]


@pytest.mark.parametrize(("name", "stage"), [("levels", "KS3"), ("levels", "KS4"), ("gcse", "KS4")])
def test_duckdb_counts_as_pandas_does(connection, name, stage):
    school = open_sample(name)
    asked = {
        "framework": school.framework,
        "stage": school.framework.stage(stage),
        "by": ["sen_provision", "sex"],
    }
    first = count_pairs(school.pupils, school.results, **asked)
    tables = [
        on_duckdb(connection, getattr(school, table), table) for table in ("pupils", "results")
    ]
    second = count_pairs(*tables, **asked)
    keys = [column for column in first.columns if column != "pupils"]
    pd.testing.assert_frame_equal(
        sorted_alike(first, keys), sorted_alike(second, keys), check_dtype=False
    )
    assert first["pupils"].sum() > 500


@pytest.mark.parametrize(("name", "stage"), [("levels", "KS3"), ("gcse", "KS4")])
def test_a_conversion_table_of_duckdb_s_tables_is_that_of_pandas(connection, name, stage):
    sample = open_sample(name)
    tables = {
        table: on_duckdb(connection, getattr(sample, table), table)
        for table in ("pupils", "results")
    }
    pd.testing.assert_frame_equal(
        conversion(replace(sample, **tables), stage=stage), conversion(sample, stage=stage)
    )


# The rules once more, pupil by pupil and in plain Python. Results are {(pupil_id, stage, subject, kind): result}.


def standing(results, scale, key, *, gives_way):
    """The one result that stands of a pupil in a stage and subject, and its kind; None where there is none."""
    test, teacher = (results.get((*key, kind)) for kind in ("test", "teacher"))

    def is_level(result):
        return result is not None and not pd.isna(scale.points(result))

    hidden = test is None or (not is_level(test) and (gives_way is None or test in gives_way))
    if hidden and (is_level(teacher) or test is None):
        return None if teacher is None else (teacher, "teacher")
    return test, "test"


def average(results, stage, pupil):
    """(entry, points, kind) of a pupil whose entry is one average; None where there is nothing to make it of."""
    prior = standing(
        results, stage.entry_scale, (pupil, stage.entry_stage, "Prior attainment"), gives_way=None
    )
    if prior and prior[0] not in {code.name for code in stage.entry_scale.codes}:
        return prior[0], stage.entry_scale.points(prior[0]), prior[1]
    parts = [
        standing(results, stage.entry_scale, (pupil, stage.entry_stage, s), gives_way=None)
        for s in ("Reading", "Mathematics")
    ]
    points = [stage.entry_scale.points(part[0]) for part in parts if part]
    points = [each for each in points if not pd.isna(each)]
    return ("average", sum(points) / len(points), "test") if points else None


def counted_by_rules(pupils, results, stage):
    """What count_pairs gives by SEN provision, as a Counter of its rows."""
    counts, finished = Counter(), set()
    for (pupil, (year, sen)), subject in product(pupils.items(), {key[2] for key in results}):
        cohort = 0 if year is None else year + stage.ends_in_year - 11
        outcome = standing(
            results,
            stage.outcome_scale,
            (pupil, stage.name, subject),
            gives_way=stage.outcome_scale.below_range(),
        )
        own = standing(
            results, stage.entry_scale, (pupil, stage.entry_stage, subject), gives_way=None
        )
        entry = own and (own[0], stage.entry_scale.points(own[0]), own[1])
        if stage.averaged:
            # Without an average the pupil's own entry in the subject is told, though it is nobody's judgement of the average.
            entry = average(results, stage, pupil) or (
                own and (own[0], stage.entry_scale.points(own[0]), "")
            )
        if outcome:
            finished.add(cohort)
        if outcome or (own and not stage.averaged):
            name, points, kind = entry or ("", None, "")
            points = None if pd.isna(points) else round(points, 6)
            counts[(subject, cohort, sen, name, points, kind, *(outcome or ("", "")))] += 1
    return Counter({row: pupils for row, pupils in counts.items() if row[1] in finished})


def as_counter(table):
    columns = [
        "subject",
        "cohort",
        "sen_provision",
        "entry",
        "entry_points",
        "entry_kind",
        "outcome",
        "outcome_kind",
    ]
    rows = [
        [None if pd.isna(value) else value for value in row]
        for row in table[columns].itertuples(index=False)
    ]
    rows = [(*row[:4], None if row[4] is None else round(row[4], 6), *row[5:]) for row in rows]
    assert len(set(rows)) == len(rows), "a row is counted in two parts"
    return Counter(dict(zip(rows, table["pupils"], strict=True)))


ANY = {
    "levels": {
        "subjects": ["English", "Science"],
        "KS2": ["", "A", "B", "N", "3", "4a", "P6"],
        "KS3": ["", "A", "B", "N", "T", "5", "6c"],
    },
    "gcse": {
        "subjects": ["Reading", "Mathematics", "Prior attainment", "History"],
        "KS2": ["", "A", "none", "<80", "90-95.5", "79", "101", "102.5"],
        "KS4": ["", "X", "U", "4", "5-4", "9"],
    },
}


@st.composite
def schools(draw, name):
    """Pupils {pupil_id: (ks4_year or None, SEN provision or '')} and results as above: tests and teachers', codes, blanks and gaps."""
    values, (entered, ended) = ANY[name], [stage for stage in ANY[name] if stage != "subjects"]
    people = draw(
        st.lists(
            st.tuples(
                st.sampled_from([None, 2004, 2005]),
                st.sampled_from(["", "N", "E" if name == "gcse" else "A"]),
            ),
            min_size=1,
            max_size=4,
        )
    )
    pupils = {str(number): person for number, person in enumerate(people)}
    keys = st.tuples(
        st.sampled_from([*pupils, "of no pupil"]),
        st.sampled_from([entered, ended]),
        st.sampled_from(values["subjects"]),
        st.sampled_from(["test", "teacher"]),
    )
    chosen = draw(st.sets(keys, min_size=1, max_size=24))
    return pupils, {key: draw(st.sampled_from(values[key[1]])) for key in sorted(chosen)}


@pytest.mark.parametrize(("name", "stage"), [("levels", "KS3"), ("gcse", "KS4")])
def test_both_engines_count_as_the_rules_say_pupil_by_pupil(connection, name, stage):
    stage = load(name).stage(stage)

    @settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
    @given(schools(name))
    def holds(made):
        pupils, results = made
        people = [
            {"pupil_id": p, "ks4_year": "" if year is None else str(year), "sen_provision": sen}
            for p, (year, sen) in pupils.items()
        ]
        read = school(name, people, [(*key, result) for key, result in results.items()])
        expected = counted_by_rules(pupils, results, stage)
        asked = {"framework": read.framework, "stage": stage, "by": ["sen_provision"]}
        tables = [
            on_duckdb(connection, getattr(read, table), table) for table in ("pupils", "results")
        ]
        assert as_counter(count_pairs(read.pupils, read.results, **asked)) == expected
        assert as_counter(count_pairs(*tables, **asked)) == expected
        one_by_one = pairs(
            read.pupils,
            read.results,
            framework=read.framework,
            stage=stage,
            columns=["sen_provision"],
        ).to_pandas()
        assert len(one_by_one) == sum(expected.values())

    holds()
