"""What the front page says of the work: how far each Task is, what to begin next, and what is due."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from html import escape

from senlib.pages.kit import layout
from senlib.pages.kit.site import page_of
from senlib.text import day
from senlib.workbook.plan import Action, coming, overdue
from senlib.workbook.progress import Progress


def tasks_list(tasks: Sequence[Progress]) -> str:
    """Each Task: its name, its question, and in how many of its parts something is written."""
    items = ""
    for task in tasks:
        page = page_of(task.stem)
        how_far = (
            f"{task.begun} of {task.parts} parts begun" if task.begun else "not begun"
        )
        items += (
            f'<li><a href="{layout.address(page.stem)}">{escape(page.name)}</a> '
            f'<span class="sl-badge">{how_far}</span><br>{escape(page.question)}</li>'
        )
    return f'<ol class="sl-tasks">{items}</ol>'


def first_step(tasks: Sequence[Progress]) -> str:
    """A button to the first Task in which nothing is written yet, or to the plan."""
    stem, words = "task8_working_smarter", "Next: go through the action plan"
    for task in tasks:
        if not task.begun:
            stem, words = task.stem, f"Begin {page_of(task.stem).name}"
            break
    return (
        f'<p><a class="sl-button" href="{layout.address(stem)}">{escape(words)}</a></p>'
    )


def what_is_due(
    actions: Sequence[Action], names: Mapping[str, str], *, today: date
) -> str:
    """The actions that are overdue, and those that are due within four weeks."""
    late, soon = overdue(actions, today=today), coming(actions, today=today)
    title = layout.heading("What is due?")
    if not actions:
        return title + layout.answer(
            "There are no actions yet. They come from what you write in the Tasks as something to do."
        )
    if not late and not soon:
        undated = sum(action.due is None and not action.done for action in actions)
        has = "has" if undated == 1 else "have"
        rest = f" {undated} still {has} no date." if undated else ""
        return title + layout.answer(
            f"Nothing is overdue, and nothing is due within four weeks.{rest}"
        )
    items = ""
    for action in (*late, *soon):
        about = (action.what, names.get(action.of, ""), action.values["owner"])
        late_or_not = "Overdue: " if action in late else ""
        assert action.due is not None  # what is overdue or coming has a date
        items += (
            f"<li><strong>{late_or_not}{day(action.due)}</strong>, "
            f"{escape(', '.join(filter(None, about)))}</li>"
        )
    counts = f"{len(late)} overdue, {len(soon)} due within four weeks."
    plan = layout.address("task8_working_smarter")
    return (
        title
        + layout.answer(counts)
        + f'<ul>{items}</ul><p><a href="{plan}">To the action plan (Task 8)</a></p>'
    )
