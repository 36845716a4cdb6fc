"""Commands that print a measure of a school, as a table or as CSV."""

from __future__ import annotations

from argparse import Namespace
from collections.abc import Callable
from functools import partial
from inspect import signature
from pathlib import Path

import pandas as pd

from senlib import national, open_school
from senlib.frameworks import names
from senlib.measures.conversion import DENOMINATORS, conversion, matrix
from senlib.measures.criteria import criteria
from senlib.measures.tracking import track
from senlib.school.school import School
from senlib.serve.commands import FINE, Command, Option, data_option, option

# One decimal more than DfE publishes, so that a reader can round as she likes.
DECIMALS = 2

Measure = Callable[..., pd.DataFrame]


def commands() -> tuple[Command, ...]:
    """Matrix, conversion, criteria and track."""
    by = "column of the pupils table to group by (%(default)s)"
    denominators = {"choices": list(DENOMINATORS), "default": "all"}
    whom = "whom a percentage is of (%(default)s)"
    outcome = "outcome to reach, such as 5 or C; may be given again"
    entry = "entry band, such as 3; may be given again"
    year = "year group; may be given again"
    stage = option("--stage", "key stage, such as KS3 (the framework's first)")
    subject = option("--subject", "one subject (all)")
    group = option("--by", by, default="sen_provision")
    where = (stage, subject, group)
    denominator = option("--denominator", whom, **denominators)
    followed = (
        option("--entry", entry, action="append"),
        option("--reach", "outcome they are to reach"),
        option("--year", year, action="append", type=int, dest="years", metavar="YEAR"),
    )
    return (
        _command(
            "matrix",
            "entry to outcome, with the pupils in each cell",
            matrix,
            of=where,
        ),
        _command(
            "conversion",
            "how many pupils of each entry band reached an outcome",
            conversion,
            of=(*where, denominator),
            own=(option("--reach", outcome, action="append"),),
        ),
        _command(
            "criteria",
            "each target of Task 3, measured",
            criteria,
            of=(denominator,),
        ),
        _command(
            "track",
            "pupils who entered in a band, and where they are now",
            track,
            of=(subject,),
            own=followed,
        ),
    )


def _command(
    name: str,
    help: str,
    measure: Measure,
    *,
    of: tuple[Option, ...],
    own: tuple[Option, ...] = (),
) -> Command:
    """A measure's command. Those of its options that are `of` the measure or its `own` have the names of its parameters."""
    folder = "a school's folder, with school.toml or --framework"
    framework = "the framework, instead of school.toml's"
    added = "where editions of England's figures were added (%(default)s)"
    options = (
        option("folder", folder, type=Path),
        option("--framework", framework, choices=names()),
        *of,
        option("--format", choices=["table", "csv"], default="table"),
        data_option(added),
        *own,
    )
    return Command(name, help, options, partial(_run, measure))


def _run(measure: Measure, options: Namespace) -> int:
    school = open_school(options.folder, framework=options.framework)
    values, parameters = vars(options), signature(measure).parameters
    if "figures" in parameters:
        added = national.added(options.data)
        values["figures"] = national.figures(school.framework.name, added=added)
    if "by" in values:
        _check_column(school, options.by)
    arguments = {name: values[name] for name in values if name in parameters}
    _print(measure(school, **arguments), options.format)
    return FINE


def _check_column(school: School, name: str) -> None:
    """Raise KeyError, with the columns there are, where this is none to group by."""
    of_each_pupil = ["pupil_id", "forename", "surname", "attendance"]
    columns = school.pupils.columns.drop(of_each_pupil, errors="ignore")
    if name not in columns:
        raise KeyError(f"{name!r} is no column to group by: {', '.join(columns)}")


def _print(table: pd.DataFrame, form: str) -> None:
    number = f"%.{DECIMALS}f"
    if form == "csv":
        text = table.to_csv(index=False, float_format=number, lineterminator="\n")
        print(text, end="")
    elif table.empty:
        print("There are no such pupils.")
    else:
        text = table.to_string(index=False, na_rep="", float_format=number.__mod__)
        print(text)
