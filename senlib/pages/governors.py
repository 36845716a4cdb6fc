"""The governors' page: what a governor should know of pupils with SEN, in counts made fit to be shown to anybody.

It holds what `published.gather` gives, and makes its sentences, pictures and the page for the papers of that alone.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from itertools import product

import ipywidgets as widgets
import pandas as pd

from senlib import charts
from senlib.exports.about import About
from senlib.exports.governors import HEADS, Figures, one_page
from senlib.measures import provision
from senlib.measures.disclosure import HIDE_UP_TO, PublishedTable
from senlib.measures.gaps import independent
from senlib.measures.proportion import FEW, compared, points_apart, rounded, wilson
from senlib.pages import frame
from senlib.pages.desk import Desk, open_desk
from senlib.pages.live import Live
from senlib.pages.published import LIMITS, LOW, MIDDLE, POUNDS, Gathered, View, Words, gather
from senlib.pages.verdicts import in_points
from senlib.workbook.store import StoreError

BANDS = {
    "low": f"Attend {LOW} % or less",
    "middle": f"Above {LOW} to {MIDDLE} %",
    "high": f"Above {MIDDLE} %",
}
SIDES = {"SEN": "with SEN", "no SEN": "without SEN"}

SURE = (
    "The line through a dot is its likely range (95 %): how far chance alone could have moved a group of this size. "
    "Where none is seen, it is narrower than the dot."
)

SURE_ON_PAPER = (
    "‘Likely’ is the range (95 %) within which chance alone could have moved a group of this size."
)

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

MOVES = (
    "‘Move on’: stuck in no subject, of pupils of whom one can tell. Task 5 says what stuck means."
)

TOO_FEW = "It cannot be shown: too few pupils stand behind the figures."

NOBODY = "There are no pupils with SEN to count."

NOBODY_RECORDED = "There are no pupils with SEN on roll whose attendance is known."

NOBODY_JUDGED = "Of no pupil with SEN can it be said yet whether they move on: that takes results on entry and current ones."

NO_RESULTS = "No results of a year that has finished are held, so nothing can be said yet."

SEN_UNKNOWN = (
    "More than a tenth of pupils have no SEN code in the school’s files: they stand neither among those with SEN nor among "
    "those without, and what is said here is of the others alone."
)

NO_MAPS = "Nothing is written yet on the provision maps of pupils with SEN{}."

UNRECORDED = (
    "Attendance is not held for more than half of the pupils on roll, so nothing can be said. "
    "The SENCO can load a list with it on the front page."
)

LITTLE = (
    "So few pupils here have SEN that hardly a figure can be shown without pointing at somebody. "
    "The questions below are still the right ones: ask the SENCO, who can answer them in words."
)


def shows_little(view: View, words: Words) -> bool:
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
class Asked:
    """A question with its answer in a sentence, the figures in words (`lines`) and with whom they are compared; and how to draw them.

    `strong`, `marks`, `mark` and `axis` are as charts.published_rates takes them; `sure` says how sure one can be.
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


class GovernorsPage:
    """The governors' page. It holds what `gather` gives, and neither the school nor the store. A test drives it without a browser."""

    def __init__(self, desk: Desk) -> None:
        self.top = frame.header(desk.school, trouble=desk.trouble)
        try:
            self.held: Gathered | None = gather(desk)
            trouble = ""
        except StoreError as error:
            self.held, trouble = None, str(error)
        self.trouble = trouble
        self.hide = frame.choice(
            "Hide counts up to", [(f"{limit} pupils", limit) for limit in LIMITS], HIDE_UP_TO
        )
        self.live = Live(self.hide)

    # -- what the page is made of, in its order --

    def header(self) -> widgets.HTML:
        """Which school this is."""
        return self.top

    def about(self) -> widgets.VBox:
        """What is hidden, how much more to hide, and the page for the papers."""
        return widgets.VBox(
            [self.live.piece(self._rule), frame.controls(self.hide), self.live.piece(self._paper)]
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
        return frame.html(self._shown(lambda held, _: next_html(held)))

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
        answers = [(one.question, f"{one.answer} {one.compared}") for one in asked]
        others = (
            [*spend_lines(view, words)],
            [(helped := known_now(works(view, words), words)).answer, *helped.lines],
            next_lines(self.held),
        )
        answers += [
            (question, " ".join(lines))
            for question, lines in zip((SPEND, WORKS, NEXT), others, strict=True)
        ]
        about = About(
            title="Pupils with SEN: figures for governors",
            source=words.school,
            made=date.today(),
            sample=words.sample,
            hidden=view.rule,
        )
        figures = [one.figures for one in asked if one.figures]
        return one_page(
            about=about, sure=f"{SURE_ON_PAPER} {MOVES}", answers=answers, figures=figures
        )

    def _piece(self, make, known) -> widgets.HTML:
        return self.live.piece(
            lambda: self._shown(lambda held, view: _html(known(make(view, held.words), held.words)))
        )

    def _shown(self, make) -> str:
        return make(self.held, self.view) if self.held else ""

    def _rule(self) -> str:
        if not self.held:
            return frame.trouble_line(self.trouble)
        words = self.held.words
        unknown = words.sen_unknown_then or words.sen_unknown_now
        little = not unknown and shows_little(self.view, words)
        return frame.note(self.view.rule) + (frame.answer(LITTLE) if little else "")

    def _paper(self) -> str:
        return (
            frame.download(
                "One page for the papers (Word)", self.paper(), name="governors", kind="docx"
            )
            if self.held
            else ""
        )


def known_then(asked: Asked, words: Words) -> Asked:
    """A question about the results of the summer, with the word that many pupils have no SEN code where it is so."""
    return _with_unknown(asked) if words.sen_unknown_then else asked


def known_now(asked: Asked, words: Words) -> Asked:
    """A question about pupils on roll, with the same word."""
    return _with_unknown(asked) if words.sen_unknown_now else asked


def _with_unknown(asked: Asked) -> Asked:
    """That many have no SEN code stands in place of an answer that would blame their number, else beside it."""
    if asked.answer in (TOO_FEW, NOBODY, NOBODY_RECORDED, NO_RESULTS, UNRECORDED):
        return replace(asked, answer=SEN_UNKNOWN)
    return replace(asked, compared=" ".join(filter(None, (asked.compared, SEN_UNKNOWN))))


def progress(view: View, words: Words) -> Asked:
    """Of pupils with SEN and of others, how many made the expected gain, by subject."""
    if words.no_start:
        return Asked(PROGRESS, words.no_start)
    if _nobody(view.tables["progress"]):
        return Asked(PROGRESS, NO_RESULTS)
    rows = tuple(product(words.subjects, SIDES))
    figures = Figures(
        caption=f"Made the expected gain, {words.summer}",
        shown=view.tables["progress"],
        column="progress",
        reached="made",
        of="pupils",
        rows=rows,
        labels=tuple(f"{subject}, {SIDES[side]}" for subject, side in rows),
    )
    table = figures.table().set_index(pd.MultiIndex.from_tuples(rows))
    pairs = {
        subject: (table.loc[(subject, "SEN")], table.loc[(subject, "no SEN")])
        for subject in words.subjects
    }
    expected = (
        f"Asked of schools for pupils with SEN: at least {words.target:g} % ({words.target_source})."
        if words.target_source
        else "In England half of all pupils, or a few more, make this gain from each start: that is how it is set."
    )
    return Asked(
        PROGRESS,
        _lead_of_progress(pairs),
        tuple(_beside(subject, *pair) for subject, pair in pairs.items()),
        expected,
        figures,
        strong=tuple(side == "SEN" for _, side in rows),
        axis="made the expected gain",
        key=_key("target" if words.target_source else ""),
        marks=tuple(words.target if side == "SEN" else float("nan") for _, side in rows),
        mark="target",
        sure=f"Results of {words.summer}. Expected gain: {words.gain}. Pupils whose start is not known are left out; those without a "
        f"result count as not having made it. {SURE}",
    )


def england(view: View, words: Words) -> Asked:
    """How many reached the outcome that counts, beside England's figure where one is held."""
    question = f"How many get to {words.reach}, and how is it in England?"
    if _nobody(view.tables["attained"]):
        return Asked(question, NO_RESULTS)
    rows = tuple(product(words.subjects, SIDES))
    figures = Figures(
        caption=f"Reached {words.reach}, {words.summer}",
        shown=view.tables["attained"],
        column="attained",
        reached="reached",
        of="pupils",
        rows=rows,
        labels=tuple(f"{subject}, {SIDES[side]}" for subject, side in rows),
    )
    table = figures.table()
    told = [
        _beside_england(row, at, words) for row, at in zip(table.itertuples(), rows, strict=True)
    ]
    sen = {at[0]: row for row, at in zip(table.itertuples(), rows, strict=True) if at[1] == "SEN"}
    held = [
        f"{subject} {SIDES[side]} {rounded(percent)} % ({year})"
        for (subject, side), (percent, year) in sorted(words.england.items())
    ]
    source = (
        f"England: {', '.join(held)}. Source: {words.england_source}."
        if held
        else "No national figure is held for this."
    )
    whom = (
        "All pupils of the year, wherever they started."
        if words.no_start
        else "The same pupils as above, wherever they started: many with SEN started lower. England also counts pupils whose "
        "start is not known."
    )
    return Asked(
        question,
        _lead_of_england(sen, words),
        tuple(filter(None, told)),
        source,
        figures,
        strong=tuple(side == "SEN" for _, side in rows),
        axis=f"reached {words.reach}",
        key=_key("England" if words.england else ""),
        marks=tuple(words.england.get(at, (float("nan"),))[0] for at in rows),
        mark="England",
        sure=f"{whom} {SURE}",
    )


def absence(view: View, words: Words) -> Asked:
    """How many missed a tenth of school or more."""
    if not words.recorded:
        return Asked(ABSENCE, UNRECORDED)
    rows = tuple((side,) for side in SIDES)
    figures = Figures(
        caption="Missed a tenth of school or more, this year",
        shown=view.tables["absence"],
        column="attendance",
        reached="low",
        of="all",
        rows=rows,
        labels=tuple(f"Pupils {side}" for side in SIDES.values()),
    )
    one, other = (row for _, row in figures.table().iterrows())
    told = "No national figure is held for this."
    if words.absence:
        parts = ", ".join(
            f"{group} {rounded(percent)} %" for group, percent in words.absence.items()
        )
        told = f"England, {words.absence_year}: {parts} ({words.absence_source})."
    return Asked(
        ABSENCE,
        _lead_of_absence(one, other),
        (_beside("A tenth or more missed", one, other),),
        told,
        figures,
        strong=(True, False),
        axis="missed a tenth or more",
        key=_key(""),
        sure=f"Pupils{_known(words)}. {SURE}",
    )


def attendance(view: View, words: Words) -> Asked:
    """Of pupils with SEN, how many move on, by how much of school they attend."""
    if not words.recorded:
        return Asked(ATTENDANCE, UNRECORDED)
    rows = tuple(("SEN", band) for band in BANDS)
    figures = Figures(
        caption="Pupils with SEN who move on now",
        shown=view.tables["attendance"],
        column="standing",
        reached="moving",
        of="judged",
        rows=rows,
        labels=tuple(BANDS.values()),
    )
    table = [row for _, row in figures.table().iterrows()]
    if all(not row.reason and row.pupils == 0 for row in table):
        return Asked(ATTENDANCE, NOBODY_RECORDED if _none_on_roll(view) else NOBODY_JUDGED)
    told = tuple(
        _rate(f"{label}, and move on", row)
        for label, row in zip(figures.labels, table, strict=True)
    )
    return Asked(
        ATTENDANCE,
        _lead_of_attendance(table[0], table[-1]),
        told,
        "",
        figures,
        strong=(True,) * len(rows),
        axis="move on in every subject",
        sure=f"Pupils with SEN{_known(words)}. {MOVES} That two things go together does not prove that one makes the other. {SURE}",
    )


def works(view: View, words: Words) -> Asked:
    """Of pupils with SEN who get help under a heading, how many move on, beside those who do not get it."""
    helped = view.tables["help"]
    used = [heading for heading in words.headings if _having(helped, heading) != 0]
    if not used:
        return Asked(WORKS, NO_MAPS.format(_known(words)))
    rows = tuple(("SEN", heading, "has") for heading in used)
    figures = Figures(
        caption="Pupils with SEN who have this help and move on",
        shown=helped,
        column="standing",
        reached="moving",
        of="judged",
        rows=rows,
        labels=tuple(words.headings[heading] for heading in used),
    )
    beside = replace(figures, rows=tuple(("SEN", heading, "has not") for heading in used)).table()
    told, unclear = [], []
    clear: dict[str, list[str]] = {"more": [], "less": []}
    for one, other in zip(
        (row for _, row in figures.table().iterrows()),
        (row for _, row in beside.iterrows()),
        strict=True,
    ):
        if not (_rateable(one) and _rateable(other)):
            continue
        _, low, high = _points(one, other)
        if low > 0 or high < 0:
            clear["more" if low > 0 else "less"].append(one.label)
            told.append(
                f"{_rate(one.label, one)} Of those without this help, {other.percent} %: {_gap(one, other)}"
            )
        else:
            unclear.append(one.label)
    if unclear:
        told.append(f"No clear difference: {'; '.join(unclear)}.")
    hidden = [row.label for row in figures.table().itertuples() if row.reason]
    if hidden:
        told.append(f"Hidden: {'; '.join(hidden)}.")
    lead = TOO_FEW
    if parts := [f"{often} often with {_joined(some)}" for often, some in clear.items() if some]:
        lead = f"Pupils with SEN move on {', and '.join(parts)} than without it, by more than chance would make."
    elif unclear:
        lead = "Between those with the help and those without there is no difference larger than chance could make."
    # What is hidden stands in a line of its own; a picture of rows in which nothing can be seen would say no more.
    without = tuple(beside["percent"].astype("float64"))
    if seen := [
        three for three in zip(rows, figures.labels, without, strict=True) if three[1] not in hidden
    ]:
        rows, labels, without = zip(*seen, strict=True)
        figures = replace(figures, rows=rows, labels=labels)
    key = (
        "Dot: pupils with SEN who have it. Stroke: those who do not."
        if pd.notna(list(without)).any()
        else ""
    )
    return Asked(
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
        sure=f"Pupils with SEN{_known(words)}. {MOVES} {provision.MOVEMENT_CAVEAT} {SURE}",
    )


def spend_lines(view: View, words: Words) -> tuple[str, ...]:
    """What is spent, heading by heading, and what is not shown."""
    helped = view.tables["help"]
    used = [heading for heading in words.headings if _having(helped, heading) != 0]
    if not used:
        return (NO_MAPS.format(_known(words)),)
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


def next_lines(held: Gathered) -> tuple[str, ...]:
    """The plan in counts, and the three chosen actions by where they come from."""
    steps = [f"{step.place} ({step.state}, {step.due})" for step in held.steps]
    return (
        held.plan,
        f"Chosen for now: {'; '.join(steps)}."
        if steps
        else "The three actions for now are not chosen yet.",
    )


def next_html(held: Gathered) -> str:
    """What comes next, as a table of where each action comes from."""
    told = _listed([held.plan] if held.steps else list(next_lines(held)))
    table = pd.DataFrame(
        [(step.place, step.due, step.state) for step in held.steps],
        columns=["place", "due", "state"],
    )
    shown = (
        frame.plain_table(
            table,
            caption="The three actions chosen",
            columns={"place": "Where it comes from", "due": "By when", "state": "How it stands"},
        )
        if held.steps
        else ""
    )
    why = frame.note(
        "What is to be done is not shown here, for a pupil’s name may stand in it. Ask the SENCO."
    )
    return frame.heading(NEXT) + told + shown + why


def _spend_html(view: View, words: Words) -> str:
    title, told = frame.heading(SPEND), _listed(spend_lines(view, words))
    sure = frame.note(
        f"As the provision maps say, for pupils with SEN{_known(words)}, to the nearest £{POUNDS}. ‘At least’: some costs are not "
        "written down. There is no sum of all, from which what is left out could be worked out."
    )
    if not view.pounds:
        return title + told + sure
    order = sorted(view.pounds, key=lambda heading: -view.pounds[heading][0])
    held = {("SEN", heading, "has", "pupils"): view.pounds[heading] for heading in order}
    labels = [words.headings[heading] for heading in order]
    helped = view.tables["help"]
    sums = [f"{'' if whole else 'at least '}£{cost:,}" for cost, whole in held.values()]
    picture = frame.picture(
        lambda width: charts.published_spend(helped, held, labels=labels, width=width),
        says=". ".join(f"{label}: {cost}" for label, cost in zip(labels, sums, strict=True)),
    )
    table = pd.DataFrame(
        {"label": labels, "pupils": [_having(helped, heading) for heading in order], "cost": sums}
    )
    columns = {"label": "Heading", "pupils": "Pupils", "cost": "A year"}
    return (
        title
        + told
        + picture
        + sure
        + frame.numbers(table, caption="Spend by heading", columns=columns)
    )


def _html(asked: Asked) -> str:
    """A question as the page shows it: its answer, its picture, how sure one can be, and the numbers."""
    title, told = (
        frame.heading(asked.question),
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
        else frame.picture(
            lambda width: charts.published_rates(
                figures.shown,
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
            says=". ".join(_said(*row) for row in rows),
            key=asked.key,
        )
    )
    table = pd.DataFrame(rows, columns=list(HEADS))
    held = frame.numbers(table, caption=figures.caption, columns={name: name for name in HEADS})
    return title + told + picture + frame.note(asked.sure) + held


def _said(label: str, pupils: str, these: str, percent: str, likely: str) -> str:
    """A row of a picture for those who do not see it.

    >>> _said("English", "20", "11", "55 %", "34 to 74 %"), _said("Science", "hidden", "hidden", "hidden", "hidden")
    ('English: 55 %, 11 of 20, likely 34 to 74 %', 'Science: hidden')
    """
    return (
        f"{label}: {percent}, {these} of {pupils}, likely {likely}"
        if percent.endswith("%")
        else f"{label}: {percent}"
    )


def _listed(sentences: Sequence[str]) -> str:
    """An answer: its first sentence large, and what stands behind it as lines below."""
    first, *others = sentences
    items = "".join(f"<li>{frame.words(sentence)}</li>" for sentence in others)
    return frame.answer(first) + (f"<ul>{items}</ul>" if items else "")


def _lead_of_progress(pairs: Mapping[str, tuple[pd.Series, pd.Series]]) -> str:
    """In which subjects pupils with SEN make the gain less or more often than others, in a sentence."""
    known = {subject: pair for subject, pair in pairs.items() if all(map(_rateable, pair))}
    less = [subject for subject, pair in known.items() if _points(*pair)[2] < 0]
    more = [subject for subject, pair in known.items() if _points(*pair)[1] > 0]
    parts = [
        f"{often} often than others in {_joined(some)}"
        for often, some in (("less", less), ("more", more))
        if some
    ]
    if not known:
        return _not_shown([sen for sen, _ in pairs.values()])
    if not parts:
        return "Between pupils with SEN and others there is no gap larger than chance could make."
    return f"Pupils with SEN make the expected gain {', and '.join(parts)}, by more than chance would make."


def _lead_of_england(sen: Mapping[str, object], words: Words) -> str:
    """In which subjects pupils with SEN stand higher or lower than in England, in a sentence."""
    held = {
        subject: row
        for subject, row in sen.items()
        if (subject, "SEN") in words.england and not pd.isna(row.percent)
    }
    if all(not row.reason and row.pupils == 0 for row in sen.values()):
        return NOBODY
    if not held:
        if any(side == "SEN" for _, side in words.england):
            return TOO_FEW
        rates = [
            f"{row.percent} % in {subject}"
            for subject, row in sen.items()
            if not pd.isna(row.percent)
        ]
        here = f"Of pupils with SEN, {_joined(rates)}. " if rates else ""
        if words.no_start:
            return f"{here}No figure of England is held for {words.summer}."
        return f"{here}No figure is held for all pupils with SEN in England together."
    verdicts = {
        subject: _verdict(row, words.england[subject, "SEN"][0]) for subject, row in held.items()
    }
    sure = "by more than chance would make,"
    told = {
        "lower": f"lower, {sure}",
        "not clear": "no clear difference",
        "higher": f"higher, {sure}",
    }
    parts = [
        (said, [subject for subject, found in verdicts.items() if found == verdict])
        for verdict, said in told.items()
    ]
    return f"Beside pupils with SEN in England: {'; '.join(f'{said} in {_joined(some)}' for said, some in parts if some)}."


def _lead_of_absence(sen: pd.Series, others: pd.Series) -> str:
    if not (_rateable(sen) and _rateable(others)):
        return NOBODY_RECORDED if _not_shown([sen]) == NOBODY else TOO_FEW
    _, low, high = _points(sen, others)
    if low <= 0 <= high:
        return (
            "Pupils with SEN and others miss about as much: chance alone could make the difference."
        )
    which, much = ("Yes", "more") if low > 0 else ("No", "less")
    return f"{which}, they miss {much} than others, by more than chance would make."


def _lead_of_attendance(low: pd.Series, high: pd.Series) -> str:
    if not (_rateable(low) and _rateable(high)):
        return _not_shown([low, high])
    points, least, most = _points(high, low)
    if least <= 0 <= most:
        return "One cannot tell: between those who attend least and most, chance alone could make the difference."
    often = "less" if points > 0 else "more"
    return f"Pupils with SEN who attend least move on {often} often than those who attend most, by more than chance would make."


def _joined(names: Sequence[str]) -> str:
    """Names as one says them.

    >>> _joined(["English", "Mathematics", "Science"]), _joined(["English"])
    ('English, Mathematics and Science', 'English')
    """
    *first, last = names
    return f"{', '.join(first)} and {last}" if first else last


def _known(words: Words) -> str:
    """Of whom it is said, where some are left out because their attendance is not known."""
    return " on roll whose attendance is known" if words.recorded else " on roll"


def _key(mark: str) -> str:
    shapes = "Round: pupils with SEN. Diamond: pupils without."
    return f"{shapes} Stroke: {mark}." if mark else shapes


def _none_on_roll(view: View) -> bool:
    """Whether the tables show that nobody on roll has SEN."""
    return view.tables["absence"].value(side="SEN", attendance="all") == 0


def _nobody(shown: PublishedTable) -> bool:
    """Whether a table shows that it counts nobody."""
    return set(shown.counts) == {0}


def _not_shown(rows: Sequence[pd.Series]) -> str:
    """Why there is no rate to speak of: nobody is there, or what is there is hidden or too little to lay side by side."""
    return NOBODY if all(not row.reason and row.pupils == 0 for row in rows) else TOO_FEW


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
    return f"{what}: {row.reached:,} of {row.pupils:,}, {row.percent} % (likely {row.low} to {row.high} %).{few}"


def _beside(what: str, one: pd.Series, other: pd.Series) -> str:
    """Pupils with SEN beside the others, and whether chance alone could make the gap."""
    if one.reason:
        return f"{what}: hidden for pupils with SEN."
    if not one.pupils:
        return f"{what}: there are no pupils with SEN to count."
    first = _rate(f"{what}, with SEN", one)
    if not _rateable(other):
        return first
    return f"{first} Without SEN {other.percent} %: {_gap(one, other)}"


def _beside_england(row, at: tuple[str, str], words: Words) -> str:
    """One rate beside England's; of pupils without SEN only where there is no figure of England for those with SEN."""
    subject, side = at
    if side == "no SEN" and (subject, "SEN") in words.england:
        return ""
    if at not in words.england:
        return _rate(row.label, row)
    figure, year = words.england[at]
    if row.reason or not row.pupils:
        return _rate(row.label, row)
    verdict = _verdict(row, figure)
    sure = (
        "no clear difference" if verdict == "not clear" else f"{verdict} here, by more than chance"
    )
    return f"{_rate(row.label, row)} England {rounded(figure)} % ({year}): {sure}."


def _verdict(row, figure: float) -> str:
    """Whether a published rate is higher or lower than a figure held for others, or not clear."""
    return compared(pd.Series([float(row.low)]), pd.Series([float(row.high)]), pd.Series([figure]))[
        0
    ]


def _points(one: pd.Series, other: pd.Series) -> tuple[float, float, float]:
    """The gap of two published rates with its interval, from their counts."""
    counts = pd.DataFrame(
        [(one.reached, one.pupils), (other.reached, other.pupils)], columns=["reached", "pupils"]
    ).astype("int64")
    first, second = (row for _, row in wilson(counts["reached"], counts["pupils"]).iterrows())
    return independent(first, second)


def _gap(one: pd.Series, other: pd.Series) -> str:
    _, low, high = _points(one, other)
    size = points_apart(*(100 * row.reached / row.pupils for row in (one, other)))
    if size == "0":
        return "no gap."
    sure = "more than chance would make" if low > 0 or high < 0 else "chance alone could make that"
    return f"{in_points(size)} apart, {sure}."


def open_page() -> GovernorsPage:
    """The page over the school that lies open."""
    return GovernorsPage(open_desk())
