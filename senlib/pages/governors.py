"""The governors' page: what a governor should know of pupils with SEN, in counts made fit to be shown to anybody.

It holds what `published.gather` gives, and makes its sentences, pictures and the page for the papers of that alone.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from itertools import product

import ipywidgets as widgets
import pandas as pd

from senlib import charts
from senlib.exports.about import About
from senlib.exports.governors_paper import Figures, one_page
from senlib.measures import provision
from senlib.measures.gaps import Gap, clear, independent
from senlib.measures.governors_counts import LIMITS, LOW, MIDDLE, POUNDS, England, View
from senlib.measures.proportion import FEW, compared, points_apart, rounded, wilson
from senlib.measures.published_table import HIDE_UP_TO, PublishedTable
from senlib.national import ALL_SCHOOLS, TEACHER_ASSESSED
from senlib.pages.governors_data import Context, GovernorsData, gather
from senlib.pages.kit import layout, verdicts
from senlib.pages.kit.live import Live
from senlib.pages.kit.verdicts import in_points
from senlib.workbook.store import StoreError
from senlib.workspace import Workspace, open_workspace

BANDS = {
    "low": f"Attend {LOW} % or less",
    "middle": f"Above {LOW} to {MIDDLE} %",
    "high": f"Above {MIDDLE} %",
}
SIDES = {"SEN": "with SEN", "no SEN": "without SEN"}

# The same sides as England's are called.
IN_ENGLAND = {
    "SEN": "Pupils with SEN in England",
    "no SEN": "Pupils without SEN in England",
}

SURE = (
    "The line through a dot is its likely range (95 %): within it the true figure is likely to lie, as far as a group of this size "
    "can tell. Where none is seen, it is narrower than the dot."
)

SURE_ON_PAPER = "‘Likely’ is the range (95 %) within which the true figure is likely to lie, as far as a group of this size can tell."

PROGRESS, ABSENCE = (
    "Are our pupils with SEN making progress?",
    "Do pupils with SEN miss more of school?",
)
ATTENDANCE, SPEND, WORKS = (
    "Does attendance hold them back?",
    "What do we spend?",
    "Does the help work?",
)
NEXT = "What are we doing next?"

MOVES = "‘Move on’: stuck in no subject, of pupils of whom one can tell. {}"

# Short caveats, which stand with their answer on paper too.
NO_VERDICT = (
    "England’s figures are a size to think of, and no verdict: they are of another year or of other starts, or teachers gave the "
    "grades."
)
ANOTHER_YEAR = (
    "England’s figures are of another year: a size to think of, and no verdict."
)
TOGETHER = "That two things go together does not prove that one makes the other."

NO_STARTS = "Pupils whose start is not known are left out."

LEFT_OUT = "Pupils of whom it is not known whether they move on are left out."

# A large number may be hidden too, to guard a small one.
TOO_FEW = "It cannot be shown without the risk of pointing at somebody."

# Where one side is hidden and the other is not.
ONE_HIDDEN = "The figures of pupils {} are hidden, so the two cannot be compared."

NOBODY = "None of the pupils counted here has SEN in the school’s files."

EVERYBODY = "Every pupil counted here has SEN, so there is nobody to compare with."

AGAIN = "The SENCO can choose the files again on the front page"

# Why nothing can be said of pupils with SEN who are on roll, by Words.roll.
ROLL = {
    "empty": f"The school’s files have nobody on roll. {AGAIN}, with a list that says who is.",
    "none": "Nobody on roll has SEN in the school’s files.",
    "not known": NOBODY,
}

NOBODY_RECORDED = (
    "Pupils with SEN are on roll, but the school’s files have no attendance of theirs. "
    f"{AGAIN}, with a list that has it."
)

NOBODY_JUDGED = "Whether pupils with SEN move on cannot be said yet: that takes results on entry and current ones."

NO_RESULTS = (
    "No results of a year that has finished are held, so nothing can be said yet."
)

SEN_UNKNOWN = (
    "More than a tenth of pupils have no SEN code in the school’s files: they stand neither among those with SEN nor among "
    "those without, and what is said here is of the others alone."
)

NO_MAPS = "Nothing is written yet on the provision maps of pupils with SEN{}."

FILL_IN = "The SENCO can fill in provision maps in Task 5."

UNRECORDED = (
    "More than half of the pupils on roll have no attendance in the school’s files, so nothing can be said. "
    f"{AGAIN}, with a list that has attendance."
)

# Why England's figure may be missing though starts are known.
WITHHELD = "What England reached from the same starts is left out where it could tell where a few of the pupils started."

LITTLE = (
    "So few pupils here have SEN that hardly a figure can be shown without pointing at somebody. "
    "The questions below are still the right ones: ask the SENCO, who can answer them in words."
)


def shows_little(view: View, words: Context) -> bool:
    """Whether no rate of pupils with SEN shows, though there are some."""
    rates = [
        view.tables[name].rates(column=column, reached=made, of=of)
        for name, column, made, of in (
            ("progress", "progress", "made", "pupils"),
            ("attained", "attained", "reached", "pupils"),
            ("absence", "attendance", "low", "all"),
            ("attendance", "standing", "moving", "judged"),
        )
        if name in view.tables and (name != "absence" or words.recorded)
    ]
    sen = pd.concat([table[table["side"] == "SEN"] for table in rates])
    return bool((sen["reason"] != "").any() and sen["percent"].isna().all())


@dataclass(frozen=True)
class AnsweredQuestion:
    """A question with its answer in a sentence, the figures in words (`lines`) and with whom they are compared; and how to draw them.

    `strong`, `marks`, `mark` and `axis` are as charts.published_rates takes them; `sure` says how sure one can be, and `reading`
    is how to read such figures, behind '?'. `on_paper` are those of the lines that the page for the papers has too, and `caveat` is
    that part of `sure` which it has.
    """

    question: str
    answer: str
    lines: tuple[str, ...] = ()
    compared: str = ""
    figures: Figures | None = None
    strong: tuple[bool, ...] = ()
    marks: tuple[float, ...] = ()
    mark: str = ""
    axis: str = ""
    key: str = ""
    sure: str = ""
    reading: str = ""
    on_paper: tuple[str, ...] = ()
    caveat: str = ""


class GovernorsPage:
    """The governors' page. It holds what `gather` gives, and neither the school nor the store. A test drives it without a browser."""

    def __init__(self, workspace: Workspace) -> None:
        self.top = layout.header(workspace.school, trouble=workspace.trouble)
        try:
            self.held: GovernorsData | None = gather(workspace)
            trouble = ""
        except StoreError as error:
            self.held, trouble = None, str(error)
        self.trouble = trouble
        self.hide = layout.choice(
            "Hide counts up to",
            [(f"{limit} pupils", limit) for limit in LIMITS],
            HIDE_UP_TO,
        )
        self.live = Live(self.hide)

    # -- what the page is made of, in its order --

    def header(self) -> widgets.HTML:
        """Which school this is."""
        return self.top

    def about(self) -> widgets.VBox:
        """What is hidden, how much more to hide, and the page for the papers."""
        return widgets.VBox(
            [
                self.live.piece(self._rule),
                layout.controls(self.hide),
                self.live.piece(self._paper),
            ]
        )

    def progress(self) -> widgets.HTML:
        """Whether pupils with SEN make progress, beside their peers."""
        return self._piece(progress, known_then)

    def england(self) -> widgets.HTML:
        """How far they get, beside England."""
        return self._piece(england, known_then)

    def absence(self) -> widgets.HTML:
        """Who misses much of school."""
        return self._piece(absence, known_now)

    def attendance(self) -> widgets.HTML:
        """Whether those who miss much make less progress."""
        return self._piece(attendance, known_now)

    def spend(self) -> widgets.HTML:
        """What is spent, by heading."""
        return self.live.piece(
            lambda: self._shown(lambda held, view: _spend_html(view, held.words))
        )

    def works(self) -> widgets.HTML:
        """Whether those who get help move on."""
        return self._piece(works, known_now)

    def next(self) -> widgets.HTML:
        """What the school does next."""
        return layout.html(self._shown(lambda held, _: next_html(held)))

    # -- how it is made --

    @property
    def view(self) -> View:
        """The view that is chosen."""
        return self.held.views[self.hide.value]

    def paper(self) -> bytes:
        """The page for the papers, under the limit that is chosen."""
        words, view = self.held.words, self.view
        asked = [
            known(make(view, words), words)
            for make, known in zip(
                (progress, england, absence, attendance),
                (known_then, known_then, known_now, known_now),
                strict=True,
            )
        ]
        # What the tables below have is not said again; there is no room for it.
        answers = [
            (
                one.question,
                " ".join(
                    filter(None, (one.answer, *one.on_paper, one.compared, one.caveat))
                ),
            )
            for one in asked
        ]
        helped = known_now(works(view, words), words)
        others = (
            [*spend_lines(view, words)],
            [
                helped.answer,
                *helped.lines,
                *filter(None, (helped.compared, helped.caveat)),
            ],
            next_lines(self.held),
        )
        answers += [
            (question, " ".join(lines))
            for question, lines in zip((SPEND, WORKS, NEXT), others, strict=True)
        ]
        about = About(
            title="Pupils with SEN: figures for governors",
            source=words.school,
            on=date.today(),
            sample=words.sample,
            hidden=view.rule,
        )
        figures = [one.figures for one in asked if one.figures]
        return one_page(
            about=about,
            sure=f"{SURE_ON_PAPER} {_moves(words)}",
            answers=answers,
            figures=figures,
        )

    def _piece(self, make, known) -> widgets.HTML:
        return self.live.piece(
            lambda: self._shown(
                lambda held, view: _html(known(make(view, held.words), held.words))
            )
        )

    def _shown(self, make) -> str:
        return make(self.held, self.view) if self.held else ""

    def _rule(self) -> str:
        if not self.held:
            return layout.trouble_line(self.trouble)
        words = self.held.words
        unknown = words.sen_unknown_then or words.sen_unknown_now
        little = not unknown and shows_little(self.view, words)
        rule = layout.note(self.view.rule) + layout.how_to_read("hidden_counts")
        return rule + (layout.answer(LITTLE) if little else "")

    def _paper(self) -> str:
        return (
            layout.download(
                "One page for the papers (Word)",
                self.paper(),
                name="governors",
                kind="docx",
            )
            if self.held
            else ""
        )


def known_then(asked: AnsweredQuestion, words: Context) -> AnsweredQuestion:
    """A question about the results of the summer, with the word that many pupils have no SEN code where it is so."""
    return _with_unknown(asked) if words.sen_unknown_then else asked


def known_now(asked: AnsweredQuestion, words: Context) -> AnsweredQuestion:
    """A question about pupils on roll, with the same word."""
    return _with_unknown(asked) if words.sen_unknown_now else asked


def _with_unknown(asked: AnsweredQuestion) -> AnsweredQuestion:
    """That many have no SEN code stands in place of an answer that would blame their number, else beside it."""
    if asked.answer in (
        TOO_FEW,
        NOBODY,
        ROLL["none"],
        NOBODY_RECORDED,
        NO_RESULTS,
        UNRECORDED,
    ):
        return replace(asked, answer=SEN_UNKNOWN)
    return replace(
        asked, compared=" ".join(filter(None, (asked.compared, SEN_UNKNOWN)))
    )


def progress(view: View, words: Context) -> AnsweredQuestion:
    """Of pupils with SEN and of others, how many made the expected gain, by subject."""
    if words.no_start:
        return AnsweredQuestion(PROGRESS, words.no_start)
    if _nobody(view.tables["progress"]):
        return AnsweredQuestion(PROGRESS, NO_RESULTS)
    rows = tuple(product(words.subjects, SIDES))
    held = [view.england.get(("progress", *at)) for at in rows]
    figures = Figures(
        caption=f"Made the expected gain, {words.summer}",
        published=view.tables["progress"],
        column="progress",
        reached="made",
        of="pupils",
        rows=rows,
        labels=tuple(f"{subject}, {SIDES[side]}" for subject, side in rows),
        **_england_column(held),
    )
    pairs = _pairs(figures, words)
    told: list[str] = []
    on_paper: list[str] = []
    for subject, (sen, others) in pairs.items():
        told += _beside(subject, sen, others)
        of_subject = {
            side: view.england["progress", subject, side]
            for side in SIDES
            if ("progress", subject, side) in view.england
        }
        pupils = {"SEN": sen.pupils, "no SEN": others.pupils}
        beside = _made_in_england(subject, of_subject, pupils)
        if words.target_source and _rateable(sen):
            beside = [*beside, _target(subject, sen, words.target)]
        told += beside
        on_paper += beside
    if words.target_source:
        source = f"Asked of schools for pupils with SEN: at least {words.target:g} % ({words.target_source})."
    elif any(held):
        source = f"England’s figures: {words.england_source}."
    else:
        source = (
            WITHHELD
            if view.withheld
            else "How many made it in England is not known here."
        )
    left_out = f" {NO_STARTS}" if words.starts_unknown else ""
    target = tuple(words.target if side == "SEN" else float("nan") for _, side in rows)
    return AnsweredQuestion(
        PROGRESS,
        _lead_of_progress(pairs),
        tuple(told),
        source,
        figures,
        strong=tuple(side == "SEN" for _, side in rows),
        axis="made the expected gain",
        key=_key(
            "target"
            if words.target_source
            else "England, from the same starts"
            if _any(_marks(held))
            else ""
        ),
        marks=target if words.target_source else _marks(held),
        mark="target" if words.target_source else "England",
        sure=f"Results of {words.summer}. Expected gain: {words.gain}.{left_out} Pupils without a result count as not having made it. "
        f"{SURE}",
        reading=layout.how_to_read("expected_gain", "rate", "gap_crude"),
        on_paper=tuple(on_paper),
    )


def england(view: View, words: Context) -> AnsweredQuestion:
    """How many reached the outcome that counts, beside what England reached from the same starts."""
    question = f"How many get to {words.reach}, and how is it in England?"
    if _nobody(view.tables["attained"]):
        return AnsweredQuestion(question, NO_RESULTS)
    rows = tuple(product(words.subjects, SIDES))
    held = [view.england.get(("attained", *at)) for at in rows]
    figures = Figures(
        caption=f"Reached {words.reach}, {words.summer}",
        published=view.tables["attained"],
        column="attained",
        reached="reached",
        of="pupils",
        rows=rows,
        labels=tuple(f"{subject}, {SIDES[side]}" for subject, side in rows),
        **_england_column(held),
    )
    told = [
        _beside_england(row, at, one, words)
        for row, at, one in zip(figures.table().itertuples(), rows, held, strict=True)
        # Of a side that has nobody the answer tells.
        if row.reason or row.pupils
    ]
    typed = {source for _, source, _ in words.typed.values()}
    others = [
        f"England’s figures: {words.england_source}."
        if any(held) and words.england_source
        else "",
        f"The figures of {_joined(sorted(typed))} were typed in here." if typed else "",
        WITHHELD if view.withheld else "",
    ]
    alike = any(one and one.alike for one in held)
    whom = (
        "All pupils of the year, wherever they started, here and in England."
        if words.no_start
        else "The same pupils as above. What England reached from their starts: of pupils of the same group, from each start as many "
        "as began there here."
        if alike
        else "The same pupils as above, wherever they started: many with SEN started lower."
    )
    unjudged = any(held) and not any(one and one.difference for one in held)
    caveat = NO_VERDICT if unjudged else ""
    return AnsweredQuestion(
        question,
        _lead_of_england(_pairs(figures, words), view, words),
        tuple(told),
        " ".join(filter(None, others)),
        figures,
        strong=tuple(side == "SEN" for _, side in rows),
        axis=f"reached {words.reach}",
        key=_key(
            ("England, from the same starts" if alike else "England")
            if _any(_marks(held))
            else ""
        ),
        marks=_marks(held),
        mark="England",
        sure=" ".join(filter(None, (whom, caveat, SURE))),
        reading=layout.how_to_read("england_with_your_starts", "rate")
        if alike
        else layout.how_to_read("rate"),
        caveat=caveat,
    )


def absence(view: View, words: Context) -> AnsweredQuestion:
    """How many missed a tenth of school or more."""
    if not words.recorded:
        return AnsweredQuestion(ABSENCE, _unrecorded(words))
    rows = tuple((side,) for side in SIDES)
    figures = Figures(
        caption="Missed a tenth of school or more, this year",
        published=view.tables["absence"],
        column="attendance",
        reached="low",
        of="all",
        rows=rows,
        labels=tuple(f"Pupils {side}" for side in SIDES.values()),
    )
    one, other = (row for _, row in figures.table().iterrows())
    told, caveat = "This workbook has no figure of England for this.", ""
    if words.absence:
        caveat = ANOTHER_YEAR
        parts = ", ".join(
            f"{group} {rounded(percent)} %" for group, percent in words.absence.items()
        )
        told = f"England, {words.absence_year}, {ALL_SCHOOLS}: {parts} ({words.absence_source})."
    return AnsweredQuestion(
        ABSENCE,
        _lead_of_absence(one, other, words),
        tuple(_beside("A tenth or more missed", one, other)),
        told,
        figures,
        strong=(True, False),
        axis="missed a tenth or more",
        key=_key(""),
        sure=" ".join(filter(None, (f"Pupils{_known(words)}.", caveat, SURE))),
        reading=layout.how_to_read("missed_a_tenth", "gap_crude"),
        caveat=caveat,
    )


def attendance(view: View, words: Context) -> AnsweredQuestion:
    """Of pupils with SEN, how many move on, by how much of school they attend."""
    if not words.recorded:
        return AnsweredQuestion(ATTENDANCE, _unrecorded(words))
    rows = tuple(("SEN", band) for band in BANDS)
    figures = Figures(
        caption="Pupils with SEN who move on now",
        published=view.tables["attendance"],
        column="standing",
        reached="moving",
        of="judged",
        rows=rows,
        labels=tuple(BANDS.values()),
    )
    table = [row for _, row in figures.table().iterrows()]
    if all(not row.reason and row.pupils == 0 for row in table):
        return AnsweredQuestion(
            ATTENDANCE, _nobody_now(words) if _none_now(view) else NOBODY_JUDGED
        )
    told = tuple(
        _rate(f"{label}, and move on", row)
        for label, row in zip(figures.labels, table, strict=True)
    )
    return AnsweredQuestion(
        ATTENDANCE,
        _lead_of_attendance(table[0], table[-1]),
        (*told, LEFT_OUT),
        "",
        figures,
        strong=(True,) * len(rows),
        axis="move on in every subject",
        sure=f"Pupils with SEN{_known(words)}. {_moves(words)} {TOGETHER} {SURE}",
        reading=layout.how_to_read("attendance_and_movement"),
        on_paper=(LEFT_OUT,),
        caveat=TOGETHER if any(map(_rateable, table)) else "",
    )


def works(view: View, words: Context) -> AnsweredQuestion:
    """Of pupils with SEN who get help under a heading, how many move on, beside those who do not get it."""
    helped = view.tables["help"]
    used = [heading for heading in words.headings if _having(helped, heading) != 0]
    if not used:
        return AnsweredQuestion(WORKS, _no_maps(words))
    rows = tuple(("SEN", heading, "has") for heading in used)
    figures = Figures(
        caption="Pupils with SEN who have this help and move on",
        published=helped,
        column="standing",
        reached="moving",
        of="judged",
        rows=rows,
        labels=tuple(words.headings[heading] for heading in used),
    )
    beside = replace(
        figures, rows=tuple(("SEN", heading, "has not") for heading in used)
    ).table()
    told, unclear, counts = [], [], []
    found: dict[str, list[str]] = {"more": [], "less": []}
    for one, other in zip(
        (row for _, row in figures.table().iterrows()),
        (row for _, row in beside.iterrows()),
        strict=True,
    ):
        if not (_rateable(one) and _rateable(other)):
            continue
        gap = _points(one, other)
        if clear(gap):
            found["more" if gap.points > 0 else "less"].append(one.label)
            told.append(
                f"{_rate(one.label, one)} Without it {_of(other)}: {_gap(one, other)}"
            )
        else:
            unclear.append(one.label)
            counts.append(
                f"{one.label} {one.reached:,} of {one.pupils:,}, without it {other.reached:,} of {other.pupils:,}"
            )
    if counts:
        told.append(f"How many move on with it: {'; '.join(counts)}.")
    if unclear and (found["more"] or found["less"]):
        told.append(verdicts.first(unclear=f"with or without: {'; '.join(unclear)}"))
    hidden = [row.label for row in figures.table().itertuples() if row.reason]
    if hidden:
        told.append(f"Hidden: {'; '.join(hidden)}.")
    lead = TOO_FEW
    if parts := [
        f"{often} often with {_joined(some)}" for often, some in found.items() if some
    ]:
        lead = verdicts.first(
            f"Pupils with SEN move on {', and '.join(parts)} than without it"
        )
    elif unclear:
        with_or_without = (
            "in how many move on, with or without help under these headings"
        )
        lead = verdicts.first(unclear=f"{with_or_without}: {'; '.join(unclear)}")
    # What is hidden stands in a line of its own; a picture of rows in which nothing can be seen would say no more.
    without = tuple(beside["percent"].astype("float64"))
    if seen := [
        three
        for three in zip(rows, figures.labels, without, strict=True)
        if three[1] not in hidden
    ]:
        rows, labels, without = zip(*seen, strict=True)
        figures = replace(figures, rows=rows, labels=labels)
    figures = replace(
        figures,
        beside=tuple(
            _of(row) if _rateable(row) else row.reason
            for _, row in beside.iterrows()
            if row.label in figures.labels
        ),
        beside_head="Without this help",
    )
    key = (
        "Dot: pupils with SEN who have it. Stroke: those who do not."
        if pd.notna(list(without)).any()
        else ""
    )
    return AnsweredQuestion(
        WORKS,
        lead,
        tuple(told),
        "",
        figures,
        strong=(True,) * len(rows),
        axis="move on in every subject",
        marks=without,
        mark="without it",
        key=key,
        sure=f"Pupils with SEN{_known(words)}. {_moves(words)} {provision.MOVEMENT_CAVEAT} {SURE}",
        reading=layout.how_to_read("provision_and_movement"),
        caveat="" if lead == TOO_FEW else provision.CHOSEN,
    )


def spend_lines(view: View, words: Context) -> tuple[str, ...]:
    """What is spent, heading by heading, and what is not shown."""
    helped = view.tables["help"]
    used = [heading for heading in words.headings if _having(helped, heading) != 0]
    if not used:
        return (_no_maps(words), *(() if words.roll in ROLL else (FILL_IN,)))
    order = sorted(view.pounds, key=lambda heading: -view.pounds[heading][0])
    told = []
    for number, heading in enumerate(order[:3]):
        cost, whole = view.pounds[heading]
        first = "Most is spent on" if number == 0 else "Then on"
        least = "" if whole else "at least "
        told.append(
            f"{first} {words.headings[heading]}: {least}£{cost:,} a year for {_having(helped, heading)} pupils."
        )
    left = [words.headings[heading] for heading in used if heading not in view.pounds]
    if left:
        told.append(
            f"Not shown, as few pupils have it, few costs are known, or one pupil makes up most: {'; '.join(left)}."
        )
    return tuple(told)


def next_lines(held: GovernorsData) -> tuple[str, ...]:
    """The plan in counts, and the three chosen actions by where they come from."""
    steps = [f"{step.place} ({step.state}, {step.due})" for step in held.steps]
    return (
        held.plan,
        f"Chosen for now: {'; '.join(steps)}."
        if steps
        else "The three actions for now are not chosen yet.",
    )


def next_html(held: GovernorsData) -> str:
    """What comes next, as a table of where each action comes from."""
    told = _listed([held.plan] if held.steps else list(next_lines(held)))
    table = pd.DataFrame(
        [(step.place, step.due, step.state) for step in held.steps],
        columns=["place", "due", "state"],
    )
    shown = (
        layout.plain_table(
            table,
            caption="The three actions chosen",
            columns={
                "place": "Where it comes from",
                "due": "By when",
                "state": "How it stands",
            },
        )
        if held.steps
        else ""
    )
    why = layout.note(
        "What is to be done is not shown here, for a pupil’s name may stand in it. Ask the SENCO."
    )
    return layout.heading(NEXT) + told + shown + why + layout.how_to_read("plan_counts")


def _spend_html(view: View, words: Context) -> str:
    title, told = layout.heading(SPEND), _listed(spend_lines(view, words))
    if not view.pounds:
        return title + told
    all_known = all(whole for _, whole in view.pounds.values())
    least = "" if all_known else " ‘At least’: some costs are not written down."
    sure = layout.note(
        f"As the provision maps say, for pupils with SEN{_known(words)}, to the nearest £{POUNDS}.{least} There is no sum of all, from "
        "which what is left out could be worked out."
    )
    order = sorted(view.pounds, key=lambda heading: -view.pounds[heading][0])
    held = {
        ("SEN", heading, "has", "pupils"): view.pounds[heading] for heading in order
    }
    labels = [words.headings[heading] for heading in order]
    helped = view.tables["help"]
    sums = [f"{'' if whole else 'at least '}£{cost:,}" for cost, whole in held.values()]
    picture = layout.picture(
        lambda width: charts.published_spend(helped, held, labels=labels, width=width),
        says=". ".join(
            f"{label}: {cost}" for label, cost in zip(labels, sums, strict=True)
        ),
    )
    table = pd.DataFrame(
        {
            "label": labels,
            "pupils": [_having(helped, heading) for heading in order],
            "cost": sums,
        }
    )
    columns = {"label": "Heading", "pupils": "Pupils", "cost": "A year"}
    return (
        title
        + told
        + picture
        + sure
        + layout.numbers(table, caption="Spend by heading", columns=columns)
        + layout.how_to_read("spend")
    )


def _html(asked: AnsweredQuestion) -> str:
    """A question as the page shows it: its answer, its picture, how sure one can be, and the numbers."""
    title, told = (
        layout.heading(asked.question),
        _listed([asked.answer, *asked.lines, *filter(None, [asked.compared])]),
    )
    figures = asked.figures
    if figures is None:
        return title + told
    rows = figures.in_words()
    # Where nobody is counted there is nothing to draw.
    seen = any(percent != "–" for *_, percent, _ in rows)
    picture = (
        ""
        if not seen
        else layout.picture(
            lambda width: charts.published_rates(
                figures.published,
                column=figures.column,
                reached=figures.reached,
                of=figures.of,
                rows=figures.rows,
                labels=figures.labels,
                strong=asked.strong,
                marks=asked.marks,
                mark=asked.mark,
                width=width,
                axis=asked.axis,
            ),
            says=". ".join(_said(*row, head=figures.beside_head) for row in rows),
            key=asked.key,
        )
    )
    table = pd.DataFrame(rows, columns=list(figures.heads))
    columns = {name: name for name in figures.heads}
    held = layout.numbers(table, caption=figures.caption, columns=columns)
    return title + told + picture + layout.note(asked.sure) + held + asked.reading


def _said(
    label: str,
    pupils: str,
    these: str,
    percent: str,
    likely: str,
    other: str = "–",
    *,
    head: str = "",
) -> str:
    """A row of a picture for those who do not see it.

    >>> _said("English", "20", "11", "55 %", "34 to 74 %"), _said("Science", "hidden", "hidden", "hidden", "hidden")
    ('English: 55 %, 11 of 20, likely 34 to 74 %', 'Science: hidden')
    >>> _said("English", "20", "11", "55 %", "34 to 74 %", "57 % (2024)", head="England"), _said("English", "0", "–", "–", "–")
    ('English: 55 %, 11 of 20, likely 34 to 74 % (England: 57 % (2024))', 'English: nobody')
    """
    if not percent.endswith("%"):
        return f"{label}: {'nobody' if percent == '–' else percent}"
    beside = "" if other == "–" else f" ({head}: {other})"
    return f"{label}: {percent}, {these} of {pupils}, likely {likely}{beside}"


def _listed(sentences: Sequence[str]) -> str:
    """An answer: its first sentence large, and what stands behind it as lines below."""
    first, *others = sentences
    items = "".join(f"<li>{layout.words(sentence)}</li>" for sentence in others)
    return layout.answer(first) + (f"<ul>{items}</ul>" if items else "")


Pairs = Mapping[str, tuple[pd.Series, pd.Series]]


def _pairs(figures: Figures, words: Context) -> Pairs:
    """By subject the published rates of pupils with SEN and of others."""
    rows = figures.table().set_index(pd.MultiIndex.from_tuples(figures.rows))
    return {
        subject: (rows.loc[(subject, "SEN")], rows.loc[(subject, "no SEN")])
        for subject in words.subjects
    }


def _lead_of_progress(pairs: Pairs) -> str:
    """In which subjects pupils with SEN make the gain less or more often than others, in a sentence or two."""
    found = {
        subject: _points(*pair)
        for subject, pair in pairs.items()
        if all(map(_rateable, pair))
    }
    if not found:
        return _not_compared(pairs.values())
    less, more, unclear = (
        [subject for subject, gap in found.items() if of(gap)]
        for of in (
            lambda gap: clear(gap) and gap.points < 0,
            lambda gap: clear(gap) and gap.points > 0,
            lambda gap: not clear(gap),
        )
    )
    hidden = _hidden(
        [subject for subject, pair in pairs.items() if any(row.reason for row in pair)]
    )
    if not less and not more:
        lead = verdicts.first(
            unclear=f"in {_joined(unclear)} between pupils with SEN and others"
        )
        return lead + hidden
    parts = [
        f"{often} often than others in {_joined(some)}"
        for often, some in (("less", less), ("more", more))
        if some
    ]
    said = f"Pupils with SEN make the expected gain {', and '.join(parts)}"
    return (
        verdicts.first(said, unclear=f"in {_joined(unclear)}" if unclear else "")
        + hidden
    )


def _lead_of_england(pairs: Pairs, view: View, words: Context) -> str:
    """In which subjects pupils with SEN stand higher or lower than England's who started where they did, in a sentence or two."""
    sen = {subject: one for subject, (one, _) in pairs.items()}
    if all(not row.reason and row.pupils == 0 for row in sen.values()):
        return NOBODY
    held = {
        subject: view.england["attained", subject, "SEN"]
        for subject in sen
        if ("attained", subject, "SEN") in view.england
    }
    if not held:
        if not any(map(_rateable, sen.values())):
            return TOO_FEW
        if view.withheld:
            return WITHHELD
        return (
            f"This workbook has no figure of England for pupils with SEN in {words.summer}, so those here stand alone."
            if words.no_start
            else "This workbook has no figure of England for all pupils with SEN together, so those here stand alone."
        )
    told = {
        difference: [
            subject for subject, one in held.items() if one.difference == difference
        ]
        for difference in ("lower", "higher", "not clear")
    }
    if not any(told.values()):
        return _no_verdict(list(held.values()), words)
    whom = "in England" if words.no_start else "in England who started where they did"
    parts = [
        f"{often} often in {_joined(some)}"
        for often, some in (("less", told["lower"]), ("more", told["higher"]))
        if some
    ]
    unclear = told["not clear"]
    hidden = _hidden([subject for subject, one in sen.items() if one.reason])
    if not parts:
        lead = verdicts.first(
            unclear=f"in {_joined(unclear)} between pupils with SEN here and those {whom}"
        )
        return lead + hidden
    said = f"Pupils with SEN get there {' and '.join(parts)} than those {whom}"
    return (
        verdicts.first(said, unclear=f"in {_joined(unclear)}" if unclear else "")
        + hidden
    )


def _no_verdict(held: Sequence[England], words: Context) -> str:
    """Why no figure of England is one to judge by."""
    years = sorted({one.year for one in held})
    of = _joined([str(year) for year in years])
    if words.summer != f"summer {of}":
        why = f"England’s figures are of {of}"
    elif set(years) & set(TEACHER_ASSESSED):
        why = f"Grades of {of} were given by teachers"
    else:
        why = "England’s figures are of pupils wherever they started"
    return f"{why}, so nobody can say how those of {words.summer} compare."


def _lead_of_absence(sen: pd.Series, others: pd.Series, words: Context) -> str:
    if not (_rateable(sen) and _rateable(others)):
        found = _not_compared([(sen, others)])
        return _nobody_now(words) if found == NOBODY else found
    gap = _points(sen, others)
    if not clear(gap):
        return verdicts.first(
            unclear="in how many miss a tenth of school between pupils with SEN and others"
        )
    which, often = ("Yes", "more") if gap.points > 0 else ("No", "less")
    return verdicts.first(
        f"{which}, they miss a tenth of school {often} often than others"
    )


def _lead_of_attendance(low: pd.Series, high: pd.Series) -> str:
    """`low` and `high` are pupils with SEN who attend least and most; of some pupils with SEN one can tell."""
    for row, attends in ((low, f"{LOW} % or less"), (high, f"more than {MIDDLE} %")):
        if _empty(row):
            return f"None of the pupils with SEN counted here attends {attends}, so there is nobody to compare."
    if not (_rateable(low) and _rateable(high)):
        return TOO_FEW
    gap = _points(low, high)
    if not clear(gap):
        return verdicts.first(
            unclear="in how many move on between pupils with SEN who attend least and most"
        )
    often = "less" if gap.points < 0 else "more"
    return verdicts.first(
        f"Pupils with SEN who attend least move on {often} often than those who attend most"
    )


def _joined(names: Sequence[str]) -> str:
    """Names as one says them.

    >>> _joined(["English", "Mathematics", "Science"]), _joined(["English"])
    ('English, Mathematics and Science', 'English')
    """
    *first, last = names
    return f"{', '.join(first)} and {last}" if first else last


def _hidden(subjects: Sequence[str]) -> str:
    """What a lead adds of subjects that it cannot name.

    >>> _hidden(["English Language"]), _hidden(["English", "Science"]), _hidden([])
    (' English Language is hidden.', ' English and Science are hidden.', '')
    """
    return (
        f" {_joined(subjects)} {'is' if len(subjects) == 1 else 'are'} hidden."
        if subjects
        else ""
    )


def _known(words: Context) -> str:
    """Of whom it is said, where some are left out because their attendance is not known."""
    return " on roll whose attendance is known" if words.recorded else " on roll"


def _moves(words: Context) -> str:
    """What it is to move on, for readers without Task 5 too."""
    return MOVES.format(words.stuck)


def _key(mark: str) -> str:
    shapes = "Round: pupils with SEN. Diamond: pupils without."
    return f"{shapes} Stroke: {mark}." if mark else shapes


def _none_now(view: View) -> bool:
    """Whether the tables show that they count nobody on roll with SEN."""
    return view.tables["absence"].value(side="SEN", attendance="all") == 0


def _unrecorded(words: Context) -> str:
    """Why nothing is said of attendance, where it is known of less than half."""
    return ROLL[words.roll] if words.roll in ("empty", "none") else UNRECORDED


def _nobody_now(words: Context) -> str:
    """Why no pupil with SEN on roll is counted."""
    return ROLL.get(words.roll, NOBODY_RECORDED)


def _no_maps(words: Context) -> str:
    """Why nothing is said of help."""
    return ROLL.get(words.roll, NO_MAPS.format(_known(words)))


def _nobody(shown: PublishedTable) -> bool:
    """Whether a table shows that it counts nobody."""
    return set(shown.counts) == {0}


def _not_compared(pairs: Iterable[tuple[pd.Series, pd.Series]]) -> str:
    """Why pupils with SEN and others cannot be compared: one side has nobody, or is hidden."""
    sen, others = zip(*pairs, strict=True)
    if all(map(_empty, sen)):
        return NOBODY
    if all(map(_empty, others)):
        return EVERYBODY
    for here, there, side in ((sen, others, "no SEN"), (others, sen, "SEN")):
        if any(map(_rateable, here)) and not any(map(_rateable, there)):
            return ONE_HIDDEN.format(SIDES[side])
    return TOO_FEW


def _empty(row: pd.Series) -> bool:
    return not row.reason and not row.pupils


def _having(helped: PublishedTable, heading: str) -> int | None:
    return helped.value(side="SEN", heading=heading, help="has", standing="pupils")


def _rateable(row: pd.Series) -> bool:
    return not pd.isna(row.percent)


def _rate(what: str, row: pd.Series) -> str:
    """One published rate in words."""
    if row.reason:
        return f"{what}: hidden."
    if not row.pupils:
        return f"{what}: nobody."
    few = f" {row.pupils} are few to judge by." if row.pupils < FEW else ""
    return f"{what}: {_of(row)}.{few}"


def _of(row: pd.Series) -> str:
    """A published rate with its counts and its range."""
    return f"{row.reached:,} of {row.pupils:,}, {row.percent} % (likely {row.low} to {row.high} %)"


def _beside(what: str, one: pd.Series, other: pd.Series) -> list[str]:
    """Pupils with SEN beside the others, and how sure one can be of the gap; of a side that has nobody the answer tells."""
    if _empty(one):
        return [] if _empty(other) else [_rate(f"{what}, without SEN", other)]
    first = _rate(f"{what}, with SEN", one)
    if _empty(other):
        return [first]
    if not (_rateable(one) and _rateable(other)):
        return [first, _rate(f"{what}, without SEN", other)]
    return [f"{first} Without SEN {_of(other)}: {_gap(one, other)}"]


def _made_in_england(
    subject: str, held: Mapping[str, England], pupils: Mapping[str, int]
) -> list[str]:
    """How many in England made the gain from the same starts, by side, and how ours lie beside that; nothing where none is given."""
    if not held:
        return []
    years = _joined(sorted({str(one.year) for one in held.values()}))
    told = [f"{subject}, in England ({years}):"]
    for side, one in held.items():
        told.append(
            f"{one.percent} % of pupils {SIDES[side]} who started where they did made it."
        )
        told.append(verdicts.beside(one.difference, pupils=pupils[side]))
    return [" ".join(filter(None, told))]


def _target(subject: str, row: pd.Series, target: float) -> str:
    """Whether a published rate meets what is asked of schools, by its counts, and how sure one can be."""
    counts = (
        pd.Series([row.reached]).astype("int64"),
        pd.Series([row.pupils]).astype("int64"),
    )
    found = wilson(*counts)
    met = row.reached * 100 >= target * row.pupils
    sure = compared(found["low"], found["high"], pd.Series([target]))[0] != "not clear"
    state = "Met." if met else "Not met."
    return f"{subject}, beside what is asked of schools: {state} {verdicts.target(sure, pupils=int(row.pupils))}"


def _beside_england(
    row, at: tuple[str, str], held: England | None, words: Context
) -> str:
    """One rate beside England's, and beside what was typed in for others."""
    told = [_rate(row.label, row)]
    if held is not None:
        where = "who started where they did" if held.alike else "wherever they started"
        whom = f"{IN_ENGLAND[at[1]]}{' ' if held.alike else ', '}{where}"
        told.append(f"{whom}: {held.percent} % ({held.year}).")
        told.append(verdicts.beside(held.difference, pupils=int(row.pupils)))
    if at in words.typed and _rateable(row):
        percent, whose, year = words.typed[at]
        told.append(
            f"{whose[0].upper()}{whose[1:]}, wherever they started: {percent} % ({year})."
        )
    return " ".join(filter(None, told))


def _england_column(held: Sequence[England | None]) -> dict:
    """What stands in the column of England, as Figures takes it; nothing where there is no figure."""
    if not any(held):
        return {}
    alike = all(one.alike for one in held if one)
    return {
        "beside": tuple(f"{one.percent} % ({one.year})" if one else "" for one in held),
        "beside_head": "England, same starts" if alike else "England",
    }


def _marks(held: Sequence[England | None]) -> tuple[float, ...]:
    """Strokes for what a rate is judged by: a figure of another summer, or of other starts, is told in words alone."""
    return tuple(
        float(one.percent) if one and one.difference else float("nan") for one in held
    )


def _any(marks: Sequence[float]) -> bool:
    """Whether there is a stroke to name."""
    return any(map(pd.notna, marks))


def _points(one: pd.Series, other: pd.Series) -> Gap:
    """The gap of two published rates with its interval, from their counts."""
    counts = pd.DataFrame(
        [(one.reached, one.pupils), (other.reached, other.pupils)],
        columns=["reached", "pupils"],
    ).astype("int64")
    first, second = (
        row for _, row in wilson(counts["reached"], counts["pupils"]).iterrows()
    )
    return independent(first, second)


def _gap(one: pd.Series, other: pd.Series) -> str:
    size = points_apart(*(100 * row.reached / row.pupils for row in (one, other)))
    if size == "0":
        return "no gap."
    return f"{in_points(size)} apart. {verdicts.gap(_points(one, other))}"


def open_page() -> GovernorsPage:
    """The page over the school that lies open."""
    return GovernorsPage(open_workspace())
