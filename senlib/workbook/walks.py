"""Walks: the flow chart of Task 7 gone through for the pupils and groups of a class, and the chart that a school draws itself."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass

from senlib.text import written_day
from senlib.workbook.flow_chart import FlowChart, Trail, nodes_from, walk
from senlib.workbook.forms import copies, place
from senlib.workbook.page_forms import load
from senlib.workbook.store import Answers, AnswersByForm

CHART, OWN, CLASS, WHO = "task7.chart", "task7.own_chart", "task7.class", "task7.who"

# What is to be filled in where a box counts as a plan of its own.
IEP = "task6.iep"

# What a box may count as, in a school's own words for it.
SUMS = (
    ("", "Nothing of its own"),
    ("annotation", "A note on the class plan"),
    ("plan", "A plan of its own, such as an IEP"),
)

# With this begins the key of a group, and no pupil's number.
GROUP = "own."

# What is kept of a pupil for whom a class's chart is walked; of a group, its name is.
PUPIL = "pupil"


@dataclass(frozen=True)
class Walked:
    """A walk for one pupil or group: the class's key and what it was for, who (a pupil's number or a group's key), and the trail."""

    of_class: str
    class_name: str
    subject: str
    date: str
    who: str
    group: str
    trail: Trail


def booklet_chart() -> FlowChart:
    """The chart as the booklet has it."""
    return load("task7_planning").part(CHART, FlowChart)


def own_chart(drawing: Answers) -> FlowChart | None:
    """The chart that the school has drawn, from the latest values of the form OWN; None where it has drawn none.

    >>> own_chart({}) is None
    True
    """
    if not drawing.get("nodes"):
        return None
    booklet = booklet_chart()
    nodes = [
        box | {"leads_to": IEP if box.get("counts_as") == "plan" else ""}
        for box in json.loads(drawing["nodes"])
    ]
    return FlowChart(
        key=OWN,
        title="Our own chart",
        unit=booklet.unit,
        each=booklet.each,
        start=drawing["start"],
        nodes=nodes_from(nodes),
    )


def chart_values(
    *, nodes: Sequence[Mapping[str, str]], start: str, own: int
) -> Answers:
    """A chart that the school has drawn as it is kept under the form OWN; `own` is the highest number it has given a box.

    >>> own_chart(chart_values(nodes=boxes(booklet_chart()), start="q1", own=0)).start
    'q1'
    """
    return {
        "nodes": json.dumps(list(nodes), ensure_ascii=False),
        "start": start,
        "own": str(own),
    }


def boxes(chart: FlowChart) -> list[dict[str, str]]:
    """A chart's boxes as plain tables, the shape of `nodes_from`.

    >>> nodes_from(boxes(booklet_chart())) == dict(booklet_chart().nodes)
    True
    """
    return [asdict(node) for node in chart.nodes.values()]


def trail_form(chart: FlowChart, *, of_class: str, who: str) -> str:
    """The form under which the answers of one walk are kept.

    >>> trail_form(booklet_chart(), of_class="own.1", who="0123")
    'task7.chart/own.1/0123'
    """
    return place(chart.key, of=f"{of_class}/{who}")


def walked(
    answers: AnswersByForm,
    *,
    chart: FlowChart,
    of_class: str | None = None,
    who: str | None = None,
) -> list[Walked]:
    """The walks through a chart, of one class or for one pupil if wished, from the latest values of all forms.

    Everyone whom a class's list names is there, whether or not a question has been answered for them.
    """
    walks = []
    for key, on_list in sorted(copies(answers, WHO).items()):
        about = answers.get(place(CLASS, of=key), {})
        is_of_chart = (about.get("chart") == "own") == (chart.key == OWN)
        if not is_of_chart or of_class not in (None, key):
            continue
        for one, value in on_list.items():
            if value and who in (None, one):
                form = trail_form(chart, of_class=key, who=one)
                walks.append(
                    Walked(
                        of_class=key,
                        class_name=about.get("class", ""),
                        subject=about.get("subject", ""),
                        date=about.get("date", ""),
                        who=one,
                        group="" if value == PUPIL else value,
                        trail=walk(chart, answers.get(form, {})),
                    )
                )
    return walks


def groups(answers: AnswersByForm) -> Answers:
    """The groups that are on the list of some class: key and name.

    >>> groups({"task7.who/own.1": {"0123": PUPIL, "own.2": "Table four", "own.3": ""}})
    {'own.2': 'Table four'}
    """
    names: dict[str, str] = {}
    for on_list in copies(answers, WHO).values():
        for who, name in on_list.items():
            if who.startswith(GROUP) and name:
                names[who] = name
    return names


# What the walks of a class come to, and how many of them do, as a sentence has it.
_COMES_TO = {
    "annotation": "only an annotation of the class plan",
    "nothing more": "no further planning",
    "plan": "an IEP or a group plan",
}


def summed_up(walks: Sequence[Walked]) -> str:
    """What the walks of a class come to, in a sentence.

    >>> summed_up([])
    'Nobody is on the list of this class yet.'
    """
    if not walks:
        return "Nobody is on the list of this class yet."
    trails = [one.trail for one in walks]
    done = [trail.comes_to for trail in trails if trail.done]
    left = len(walks) - len(done)
    if not done:
        return f"{len(walks)} on the list; the chart has not been walked to its end for anyone yet."
    parts = []
    for what, words in _COMES_TO.items():
        count = done.count(what)
        if count:
            parts.append(f"{count} need{'s' if count == 1 else ''} {words}")
    whom = "pupil or group" if len(done) == 1 else "pupils and groups"
    verb = "is" if left == 1 else "are"
    rest = f" {left} {verb} still on the way." if left else ""
    return f"Of {len(done)} {whom}, {', '.join(parts)}.{rest}"


def class_name(about: Answers) -> str:
    """A class as one names it.

    >>> class_name({"class": "8B", "subject": "Mathematics", "date": "2005-03-08"}), class_name({})
    ('8B, Mathematics, 8 March 2005', 'A class without a name')
    """
    day = written_day(about.get("date", ""))
    parts = (about.get("class", ""), about.get("subject", ""), day)
    return ", ".join(filter(None, parts)) or "A class without a name"


def to_do(one: Walked) -> str:
    """What a walk has come to: the short names of the boxes that say what to do."""
    steps = [node for node in one.trail.nodes if node.kind != "question"]
    return "; ".join(node.label or node.text for node in steps)


def asks(one: Walked) -> str:
    """Whether a walk has come to its end, or which question it waits at."""
    if one.trail.done:
        return "Done"
    question = one.trail.asks
    return f"At: {question.label}" if question else "The chart leads no further"
