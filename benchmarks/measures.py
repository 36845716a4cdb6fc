"""Conversion tables from DuckDB's tables of 1,000, 100,000 and 10 million results, beside a hand-written query for the same table.

    python benchmarks/measures.py           prints seconds and the ratio for each framework and size, and how they were measured

The results are made by DuckDB from a seed before the clock starts. Both ways are run in turn in this one call, and the median of
each is compared, so that a busy machine slows both; each run must give the same counts. A second on its own says nothing.
`senlib` is the whole public measure, `conversion`, with its intervals and national figures; the query gives counts alone.
pandas is timed for information, on tables of up to 100,000 results.
"""

from __future__ import annotations

import os
import platform
import statistics
import tempfile
import time
from collections.abc import Callable
from importlib.metadata import version
from pathlib import Path

import duckdb
import pandas as pd

from senlib.frameworks import Framework, load
from senlib.measures.conversion import conversion
from senlib.school.school import School

SIZES = {1_000: 9, 100_000: 7, 10_000_000: 3}  # results, and how often each way is run
LARGEST_IN_PANDAS = 100_000
SEED = 0.2005

KEYS = ["subject", "cohort", "entry", "group"]
COUNTS = ["pupils", "without_result", "reached", "by_teacher"]

# A pupil's ability is drawn from her number, so that entry and outcome go together as they do in schools.
PUPILS = """
    select 'P' || lpad(i::varchar, 7, '0') as pupil_id,
        case when i % 97 = 0 then null else 2004 + i % 5 end::integer as ks4_year,
        case when i % 101 = 0 then '' when hash(i) % 100 < 82 then 'N' else {sen}[1 + (hash(i, 1) % len({sen}))::integer] end
            as sen_provision,
        (hash(i, 2) % 1000 + hash(i, 3) % 1000) / 2000.0 as ability
    from range({pupils}) numbers(i)
"""

# Three subjects tested and assessed by teachers at both ends; one result in 33 is missing, and one in 25 a code or blank.
LEVELS = """
    with drawn as (
        select pupil_id, stage, subject, kind, random() as code, random() as there,
            greatest(1, least(8, floor(lowest + 4 * ability + random())))::integer as level
        from pupils,
            (values ('KS2', 1.5), ('KS3', 2.9)) stages(stage, lowest),
            (values ('English'), ('Mathematics'), ('Science')) subjects(subject),
            (values ('test'), ('teacher')) kinds(kind)
        where stage = 'KS2' or ks4_year is distinct from 2008
    )
    select pupil_id, stage, subject, kind, '' as date,
        case when code < 0.04 then ['A', 'B', 'N', 'T', 'D', ''][1 + floor(code * 150)::integer] else level::varchar end as result,
        case when code >= 0.04 then 6.0 * level + 3 end as points
    from drawn where there < 0.97 order by hash(pupil_id), random() limit {results}
"""

# Two scores at entry, now and then an average in their place or a teacher's; and eight subjects of GCSE.
GCSE = """
    with drawn as (
        select pupil_id, subject, random() as code, random() as there, round(75 + 45 * ability + 6 * random())::integer as score,
            greatest(1, least(9, floor(9 * ability + 2 * random())))::integer as grade
        from pupils, (values ('Reading'), ('Mathematics'), ('Prior attainment')) subjects(subject)
    ), entries as (
        select pupil_id, 'KS2' as stage, subject, if(there < 0.03, 'teacher', 'test') as kind, '' as date,
            case when code < 0.04 then ['A', 'B', 'T', ''][1 + floor(code * 100)::integer] else least(score, 120)::varchar end as result,
            case when code >= 0.04 then least(score, 120)::double end as points
        from drawn where there < if(subject = 'Prior attainment', 0.05, 0.96)
    ), outcomes as (
        select pupil_id, 'KS4' as stage, subject, 'test' as kind, '' as date,
            case when code < 0.02 then if(code < 0.01, 'X', '') else grade::varchar end as result,
            case when code >= 0.02 then grade::double end as points
        from (
            select pupil_id, subject, random() as code, random() as there,
                greatest(1, least(9, floor(9 * ability + 2 * random())))::integer as grade
            from pupils, (
                values ('English Language'), ('Mathematics'), ('English Literature'), ('Combined Science'), ('History'), ('French'),
                    ('Art'), ('Music')
            ) subjects(subject)
            where ks4_year is distinct from 2008
        ) where there < 0.9
    )
    from (from entries union all from outcomes) order by hash(pupil_id), random() limit {results}
"""

# By hand, as an analyst would who knows the rules. Of a pupil's results in a subject the one that stands has the highest rank (4 a
# test, 3 a teacher's level in place of a code, ...) and is found by arg_max in one pass; then pupils are joined and counted once.
BY_HAND = {
    "levels": """
        with paired as (
            select pupil_id, subject,
                arg_max(result, entry_rank) filter (stage = 'KS2') as entry, max(entry_rank) filter (stage = 'KS2') as entry_rank,
                arg_max(result, outcome_rank) filter (stage = 'KS3') as outcome, max(outcome_rank) filter (stage = 'KS3') as outcome_rank
            from (
                select *, if(kind = 'test', if(points is not null, 4, 2), if(points is not null, 3, 1)) as entry_rank,
                    if(kind = 'test', if(points is not null or result not in ('B', 'N'), 4, 2), if(points is not null, 3, 1))
                        as outcome_rank
                from results where stage in ('KS2', 'KS3')
                -- in a core subject every pupil stands
                union all by name
                select pupil_id, subject from pupils, (values ('English'), ('Mathematics'), ('Science')) core(subject)
            ) group by all
        ), counted as (
            select subject, ks4_year - 2 as cohort, sen_provision, entry, outcome,
                coalesce(outcome, '') not in ('', 'A', 'D', 'T') as has_grade,
                coalesce(entry_rank % 2 = 1, false) or coalesce(outcome_rank % 2 = 1, false) as by_teacher, count(*) as pupils
            from paired join pupils using (pupil_id) group by all
        ), banded as (
            select *, case entry when '1' then 'below 2' when '2' then '2' when '3' then '3' when '4' then '4'
                    when '5' then '5+' when '6' then '5+' when '7' then '5+' when '8' then '5+' else 'none' end as band,
                coalesce(outcome, '') in ('', 'A', 'D', 'T') as without_result, coalesce(outcome between '5' and '8', false) as reached
            from counted
        )""",
    "gcse": """
        with outcomes as (
            select pupil_id, subject, arg_max(result, rank) as outcome, max(rank) % 2 = 1 as by_teacher
            from (
                select *, if(kind = 'test', 4, if(points is not null, 3, 1)) as rank from results where stage = 'KS4'
                union all by name
                select pupil_id, subject from pupils, (values ('English Language'), ('Mathematics')) core(subject)
            ) group by all
        ), entries as (
            select pupil_id, subject, arg_max(result, rank) as entry, arg_max(points, rank) as points, max(rank) % 2 = 1 as by_teacher
            from (
                select *, if(kind = 'test', if(points is not null, 4, 2), if(points is not null, 3, 1)) as rank
                from results where stage = 'KS2'
            ) group by all
        ), averages as (
            select pupil_id, bool_or(given) as is_given, coalesce(bool_or(by_teacher) filter (given), false) as average_by_teacher,
                count(points) filter (paper) as scores, bool_or(entry = 'B') filter (paper) as one_below,
                case when bool_or(given) then any_value(points) filter (given) when scores = 2 or not one_below
                    then avg(points) filter (paper) end as points,
                not bool_or(given) and scores = 0 and bool_or(entry = 'B') as below
            from (
                select *, subject in ('Reading', 'Mathematics') as paper,
                    subject = 'Prior attainment' and entry not in ('A', 'B', 'T', '') as given from entries
            ) group by all
        ), counted as (
            select subject, ks4_year as cohort, sen_provision, outcome, coalesce(outcome, '') not in ('', 'X') as has_grade,
                points, below, coalesce(outcomes.by_teacher, false) or coalesce(average_by_teacher, false) as by_teacher,
                count(*) as pupils
            from outcomes left join averages using (pupil_id) join pupils using (pupil_id) group by all
        ), banded as (
            select *, case when below then 'below the test' when points <= 79.5 then '<80'
                    when points <= 89.5 then '80-89.5' when points <= 95.5 then '90-95.5'
                    when points <= 99.5 then '96-99.5' when points <= 102 then '100-102' when points <= 104.5 then '102.5-104.5'
                    when points <= 107 then '105-107' when points <= 109.5 then '107.5-109.5' when points <= 113 then '110-113'
                    when points <= 116.5 then '113.5-116.5' when points <= 120 then '117-120' else 'none' end as band,
                coalesce(outcome, '') in ('', 'X') as without_result, coalesce(outcome between '4' and '9', false) as reached
            from counted
        )""",
}

# The same for both: only subjects in which a cohort has grades, all of a summer that is over; bands and groups overlap, and are
# added up from the few rows counted.
CONVERTED = """, finished as (
        from banded qualify bool_or(has_grade) over (partition by cohort, subject)
    ), grouped as (
        select *, 'all' as "group" from finished
        union all select *, if(sen_provision = 'N', 'no SEN', 'SEN') from finished where sen_provision <> ''
        union all select *, if(sen_provision = '', 'not known', sen_provision) from finished
    ), told as (
        select subject, cohort, unnest(['all', band]) as entry, "group", pupils, without_result, reached, by_teacher from grouped
    )
    select subject, cohort, entry, "group", sum(pupils)::bigint as pupils,
        coalesce(sum(pupils) filter (without_result), 0)::bigint as without_result,
        coalesce(sum(pupils) filter (reached), 0)::bigint as reached, coalesce(sum(pupils) filter (by_teacher), 0)::bigint as by_teacher
    from told group by all
"""

MADE = {
    "levels": ("KS3", "5", LEVELS, 9),
    "gcse": ("KS4", "4", GCSE, 7),
}  # stage, reach, results, fewer than a pupil has


def make(
    connection: duckdb.DuckDBPyConnection, *, framework: Framework, results: int
) -> None:
    """The tables `pupils` and `results` of a framework, with so many results."""
    _, _, query, fewest = MADE[framework.name]
    sen = [code for code, side in framework.sen_groups.items() if side == "SEN"]
    connection.execute(
        f"set threads = 1; select setseed({SEED})"
    )  # random() is the same again on one thread alone
    connection.execute(
        f"create or replace table pupils as {PUPILS.format(sen=sen, pupils=results // fewest + 10)}"
    )
    connection.execute(
        f"create or replace table results as {query.format(results=results)}"
    )
    connection.execute("reset threads")


def by_hand(
    connection: duckdb.DuckDBPyConnection, *, framework: Framework
) -> pd.DataFrame:
    """The counts of the conversion table by the hand-written query."""
    return connection.sql(BY_HAND[framework.name] + CONVERTED).df()


def by_senlib(pupils: object, results: object, *, framework: Framework) -> pd.DataFrame:
    """The conversion table; a new school each time, since what is counted of a school is kept."""
    stage, reach, *_ = MADE[framework.name]
    school = School(
        name="An LEA",
        framework=framework,
        academic_year=2008,
        pupils=pupils,
        results=results,
    )
    return conversion(school, stage=stage, reach=reach)


def same(one: pd.DataFrame, other: pd.DataFrame) -> None:
    """AssertionError where two tables differ in any count."""
    tables = [
        table[KEYS + COUNTS].astype({"cohort": "Int64"}).astype({"cohort": "float64"})
        for table in (one, other)
    ]
    tables = [table.sort_values(KEYS, ignore_index=True) for table in tables]
    pd.testing.assert_frame_equal(*tables, check_dtype=False)


def timed(
    ways: dict[str, Callable[[], pd.DataFrame]], *, repeats: int
) -> dict[str, float]:
    """Median seconds of each way. They take turns, and all must give the same table, once before the clock starts and each time."""
    expected = next(iter(ways.values()))()
    seconds: dict[str, list[float]] = {name: [] for name in ways}
    for turn in range(repeats + 1):
        for name, way in ways.items():
            began = time.perf_counter()
            table = way()
            if turn:  # the first is to warm up
                seconds[name].append(time.perf_counter() - began)
            same(table, expected)
    return {name: statistics.median(each) for name, each in seconds.items()}


def main() -> None:
    """Make, run all ways at each size, print."""
    used = ", ".join(
        f"{name} {version(name)}" for name in ("duckdb", "narwhals", "pandas")
    )
    print(
        f"Python {platform.python_version()}, {used}, {os.cpu_count()} cores; tables in a DuckDB file, made before the clock starts;"
    )
    print(
        "median of runs that take turns after one to warm up; each run's counts are compared"
    )
    for framework in map(load, MADE):
        for size, repeats in SIZES.items():
            with (
                tempfile.TemporaryDirectory() as folder,
                duckdb.connect(str(Path(folder) / "results.duckdb")) as connection,
            ):
                make(connection, framework=framework, results=size)
                print(
                    measured(connection, framework=framework, repeats=repeats),
                    flush=True,
                )


def measured(
    connection: duckdb.DuckDBPyConnection, *, framework: Framework, repeats: int
) -> str:
    """One line: seconds of each way over the tables there are, and the ratio of senlib's to the query's."""
    pupils, results = connection.table("pupils"), connection.table("results")
    [(rows,)] = connection.execute("select count(*) from results").fetchall()
    ways = {
        "by hand": lambda: by_hand(connection, framework=framework),
        "senlib": lambda: by_senlib(pupils, results, framework=framework),
    }
    if rows <= LARGEST_IN_PANDAS:
        frames = pupils.df().astype({"ks4_year": "Int64"}), results.df()
        ways["pandas"] = lambda: by_senlib(*frames, framework=framework)
    took = timed(ways, repeats=repeats)
    line = f"{framework.name:6} {rows:>10,} results: " + ", ".join(
        f"{name} {each:.3f} s" for name, each in took.items()
    )
    return (
        line
        + f"; senlib / by hand {took['senlib'] / took['by hand']:.2f} ({repeats} runs)"
    )


if __name__ == "__main__":
    main()
