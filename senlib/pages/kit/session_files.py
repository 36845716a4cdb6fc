"""The files of a session: slides, a running order, handouts and cards, made from the activities that were chosen."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from senlib.exports import slides, word
from senlib.exports.about import About
from senlib.exports.bundle import File
from senlib.pages.kit import layout
from senlib.pages.kit.session_charts import PICTURES
from senlib.school.school import School
from senlib.text import joined
from senlib.workbook import sessions
from senlib.workbook.sessions import Activity

# Said on every file: what the pupils in it are, and that no count in it is left out.
HIDDEN = "Nothing was hidden: the figures are those of a sample school, and the forms are blank."


def running_order(chosen: Sequence[Activity], *, between: str = "") -> str:
    """The activities with their times, and who does what in each, as HTML.

    >>> "0:00 to 0:20" in running_order([sessions.activities()["sort"]])
    True
    """
    if not chosen:
        return layout.note(
            "No activity is chosen. Add one above, or put the plan back as it came."
        )
    items = "".join(_item(one) for one in sessions.timed(chosen))
    after = (
        f"<h4>Until you meet again</h4><p>{layout.escape(between)}</p>"
        if between
        else ""
    )
    return f'{layout.heading("The running order", level=3)}<ol class="sl-tasks">{items}</ol>{after}'


def _item(one: sessions.Timed) -> str:
    activity = one.activity
    times = f"{sessions.clock(one.begins)} to {sessions.clock(one.ends)}"
    head = f"<strong>{times}. {layout.escape(activity.title)}</strong>"
    if not activity.unit:
        return f"<li>{head}</li>"
    lines = "".join(
        f"<p><strong>{words}.</strong> {layout.escape(text)}</p>"
        for words, text in _who_does_what(activity, notes="For you alone")
    )
    return (
        f"<li>{head} <span>({layout.escape(activity.unit)})</span>"
        f"<details><summary>Who does what</summary>{lines}</details></li>"
    )


def _who_does_what(activity: Activity, *, notes: str) -> list[tuple[str, str]]:
    """What the leader and the participants do, what is given out, and the leader's notes under this heading."""
    lines = [
        ("You", activity.leader),
        ("They", activity.participants),
        ("Give out", gives_out(activity)),
        (notes, activity.notes),
    ]
    return [(words, text) for words, text in lines if text]


def gives_out(activity: Activity) -> str:
    """What is given out for an activity, in words; '' where that is nothing.

    >>> gives_out(sessions.activities()["sort"]), gives_out(sessions.activities()["flow"])
    ('The card sort (to cut out)', 'Does it need a plan of its own?')
    """
    parts, packs = sessions.parts_of([activity]), sessions.packs_of([activity])
    titles = [part.title for part in parts]
    titles += [f"{pack.title} (to cut out)" for pack in packs]
    return "; ".join(titles)


def in_minutes(count: int) -> str:
    """How long an activity takes.

    >>> in_minutes(1), in_minutes(20)
    ('1 minute', '20 minutes')
    """
    return "1 minute" if count == 1 else f"{count} minutes"


def session_files(
    chosen: Sequence[Activity], *, between: str, about: About, school: School
) -> list[File]:
    """The files of a session: slides and a running order, handouts and cards where it has any. `school` is a sample.

    Raises ValueError where the school is none: a file that goes round a room shows nobody's pupils.
    """
    if not school.sample:
        raise ValueError("slides and handouts are made of a sample school alone")
    total = in_minutes(sessions.total(chosen))
    files = [
        File(
            name="Slides.pptx",
            content=slides.deck(
                slides_of(chosen, between=between, school=school), about=about
            ),
            says=f"One slide for each activity, {total} in all, with notes and times for the speaker.",
        ),
        File(
            name="Running order.docx",
            content=word.document(order_pieces(chosen, between=between), about=about),
            says="For the leader: times, who does what, what to give out.",
        ),
        *_handouts(chosen, about=about),
        *_cards(chosen, about=about),
    ]
    return [replace(file, hidden=HIDDEN) for file in files]


def _handouts(chosen: Sequence[Activity], *, about: About) -> Iterator[File]:
    """One file with every form that is given out, blank; none where nothing is."""
    parts = sessions.parts_of(chosen)
    if parts:
        titles = "; ".join(part.title for part in parts)
        yield File(
            name="Handouts.docx",
            content=word.document(
                [word.Copy(part=part) for part in parts],
                about=about,
                heading="Handouts",
                apart=True,
            ),
            says=f"Blank, to write in by hand: {titles}.",
        )


def _cards(chosen: Sequence[Activity], *, about: About) -> Iterator[File]:
    for pack in sessions.packs_of(chosen):
        titled = replace(about, title=f"{pack.title}. {about.title}")
        yield File(
            name=f"{pack.title}.docx",
            content=word.cards(pack, about=titled),
            says="To print and cut out, a pack for each group.",
        )


def order_pieces(chosen: Sequence[Activity], *, between: str) -> list[word.Piece]:
    """The running order as a table, across the page."""
    rows = [
        (
            f"{sessions.clock(one.begins)} to {sessions.clock(one.ends)}",
            joined(one.activity.title, one.activity.unit, sep="\n"),
            joined(one.activity.leader, one.activity.notes, sep="\n"),
            one.activity.participants,
            gives_out(one.activity),
        )
        for one in sessions.timed(chosen)
    ]
    table = word.TableBlock(
        heading="The running order",
        heads=["When", "Activity", "The leader", "Everyone", "Give out"],
        rows=rows,
        weights=(1.1, 2, 3.6, 2.8, 2),
        wide=True,
    )
    if not between:
        return [table]
    return [
        table,
        word.TextBlock(heading="Until you meet again", text=between, wide=True),
    ]


def slides_of(
    chosen: Sequence[Activity], *, between: str, school: School
) -> list[slides.Slide]:
    """What the session holds, then a slide for each activity with its notes, then what is to be done until the next meeting."""
    agenda = [
        f"{one.activity.title} ({in_minutes(one.activity.minutes)})"
        for one in sessions.timed(chosen)
    ]
    first = slides.Slide(
        title="What we will do",
        lines=agenda,
        notes="Say when the breaks are and when you end.",
    )
    deck = [first]
    deck += [slide_of(activity, school=school) for activity in chosen]
    if between:
        deck.append(
            slides.Slide(
                title="Until we meet again",
                lines=[between],
                notes="Ask everyone to write it into their diary now.",
            )
        )
    return deck


def slide_of(activity: Activity, *, school: School) -> slides.Slide:
    """The slide of one activity; with a chart of the sample school, and its figures in words, where it has one."""
    notes = "\n".join(
        f"{words}: {text}" for words, text in _who_does_what(activity, notes="Note")
    )
    slide = slides.Slide(
        title=activity.title,
        lines=activity.lines,
        notes=notes,
        minutes=activity.minutes,
    )
    figure = PICTURES[activity.chart](school) if activity.chart else None
    if figure is None:
        return slide
    source = f"Source: {school.name}. Sample data: nobody here is real."
    return replace(
        slide,
        lines=[figure.caption, *activity.lines],
        notes=f"{notes}\nThe chart: {figure.chart.says} {source}",
        chart=figure.chart,
    )
