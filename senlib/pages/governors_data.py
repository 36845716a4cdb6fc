"""From a school to published tables: all that the governors' page may know, counted once and made fit to be shown to anybody.

Nothing before `publish` leaves this module, and nothing that it returns holds a school, a store or a pupil.

Beside a published rate stands what the same group in England reached from the starts of the very pupils that it counts: a whole
percent, a mean over their starts. How many started where is nowhere published, so `_from_starts` lets a mean out only where that
stays so. First, the rate beside it shows: more than a handful stand behind it, and the verdict is made of its two counts.
Second, `mixes.could_differ` finds for every start with few pupils another number of them with which each mean, and each verdict,
of both questions and all subjects would be just as it is. Where it finds none, there is no mean. What a mean still tells is said
of the whole group, as with the rate itself: that pupils with SEN started lower.
The few whose start is not known are counted nowhere on the page, and how many they are is not said: it would be a small count.

The gap beside peers stays that of the two published rates. Whether a pupil made the expected gain is measured from her own start,
and what each group made in England from the same starts stands beside it. A gap taken start by start would be made of a hundred
counts that are not published, without telling a governor more.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from itertools import product

import pandas as pd

from senlib import national
from senlib.measures import conversion, provision
from senlib.measures.comparison import ALL_BANDS, can_judge
from senlib.measures.counting import UNKNOWN_COHORT
from senlib.measures.expected import expected_outcomes, made_in_england
from senlib.measures.groups import NOT_KNOWN, group_name, has_sen, much_unknown
from senlib.measures.mixes import Mean, could_differ
from senlib.measures.proportion import compared, rounded, wilson
from senlib.measures.published_table import HIDE_UP_TO, PublishedTable, publish
from senlib.pages.kit import provision_maps
from senlib.pages.kit.sentences import reached, why_no_start
from senlib.pages.kit.site import page_of
from senlib.school.cache import forget
from senlib.school.school import School
from senlib.text import day
from senlib.workbook.plan import Action, actions
from senlib.workspace import TYPED_SOURCES, Workspace

# Up to which count is hidden. All are published before the page is shown, and whatever a lower limit hides a higher one hides too.
LIMITS = (HIDE_UP_TO, 10, 15)

# A pupil who misses a tenth of school or more is persistently absent, as DfE counts.
LOW, MIDDLE = 90, 95

# Sums of money to the nearest so many pounds; none of which one pupil makes up more than half.
POUNDS, MOST_OF_ONE = 100, 0.5

# Of each column: its labels, and which of the finest groups each holds. Every label stands whether or not anybody is in it, for
# that it was left out would tell that nobody is.
LABELS: Mapping[str, Mapping[str, tuple[str, ...]]] = {
    "side": {"all": ("SEN", "no SEN"), "SEN": ("SEN",), "no SEN": ("no SEN",)},
    "progress": {"pupils": ("made", "not made"), "made": ("made",)},
    "attained": {"pupils": ("reached", "not reached"), "reached": ("reached",)},
    "attendance": {
        "all": ("low", "middle", "high", NOT_KNOWN),
        "low": ("low",),
        "middle": ("middle",),
        "high": ("high",),
    },
    "standing": {
        "pupils": ("moving", "not moving", NOT_KNOWN),
        "judged": ("moving", "not moving"),
        "moving": ("moving",),
    },
    "help": {"all": ("has", "has not"), "has": ("has",), "has not": ("has not",)},
}

# Which labels add up to which, as a reader would add them.
TOTALS = {
    "side": {"all": ["SEN", "no SEN"]},
    "progress": {"pupils": ["made", "not made"]},
    "attained": {"pupils": ["reached", "not reached"]},
    "attendance": {"all": ["low", "middle", "high", NOT_KNOWN]},
    "standing": {"pupils": ["judged", NOT_KNOWN], "judged": ["moving", "not moving"]},
    "help": {"all": ["has", "has not"]},
}


# Which label of a table counts those who got there.
GOT_THERE = {"attained": "reached", "progress": "made"}

# In place of a percentage that England lacks for a start: so far off that no mean could hide a pupil there.
_NO_FIGURE = 1e6

# A row beside which a figure of England stands: its table, subject and side.
Row = tuple[str, str, str]


@dataclass(frozen=True)
class England:
    """What the same group in England reached, in whole percent, and of which year that is.

    `alike`: from the starts of the pupils whom it stands beside; else wherever they started. `difference`: how our rate lies beside it
    (higher, lower, not clear), '' where the figure is of another year, of teachers' assessments, or of pupils who started elsewhere.
    """

    percent: int
    year: int
    alike: bool
    difference: str


@dataclass(frozen=True)
class View:
    """All that one reader is shown under one limit: published tables, and a rounded sum for headings whose pupils may be shown.

    `pounds` has by heading the sum, and whether it is all that was spent or the least it can be. `england` has figures of
    England for rows whose rate shows; `withheld` says whether some are left out because they could tell where a few started.
    """

    limit: int
    tables: Mapping[str, PublishedTable]
    pounds: Mapping[str, tuple[int, bool]]
    england: Mapping[Row, England]
    withheld: bool

    @property
    def rule(self) -> str:
        """The rule in plain words, and how many counts are hidden on the page."""
        hidden, counts = (
            sum(map(of, self.tables.values()))
            for of in (lambda t: t.hidden, lambda t: len(t.counts))
        )
        small = f"of 1 to {self.limit} pupils"
        if not hidden:
            return f"Nothing is hidden on this page: counts {small} would be, and others with which they could be worked out."
        return (
            f"{hidden} of the {counts} counts on this page are hidden: those {small}, and others from which they could be worked out. "
            "So ‘hidden’ may stand for a large number too."
        )


@dataclass(frozen=True)
class Step:
    """One of the three actions that were chosen: where it comes from, by when, and how it stands. What is to be done is left out."""

    place: str
    due: str
    state: str


@dataclass(frozen=True)
class GovernorsData:
    """What the page holds: the views by their limit, the words for them, and what comes next. No school, and nobody of it."""

    views: Mapping[int, View]
    words: Context
    steps: tuple[Step, ...]
    plan: str


@dataclass(frozen=True)
class Context:
    """What does not hang on any pupil: names of the school, its subjects and headings, and others' figures with their sources.

    england_source: where its figures come from. typed: by subject and side, figures that a SENCO typed in and that are not
    England's: percent, whose and year. absence: by words for a group, England's percent. recorded: whether attendance is known of
    more than half of the pupils on roll. roll: 'some' of those on roll have SEN, 'none', 'not known' (none has, but some have
    no code) or 'empty' (nobody is on roll). no_start: why nothing is said of progress, where the start of most is not known.
    starts_unknown: whether there is anybody whose start is not known. stuck: what it is to be stuck, in a sentence.
    sen_unknown: whether of more than a tenth of the pupils, in the summer's results and on roll now, no SEN code is held.
    """

    school: str
    sample: bool
    subjects: tuple[str, ...]
    summer: str
    gain: str
    reach: str
    headings: Mapping[str, str]
    target: float
    target_source: str
    england_source: str
    typed: Mapping[tuple[str, str], tuple[int, str, int]]
    absence: Mapping[str, float]
    absence_year: str
    absence_source: str
    stuck: str
    recorded: bool
    roll: str
    no_start: str = ""
    starts_unknown: bool = False
    sen_unknown_then: bool = False
    sen_unknown_now: bool = False


# -- from the school to published tables: nothing before `publish` leaves these functions --


def gather(workspace: Workspace) -> GovernorsData:
    """Read the school once, and publish all that the page may show. Raises StoreError where answers cannot be read."""
    held = workspace.store.forms()
    school = workspace.school
    subjects = tuple(
        subject.name for subject in school.framework.subjects if subject.core
    )
    cohort = _cohort(school)
    now, given = _now(school), provision_maps.given(held)
    given = given[given["pupil_id"].isin(now.loc[now["side"] == "SEN", "pupil_id"])]
    headings = provision_maps.headings()
    counts = _of_cohort(school, cohort=cohort)
    figures = workspace.figures()
    finished = _finished(counts, school=school, cohort=cohort, figures=figures)
    counted = tables(finished, now, given, subjects=subjects, headings=list(headings))
    beside = _beside(school, subjects=subjects, cohort=cohort, figures=figures)
    views: dict[int, View] = {}
    for limit in LIMITS:
        view = _view(
            counted, given, subjects=subjects, headings=list(headings), limit=limit
        )
        lower = next(reversed(views.values()), None)
        views[limit] = _with_england(view, beside=beside, cohort=cohort, lower=lower)
    recorded = bool((now["attendance"] != NOT_KNOWN).any())
    words = _words(
        workspace,
        subjects=subjects,
        cohort=cohort,
        headings=headings,
        recorded=recorded,
    )
    words = replace(
        words, **_not_known(counts, words=words, school=school, cohort=cohort)
    )
    most = next(iter(views.values()))
    words = replace(words, **_others(beside, view=most, school=school, figures=figures))
    found, chosen = actions(held), held.get("next_steps", {})
    # Counts that are kept for a page's several pictures hold the school: here it is to be let go.
    forget()
    today = date.today()
    return GovernorsData(
        views,
        words,
        tuple(_steps(found, chosen, today=today)),
        plan_answer(found, today=today),
    )


def tables(
    finished: pd.DataFrame,
    now: pd.DataFrame,
    given: pd.DataFrame,
    *,
    subjects: Sequence[str],
    headings: Sequence[str],
) -> dict[str, pd.DataFrame]:
    """The counts behind the page, as `publish` takes them, by name: progress, attained, absence, attendance, help.

    `finished` has a row for each subject, side, progress and attained, with its pupils (without the column, nothing is said of
    progress, and there is no such table); `now` one for each pupil on roll:
    pupil_id, side, attendance, standing. `given` is a table of what is given (measures.provision.GIVEN) to pupils with SEN.
    """
    now, sen = now.assign(pupils=1), {"SEN": LABELS["side"]["SEN"]}
    of_subject = {
        "subject": {subject: (subject,) for subject in subjects},
        "side": LABELS["side"],
    }
    helped = [
        now.assign(heading=heading, help=_has(now, given, heading))
        for heading in headings
    ]
    columns = {
        "progress": of_subject | _labels("progress"),
        "attained": of_subject | _labels("attained"),
        "absence": _labels("side", "attendance"),
        "attendance": {"side": sen} | _labels("attendance", "standing"),
        "help": {"side": sen, "heading": {heading: (heading,) for heading in headings}}
        | _labels("help", "standing"),
    }
    rows = {
        "progress": finished,
        "attained": finished,
        "absence": now,
        "attendance": now,
        "help": pd.concat(helped),
    }
    if "progress" not in finished:
        del columns["progress"]
    return {name: _counts(rows[name], columns[name]) for name in columns}


def _labels(*names: str) -> dict[str, Mapping[str, tuple[str, ...]]]:
    return {name: LABELS[name] for name in names}


def _has(now: pd.DataFrame, given: pd.DataFrame, heading: str) -> pd.Series:
    having = given.loc[given["heading"] == heading, "pupil_id"]
    return now["pupil_id"].isin(having).map({True: "has", False: "has not"})


def known_to_be_the_same(
    counted: Mapping[str, pd.DataFrame],
    *,
    subjects: Sequence[str],
    headings: Sequence[str],
) -> Iterator[tuple[dict, list[dict]]]:
    """What a reader knows of cells that no column adds up, as `publish` takes it.

    Those who have help under a heading and those who have not are all pupils with SEN, whatever the heading. And where as many
    pupils take two subjects, a reader will guess that they are the same.
    """
    for heading, standing in product(headings, LABELS["standing"]):
        yield (
            {"side": "SEN", "heading": heading, "standing": standing},
            [{"side": "SEN", "standing": standing}],
        )
    counts = counted["attained"].set_index(["subject", "side", "attained"])["pupils"]
    for one, other in zip(subjects, subjects[1:], strict=False):
        for side in LABELS["side"]:
            if counts[one, side, "pupils"] == counts[other, side, "pupils"]:
                yield {"subject": one, "side": side}, [{"subject": other, "side": side}]


def _view(
    counted: Mapping[str, pd.DataFrame],
    given: pd.DataFrame,
    *,
    subjects: Sequence[str],
    headings: Sequence[str],
    limit: int,
) -> View:
    # All in one call: two tables that are safe apart can give a count away side by side.
    also = known_to_be_the_same(counted, subjects=subjects, headings=headings)
    published = publish(counted, totals=TOTALS, also=also, hide_up_to=limit)
    spent = pounds(given, helped=published["help"], headings=headings, limit=limit)
    return View(limit, published, spent, {}, False)


# -- England beside the published rates --


@dataclass(frozen=True)
class _Beside:
    """What England reached: `starts` by subject, side and start, beside how many pupils here began there (see `_beside`); `whole` by
    subject and side, as a conversion table has it for pupils of all starts. Whether the start of most is known is `known`.
    """

    starts: pd.DataFrame
    whole: pd.DataFrame
    known: bool


def _beside(
    school: School,
    *,
    subjects: Sequence[str],
    cohort: int,
    figures: pd.DataFrame | None,
) -> _Beside:
    """England's figures for a cohort, as Tasks 1 and 3 take them.

    `starts`: subject, side, entry, pupils, and for each of GOT_THERE its percent in England, and that figure's year.
    """
    stage = school.framework.stage()
    table = conversion.conversion(
        school, stage=stage.name, reach=stage.converted_at[0], figures=figures
    )
    table = table[
        (table["cohort"].fillna(UNKNOWN_COHORT) == cohort)
        & table["group"].isin(["SEN", "no SEN"])
        & table["subject"].isin(subjects)
    ].rename(columns={"group": "side"})
    starts = table[table["entry"].isin(stage.bands)]
    starts = starts[
        ["subject", "side", "entry", "pupils", "expected_percent", "expected_year"]
    ]
    starts = starts.rename(
        columns={"expected_percent": "attained", "expected_year": "attained_year"}
    )
    made = made_in_england(
        framework=school.framework, stage=stage, cohort=cohort or None, figures=figures
    ).rename(columns={"group": "side", "percent": "progress", "year": "progress_year"})
    starts = starts.assign(of=starts["subject"].map(national.subject)).merge(
        made.rename(columns={"subject": "of"})[
            ["of", "side", "entry", "progress", "progress_year"]
        ],
        on=["of", "side", "entry"],
        how="left",
    )
    known = not _most_without_start(_of_cohort(school, cohort=cohort))
    return _Beside(starts, table[table["entry"] == ALL_BANDS], known)


def _with_england(
    view: View, *, beside: _Beside, cohort: int, lower: View | None
) -> View:
    """The view with figures of England beside its rates; under a higher limit none that a lower one has not."""
    found, withheld = _from_starts(view, beside=beside, cohort=cohort)
    if lower is not None:
        alike = {row for row, one in lower.england.items() if one.alike}
        withheld = withheld or bool(set(found) - alike)
        found = {row: one for row, one in found.items() if row in alike}
    return replace(
        view,
        england=_wherever_they_started(view, beside=beside, cohort=cohort) | found,
        withheld=withheld,
    )


def _from_starts(
    view: View, *, beside: _Beside, cohort: int
) -> tuple[dict[Row, England], bool]:
    """What England reached from these pupils' starts, for rows whose rate shows; and whether that is kept back somewhere.

    As the module says, none is given where it could tell where a few pupils started. Of the two questions it is then
    given for the second alone, if that is safe.
    """
    found: dict[Row, England] = {}
    withheld = False
    if not beside.known:
        return found, withheld
    for _, of_side in beside.starts.groupby("side"):
        means = dict(_means(view, of_side))
        few = {row: mean for row, mean in means.items() if row[0] == "attained"}
        shown = next(
            (
                some
                for some in (means, few)
                if could_differ(
                    [mean for mean, _ in some.values()], hide_up_to=view.limit
                )
            ),
            {},
        )
        withheld = withheld or len(shown) < len(means)
        for row, (mean, year) in shown.items():
            found[row] = England(
                rounded(mean.percent),
                year,
                True,
                _difference(mean, year=year, cohort=cohort),
            )
    return found, withheld


def _means(view: View, of_side: pd.DataFrame) -> Iterator[tuple[Row, tuple[Mean, int]]]:
    """For each row of one side whose rate shows, what England reached from its pupils' starts, and in which year."""
    entries = sorted(of_side["entry"].unique())
    for name, subject in product(GOT_THERE, of_side["subject"].unique()):
        rows = (
            of_side[of_side["subject"] == subject].set_index("entry").reindex(entries)
        )
        rows["pupils"] = rows["pupils"].fillna(0)
        side = of_side["side"].iloc[0]
        counts = _published(view, name, subject, side)
        # The figure is of the pupils whom the row counts, or there is none.
        if counts is None or not counts[1] or counts[1] != rows["pupils"].sum():
            continue
        if rows.loc[rows["pupils"] > 0, name].isna().any():
            continue
        reached, pupils = (pd.Series([count]) for count in counts)
        bounds = wilson(reached, pupils).iloc[0]
        mean = Mean(
            tuple(rows["pupils"].astype(int)),
            tuple(rows[name].fillna(_NO_FIGURE)),
            float(bounds["low"]),
            float(bounds["high"]),
        )
        yield (name, subject, side), (mean, int(rows[f"{name}_year"].max()))


def _published(
    view: View, name: str, subject: str, side: str
) -> tuple[int, int] | None:
    """How many got there, and of how many, of one row; None where one of them is hidden."""
    if name not in view.tables:
        return None
    found = [
        view.tables[name].value(subject=subject, side=side, **{name: label})
        for label in (GOT_THERE[name], "pupils")
    ]
    return None if None in found else tuple(found)


def _wherever_they_started(
    view: View, *, beside: _Beside, cohort: int
) -> dict[Row, England]:
    """England's figure for all of a group, wherever they started, for rows whose rate shows.

    Where starts are known it is not like with like, so no verdict stands beside it. Where they are not, it stands there for its own
    summer alone.
    """
    found = {}
    for row in beside.whole.itertuples():
        counts = _published(view, "attained", row.subject, row.side)
        if pd.isna(row.national) or counts is None or not counts[1]:
            continue
        year, difference = int(row.national_year), ""
        if not beside.known:
            if year != cohort:
                continue
            reached, pupils = (pd.Series([count]) for count in counts)
            bounds = wilson(reached, pupils).iloc[0]
            crude = Mean((1,), (row.national,), bounds["low"], bounds["high"])
            difference = _difference(crude, year=year, cohort=cohort)
        found["attained", row.subject, row.side] = England(
            rounded(row.national), year, False, difference
        )
    return found


def _difference(mean: Mean, *, year: int, cohort: int) -> str:
    """How a rate lies beside a figure of England; '' unless that is of the same summer, and of examinations."""
    if not can_judge(pd.Series([year]), pd.Series([cohort]))[0]:
        return ""
    low, high, percent = (
        pd.Series([value]) for value in (mean.low, mean.high, mean.percent)
    )
    return compared(low, high, percent)[0]


def _others(
    beside: _Beside, *, view: View, school: School, figures: pd.DataFrame | None
) -> dict:
    """The sources of the figures of England that a view has, and figures that were typed in and are not England's."""
    stage = school.framework.stage()
    years = {one.year for one in view.england.values()}
    held = national.figures(school.framework.name) if figures is None else figures
    held = held[
        (held["stage"] == stage.name)
        & held["year"].isin(years)
        & held["group"].isin(["SEN", "no SEN"])
        & held["subject"].isin(beside.whole["subject"].map(national.subject))
        & (held["whose"] == national.ENGLAND)
        & (held["kind"] == "figure")
    ]
    typed = beside.whole.dropna(subset="typed")
    return {
        "england_source": "; ".join(
            _source(source) for source in held["source"].unique()
        ),
        "typed": {
            (row.subject, row.side): (
                rounded(row.typed),
                row.typed_whose,
                int(row.typed_year),
            )
            for row in typed.itertuples()
        },
    }


def pounds(
    given: pd.DataFrame, *, helped: PublishedTable, headings: Sequence[str], limit: int
) -> dict[str, tuple[int, bool]]:
    """By heading what is spent in a year, rounded, and whether that is all of it, where nobody's share can be told from it.

    A heading is left out where the number of its pupils is hidden, where costs are known of no more than `limit` pupils, or where
    one pupil makes up more than half. There is no sum over headings, from which one that is left out could be worked out.
    """
    shown = {}
    for heading in headings:
        costs = (
            given[given["heading"] == heading]
            .groupby("pupil_id")["cost"]
            .agg(["sum", "count", "size"])
        )
        known = costs[costs["count"] > 0]
        pupils = helped.value(
            side="SEN", heading=heading, help="has", standing="pupils"
        )
        if (
            pupils is None
            or len(known) <= limit
            or known["sum"].max() > MOST_OF_ONE * known["sum"].sum()
        ):
            continue
        whole = bool((costs["count"] == costs["size"]).all())
        shown[heading] = (POUNDS * rounded(float(known["sum"].sum()) / POUNDS), whole)
    return shown


def _counts(
    rows: pd.DataFrame, columns: Mapping[str, Mapping[str, tuple[str, ...]]]
) -> pd.DataFrame:
    """Pupils by these columns, with a row for each combination of their labels."""
    leaves = rows.groupby(list(columns))["pupils"].sum().to_dict() if len(rows) else {}
    made = []
    for labels in product(*columns.values()):
        within = [
            columns[name][label] for name, label in zip(columns, labels, strict=True)
        ]
        count = sum(int(leaves.get(leaf, 0)) for leaf in product(*within))
        made.append((*labels, count))
    return pd.DataFrame(made, columns=[*columns, "pupils"])


def _cohort(school: School) -> int:
    """The latest summer in which most of the core subjects are finished; UNKNOWN_COHORT where there is none."""
    counts = conversion.band_counts(
        school, stage=school.framework.stage().name, by="sen_provision"
    )
    counts = counts[counts["subject"].isin(school.framework.core_subjects())]
    finished = counts.groupby("cohort")["subject"].nunique()
    # One core subject that was taken early makes no summer.
    return int(max(finished.index[finished == finished.max()], default=UNKNOWN_COHORT))


def _of_cohort(school: School, *, cohort: int) -> pd.DataFrame:
    counts = conversion.band_counts(
        school, stage=school.framework.stage().name, by="sen_provision"
    )
    return counts[counts["cohort"] == cohort]


def _most_without_start(counts: pd.DataFrame) -> bool:
    """Whether of most of the counted pupils the start is not known, so that nothing is said of progress."""
    unknown = counts["entry"] == conversion.NO_START
    return 2 * counts.loc[unknown, "pupils"].sum() > counts["pupils"].sum()


def _not_known(
    counts: pd.DataFrame, *, words: Context, school: School, cohort: int
) -> dict:
    """Why nothing is said of progress, and whether many pupils have no SEN code: shares alone, that no count can be told from."""
    core = counts[counts["subject"].isin(words.subjects)]
    on_roll = school.pupils.loc[school.pupils["on_roll"] == "Y", "sen_provision"]
    of_known_side = core[core["sen_provision"].isin(school.framework.sen_groups)]
    told = {
        "starts_unknown": bool((of_known_side["entry"] == conversion.NO_START).any()),
        "sen_unknown_then": much_unknown(
            core.loc[core["sen_provision"] == "", "pupils"].sum(),
            of=core["pupils"].sum(),
        ),
        "sen_unknown_now": much_unknown((on_roll == "").sum(), of=len(on_roll)),
        "roll": _roll(on_roll, school=school),
    }
    if not _most_without_start(counts):
        return told
    row = pd.Series({"cohort": cohort or None})
    why = why_no_start(row, stage=school.framework.stage())
    first = (
        "Where most pupils started is not known, so nothing can be said of progress."
    )
    way_on = (
        "The SENCO can choose the files again on the front page, with the results of Key Stage "
        f"{school.framework.stage().entry_stage.removeprefix('KS')}."
    )
    return told | {"no_start": f"{first} {why or way_on}"}


def _roll(codes: pd.Series, *, school: School) -> str:
    """Whether any of the pupils on roll have SEN, as Words has it."""
    if codes.empty:
        return "empty"
    if has_sen(codes, framework=school.framework).any():
        return "some"
    return "not known" if (codes == "").any() else "none"


def _finished(
    counts: pd.DataFrame, *, school: School, cohort: int, figures: pd.DataFrame | None
) -> pd.DataFrame:
    """Pupils of a cohort's counts whose start is known, by subject, side, progress (made, not made) and attained (reached, not
    reached).

    Both measures are of the same pupils. Had one of them all and the other those whose start is known, a reader would subtract,
    and to guard the few between them the figures themselves would have to be hidden. Where the start of most is not known,
    there is no progress, and attained is of all.
    """
    framework = school.framework
    stage = framework.stage()
    table = counts[["subject", "pupils"]].assign(
        side=counts["sen_provision"].map(framework.sen_groups),
        progress=_progress(counts, school=school, cohort=cohort, figures=figures),
        attained=[
            "reached"
            if stage.outcome_scale.reached(outcome, reach=stage.converted_at[0])
            else "not reached"
            for outcome in counts["outcome"]
        ],
    )
    table = table.dropna(subset="side")
    if _most_without_start(counts):
        return table.drop(columns="progress")
    return table[table["progress"] != ""]


def _progress(
    counts: pd.DataFrame, *, school: School, cohort: int, figures: pd.DataFrame | None
) -> list[str]:
    """Whether the pupils of each counted pair made the gain that the framework expects; '' where their start is not known."""
    stage = school.framework.stage()
    scale, steps = (
        stage.outcome_scale,
        {step: place for place, step in enumerate(stage.outcome_scale.steps())},
    )
    expected = expected_outcomes(
        framework=school.framework, stage=stage, cohort=cohort or None, figures=figures
    ).set_index(["subject", "entry"])["expected"]
    words = []
    for row in counts.itertuples():
        subject = row.subject if stage.expected else national.subject(row.subject)
        wanted = expected.get((subject, row.entry))
        if row.entry not in stage.bands or wanted is None:
            words.append("")
        elif stage.expected:  # a gain in whole levels, as in Task 3
            before, after = (
                steps.get(stage.entry_scale.step(row.entry_value)),
                steps.get(row.step),
            )
            made = before is not None and after is not None and after - before >= 1
            words.append("made" if made else "not made")
        else:
            words.append(
                "made" if scale.reached(row.outcome, reach=wanted) else "not made"
            )
    return words


def _now(school: School) -> pd.DataFrame:
    """Pupils on roll whose SEN code and attendance are known: pupil_id, side, attendance (low, middle, high), standing.

    The few whose attendance is not known are left out of all that is said of pupils now: between a figure with them and one
    without them a reader would subtract. Where it is known of less than half, it is so of nobody, and none is left out.
    """
    pupils = school.pupils[school.pupils["on_roll"] == "Y"]
    standing = provision.standing(school).set_index("pupil_id")["standing"]
    words = {"moving": "moving", "stuck": "not moving", "partly": "not moving"}
    table = pupils[["pupil_id"]].assign(
        side=pupils["sen_provision"].map(school.framework.sen_groups),
        attendance=[_band(percent) for percent in pupils["attendance"]],
        standing=pupils["pupil_id"].map(standing).map(words).fillna(NOT_KNOWN),
    )
    table = table.dropna(subset="side")
    known = table["attendance"] != NOT_KNOWN
    return (
        table[known]
        if 2 * known.sum() > len(table)
        else table.assign(attendance=NOT_KNOWN)
    )


def _band(percent: float) -> str:
    """In which band an attendance lies.

    >>> [_band(percent) for percent in (90.0, 90.1, 95.0, 95.1, float("nan"))]
    ['low', 'middle', 'middle', 'high', 'not known']
    """
    if pd.isna(percent):
        return NOT_KNOWN
    return "low" if percent <= LOW else "middle" if percent <= MIDDLE else "high"


def _words(
    workspace: Workspace,
    *,
    subjects: tuple[str, ...],
    cohort: int,
    headings: Mapping[str, str],
    recorded: bool,
) -> Context:
    framework = workspace.school.framework
    stage = framework.stage()
    target = next(
        (c for c in framework.criteria if c.kind == "gain" and c.group == "SEN"), None
    )
    absence = national.attendance()
    absence = absence[
        absence["group"].isin(framework.sen_groups) | (absence["group"] == "no SEN")
    ]
    absence = absence[absence["year"] == absence["year"].iloc[-1]]
    # Two codes of today stand in that table; a framework of another time has none to compare with.
    absence = (
        absence
        if absence["group"].isin(framework.sen_groups).any()
        else absence.iloc[:0]
    )
    return Context(
        school=workspace.school.name,
        sample=workspace.school.sample,
        subjects=subjects,
        summer=f"summer {cohort}" if cohort else "a summer that is not known",
        gain=framework.expected_gain,
        reach=reached(stage.converted_at[0], stage=stage),
        headings=headings,
        target=float(target.target) if target else float("nan"),
        target_source=target.source if target else "",
        england_source="",
        typed={},
        absence={
            group_name(row.group, framework=framework): row.persistent_absence
            for row in absence.itertuples()
        },
        absence_year="".join(absence["year"].unique()),
        absence_source="; ".join(
            _source(source) for source in absence["source"].unique()
        ),
        # What a special case adds has no room here.
        stuck=framework.tracking.stuck.partition(". ")[0].rstrip(".") + ".",
        recorded=recorded,
        roll="some",
    )


def _source(source: str) -> str:
    """A source in words. What a SENCO typed in has no more than that to say of itself."""
    if source in TYPED_SOURCES.values():
        return source
    held = national.source(source)
    return f"{held.title}, {held.publisher}"


# -- what comes next --


def plan_answer(found: Sequence[Action], *, today: date) -> str:
    """How the plan stands. Actions for single pupils, groups or lessons are left out: their number could point at somebody.

    >>> plan_answer([], today=date(2005, 3, 18))
    'No action for the whole school is in the plan yet.'
    """
    found = [action for action in found if not action.of]
    if not found:
        return "No action for the whole school is in the plan yet."
    done = sum(action.done for action in found)
    late = sum(_state(action, today=today) == "overdue" for action in found)
    undated = sum(not action.done and action.due is None for action in found)
    many = f"{len(found)} action{'' if len(found) == 1 else 's'} for the whole school: {done} done, {len(found) - done} still to do"
    more = [
        f"{late} overdue" if late else "",
        f"{undated} without a date" if undated else "",
    ]
    return f"{', '.join([many, *filter(None, more)])}."


def _steps(
    found: Sequence[Action], chosen: Mapping[str, str], *, today: date
) -> Iterator[Step]:
    """The three actions that were chosen in Task 8.

    What is to be done, by whom and how one will know is what a SENCO wrote in her own words, in which a pupil's name may stand,
    and no program can tell that none does. So none of it comes here: a governor sees where an action comes from, its date and
    whether it is done, and hears the rest from the SENCO.
    """
    by_key = {action.key: action for action in found}
    for number in (1, 2, 3):
        action = by_key.get(chosen.get(f"next_steps.{number}.action", ""))
        if action:
            due = day(action.due) if action.due else "no date yet"
            yield Step(
                "One pupil" if action.of else page_of(action.stem).name,
                due,
                _state(action, today=today),
            )
        elif chosen.get(f"next_steps.{number}.what", "").strip():
            yield Step(page_of("task8_working_smarter").name, "no date yet", "to do")


def _state(action: Action, *, today: date) -> str:
    if action.done:
        return "done"
    return "overdue" if action.due is not None and action.due < today else "to do"
