"""Counting: the same counts on pandas and on DuckDB, for both frameworks, and those that the rules give pupil by pupil."""

from collections import Counter
from dataclasses import replace
from itertools import product

import duckdb
import pandas as pd
import pytest
from hypothesis import HealthCheck, Phase, given, settings
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


def on_duckdb(connection, school):
    """The school with its tables as DuckDB has them: text as text, and what is missing as NULL."""
    tables = {}
    for name in ("pupils", "results"):
        table = getattr(school, name)
        if "points" in table:
            table = table.astype(TEXTS).assign(points=table["points"].astype("Float64"))
        connection.register("given", table)
        connection.execute(f"create or replace table {name} as from given")
        tables[name] = connection.table(name)
    return replace(school, **tables)


def sorted_alike(table, keys):
    return table.sort_values(keys, ignore_index=True)[sorted(table.columns)]


@pytest.mark.parametrize(
    ("name", "stage"), [("levels", "KS3"), ("levels", "KS4"), ("gcse", "KS4")]
)
def test_duckdb_counts_as_pandas_does(connection, name, stage):
    school = open_sample(name)
    asked = {
        "stage": school.framework.stage(stage),
        "by": ["sen_provision", "sex"],
    }
    first = count_pairs(school, **asked)
    second = count_pairs(on_duckdb(connection, school), **asked)
    keys = [column for column in first.columns if column != "pupils"]
    pd.testing.assert_frame_equal(
        sorted_alike(first, keys), sorted_alike(second, keys), check_dtype=False
    )
    assert first["pupils"].sum() > 500


@pytest.mark.parametrize(("name", "stage"), [("levels", "KS3"), ("gcse", "KS4")])
def test_a_conversion_table_of_duckdb_s_tables_is_that_of_pandas(
    connection, name, stage
):
    sample = open_sample(name)
    pd.testing.assert_frame_equal(
        conversion(on_duckdb(connection, sample), stage=stage),
        conversion(sample, stage=stage),
    )


# The rules once more, pupil by pupil and in plain Python. Results are {(pupil_id, stage, subject, kind): result}.


def standing(results, scale, key, *, gives_way):
    """The one result that stands of a pupil in a stage and subject, and its kind; None where there is none."""
    test, teacher = (results.get((*key, kind)) for kind in ("test", "teacher"))

    def is_level(result):
        return result is not None and not pd.isna(scale.points(result))

    hidden = test is None or (
        not is_level(test) and (gives_way is None or test in gives_way)
    )
    if hidden and (is_level(teacher) or test is None):
        return None if teacher is None else (teacher, "teacher")
    return test, "test"


def average(results, stage, pupil):
    """(entry, points, kind) of a pupil whose entry is one average; None where there is no row to make it of."""
    scale = stage.entry_scale
    bare = {name for name in scale.below_range() if pd.isna(scale.points(name))}
    nothing = {
        code.name for code in scale.codes if pd.isna(scale.points(code.name))
    } | {""}
    given, english, *papers = (
        standing(results, scale, (pupil, stage.entry_stage, subject), gives_way=None)
        for subject in (
            "Prior attainment",
            "English Language",
            "Reading",
            "Mathematics",
        )
    )
    if given and given[0] not in nothing:
        return given[0], scale.points(given[0]), given[1]
    if not papers[0] or papers[0][0] == "":
        papers[0] = english
    names = [paper[0] if paper else "" for paper in papers]
    scores = [
        None if pd.isna(scale.points(name)) else scale.points(name) for name in names
    ]
    stands = [name not in nothing for name in names]
    said = ["below the test" if name in bare else name for name in names]
    each = f"{said[0]} in reading, {said[1]} in mathematics"
    under = set(names) & bare
    if None not in scores:
        return "average", sum(scores) / 2, "test"
    if any(stands):
        if all(stands) or (under and not set(names) <= set(scale.below_range())):
            return names[0] if names[0] == names[1] else each, None, "test"
        if under:
            return "below the test", None, "test"
        which = stands.index(True)
        paper = ("reading", "mathematics")[which]
        return f"{names[which]} ({paper} alone)", scores[which], "test"
    if under or (given and given[0] in bare):
        return "below the test", None, "test"
    if not any(names):
        return (given[0], None, "test") if given and given[0] else None
    if names[0] == names[1]:
        return names[0], None, "test"
    if all(names):
        return each, None, "test"
    return (
        f"{names[0]} in reading" if names[0] else f"{names[1]} in mathematics",
        None,
        "test",
    )


def left(pupil, person, results, stage, cohort):
    """Whether a pupil left before the end of the stage."""
    if person["left_on"] and cohort:
        return person["left_on"] < f"{cohort}-05-01"
    outcome = any(key[0] == pupil and key[1] == stage.name for key in results)
    return person["on_roll"] == "N" and not outcome


def counted_by_rules(pupils, results, stage, *, core, year):
    """What count_pairs gives by SEN provision, as a Counter of its rows."""
    found, sizes, grades = [], Counter(), Counter()
    cohorts = {}
    for pupil, person in pupils.items():
        summer = person["ks4_year"]
        cohort = summer + stage.ends_in_year - 11 if summer else 0
        if not left(pupil, person, results, stage, cohort):
            cohorts[pupil] = cohort
            sizes[cohort] += 1
    subjects = {*core, *(key[2] for key in results)}
    for (pupil, cohort), subject in product(cohorts.items(), subjects):
        outcome = standing(
            results,
            stage.outcome_scale,
            (pupil, stage.name, subject),
            gives_way=stage.outcome_scale.below_range(),
        )
        if stage.averaged:
            entry = average(results, stage, pupil)
        else:
            key = (pupil, stage.entry_stage, subject)
            entry = standing(results, stage.entry_scale, key, gives_way=None)
            entry = entry and (entry[0], stage.entry_scale.points(entry[0]), entry[1])
        scale = stage.outcome_scale
        if outcome and (scale.is_result(outcome[0]) or scale.is_other(outcome[0])):
            grades[cohort, subject] += 1
        if outcome or subject in core or (entry and not stage.averaged):
            name, points, kind = entry or ("", None, "")
            points = None if pd.isna(points) else round(points, 6)
            sen = pupils[pupil]["sen_provision"]
            found.append(
                (subject, cohort, sen, name, points, kind, *(outcome or ("", "")))
            )
    finished = {
        (cohort, subject)
        for (cohort, subject), many in grades.items()
        if cohort < year or 2 * many >= sizes[cohort]
    }
    return Counter(row for row in found if (row[1], row[0]) in finished)


def as_counter(table, *, distinct=True):
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
    rows = [
        (*row[:4], None if row[4] is None else round(row[4], 6), *row[5:])
        for row in rows
    ]
    assert not distinct or len(set(rows)) == len(rows), "a row is counted in two parts"
    counted = Counter()
    for row, pupils in zip(rows, table["pupils"], strict=True):
        counted[row] += pupils
    return counted


ANY = {
    "levels": {
        "subjects": ["English", "Science"],
        "KS2": ["", "A", "B", "N", "3", "4a", "P6"],
        "KS3": ["", "A", "B", "N", "T", "5", "6c"],
    },
    "gcse": {
        "subjects": [
            "Reading",
            "Mathematics",
            "Prior attainment",
            "History",
            "English Language",
        ],
        "KS2": ["", "A", "B", "PK4", "EXS", "none", "<80", "90-95.5", "79", "102.5"],
        "KS4": ["", "X", "U", "4", "5", "9", "Entry level 3"],
    },
}


@st.composite
def schools(draw, name):
    """Pupils and results as above: of summers past and to come, on roll and left; tests and teachers', codes, blanks and gaps."""
    values, (entered, ended) = (
        ANY[name],
        [stage for stage in ANY[name] if stage != "subjects"],
    )
    end = load(name).stage(ended).ends_in_year
    person = st.fixed_dictionaries(
        {
            # In 2005, when the stage ended for the first and has not ended for the others.
            "ks4_year": st.sampled_from(
                [None, *(summer + 11 - end for summer in (2004, 2005, 2006))]
            ),
            "sen_provision": st.sampled_from(["", "N", "E" if name == "gcse" else "A"]),
            "on_roll": st.sampled_from(["Y", "Y", "N"]),
            "left_on": st.sampled_from(["", "", "2004-04-30", "2005-05-01"]),
        }
    )
    people = draw(st.lists(person, min_size=1, max_size=5))
    pupils = {str(number): person for number, person in enumerate(people)}
    keys = st.tuples(
        st.sampled_from([*pupils, "of no pupil"]),
        st.sampled_from([entered, ended]),
        st.sampled_from(values["subjects"]),
        st.sampled_from(["test", "teacher"]),
    )
    chosen = draw(st.sets(keys, min_size=1, max_size=24))
    return pupils, {
        key: draw(st.sampled_from(values[key[1]])) for key in sorted(chosen)
    }


@pytest.mark.parametrize(("name", "stage"), [("levels", "KS3"), ("gcse", "KS4")])
def test_both_engines_count_as_the_rules_say_pupil_by_pupil(connection, name, stage):
    stage = load(name).stage(stage)

    @settings(
        max_examples=40,
        deadline=None,
        suppress_health_check=list(HealthCheck),
        phases=[Phase.explicit, Phase.generate],
    )
    @given(schools(name))
    def holds(made):
        pupils, results = made
        people = [
            {"pupil_id": p}
            | {name: "" if value is None else str(value) for name, value in of.items()}
            for p, of in pupils.items()
        ]
        left_on = [of["left_on"] for of in pupils.values()]
        read = school(name, people, [(*key, result) for key, result in results.items()])
        read = replace(read, pupils=read.pupils.assign(left_on=left_on))
        core = read.framework.core_subjects()
        expected = counted_by_rules(
            pupils, results, stage, core=core, year=read.academic_year
        )
        for of_engine in (read, on_duckdb(connection, read)):
            counts = count_pairs(of_engine, stage=stage, by=["sen_provision"])
            assert as_counter(counts) == expected
        one_by_one = pairs(read, stage=stage, columns=["sen_provision"])
        assert as_counter(one_by_one.assign(pupils=1), distinct=False) == expected

    holds()
