"""Makes example answers for the two sample schools: a provision map of about three in five of their pupils with SEN.

Run `python data/sample/generate_workbook.py` in the workbook's environment: it writes the same files, byte for byte, each time.
Nobody in them is real. What is given, to how many, for how many hours and at what cost are assumptions throughout, made to look
ordinary and to tell the story in README.md; nobody should quote them.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np
import pandas as pd

from senlib import open_sample
from senlib.measures.groups import NOT_KNOWN, has_sen
from senlib.measures.provision import standing
from senlib.school.school import School
from senlib.workbook import portable
from senlib.workbook.forms import answer_key, place
from senlib.workbook.page_forms import load
from senlib.workbook.store import Placed

SEED = 1
GRID = "task5.provision"
CHALLENGE = "literacy.challenge"

Random = np.random.Generator


@dataclass(frozen=True)
class Thing:
    """Something that pupils can be given: whose job it is, for how many hours a week, and what it costs.

    `an_hour` is what one hour a week costs in a year for one pupil, less where a group shares it; `cost` is a sum apart from hours.
    In pounds of 2005.
    """

    role: str
    hours: tuple[float, ...] = ()
    an_hour: int = 0
    cost: int = 0


@dataclass(frozen=True)
class Story:
    """How one school's answers are made: when, by whom the help is given, and how many pupils the story needs."""

    written: datetime
    staff: Mapping[str, tuple[str, ...]]
    prices: float  # beside those of 2005
    challenge: Mapping[
        str, int
    ]  # pupils in the programme, by how they stand in English
    stuck_with_nothing: int
    stuck_with_much: int


# An assistant alone with a pupil: 38 weeks at £9; a group shares it among four or five.
THINGS = {
    "curriculum.teacher": Thing("teacher"),
    "curriculum.assistant": Thing("assistant", (2, 3, 4, 6), an_hour=340),
    "curriculum.iep": Thing("senco"),
    "curriculum.group": Thing("assistant", (1, 1.5, 2), an_hour=150),
    "curriculum.mentor": Thing("mentor", (0.5, 1), an_hour=380),
    "literacy.guided": Thing("teacher"),
    "literacy.specialist": Thing("specialist", (1, 1.5, 2), an_hour=620),
    "literacy.computer": Thing("librarian", (1, 1.5), an_hour=120),
    "literacy.lunchtime": Thing("librarian", (0.5, 1), an_hour=150),
    "literacy.resources": Thing("assistant", cost=150),
    "literacy.language": Thing("specialist", (1, 1.5), an_hour=240),
    "literacy.progress": Thing("teacher", (1.5, 2, 2.5), an_hour=260),
    CHALLENGE: Thing("librarian", (1, 1.5), an_hour=180),
    "numeracy.assistant": Thing("assistant", (1, 1.5, 2), an_hour=340),
    "numeracy.software": Thing("assistant", (0.5, 1), cost=160),
    "numeracy.resources": Thing("assistant", cost=150),
    "numeracy.challenge": Thing("teacher", (1, 1.5), an_hour=260),
    "behaviour.report": Thing("tutor"),
    "behaviour.counsellor": Thing("counsellor", (0.5, 1), an_hour=700),
    "behaviour.mentor": Thing("mentor", (1, 1.5, 2), an_hour=320),
    "behaviour.plan": Thing("tutor", (0.5,), an_hour=400),
    "extra_curricular.homework": Thing("librarian", (1, 2), an_hour=150),
    "extra_curricular.club": Thing("assistant", (1,), an_hour=150),
    "community.contact": Thing("tutor"),
    "school_staff.key_adult": Thing("mentor", (0.5, 1), an_hour=340),
    "school_staff.nurse": Thing("nurse"),
    "external.psychologist": Thing("psychologist", cost=420),
    "external.therapist": Thing("therapist", (0.5,), an_hour=900),
    "external.advisory": Thing("advisory", (0.5, 1), an_hour=800),
}

# What pupils with a need get, the likeliest first; those with another need, or none that is recorded, get the last.
FOR_NEED = {
    "SPLD": (
        "literacy.specialist",
        "literacy.resources",
        "literacy.computer",
        "literacy.guided",
        "literacy.progress",
    ),
    "SLCN": (
        "literacy.language",
        "literacy.progress",
        "external.therapist",
        "literacy.guided",
    ),
    "MLD": (
        "literacy.progress",
        "numeracy.challenge",
        "curriculum.group",
        "numeracy.resources",
        "numeracy.assistant",
    ),
    "BESD": (
        "behaviour.mentor",
        "behaviour.report",
        "school_staff.key_adult",
        "behaviour.counsellor",
        "behaviour.plan",
    ),
    "ASD": (
        "school_staff.key_adult",
        "external.advisory",
        "curriculum.teacher",
        "extra_curricular.club",
    ),
    "": (
        "curriculum.teacher",
        "external.advisory",
        "numeracy.software",
        "literacy.lunchtime",
        "school_staff.nurse",
    ),
}
FOR_NEED["SEMH"] = FOR_NEED["BESD"]
LITERACY_NEEDS = ("SPLD", "SLCN")

# Beside what belongs to the need: the share of pupils with help who have it.
FOR_ANYBODY = {
    "curriculum.iep": 0.30,
    "extra_curricular.homework": 0.10,
    "community.contact": 0.12,
}
# With a statement, or an education, health and care plan.
FOR_A_PLAN = ("curriculum.assistant", "external.psychologist")
# What those have more who have much and do not move.
MUCH = (
    "curriculum.assistant",
    "curriculum.mentor",
    "literacy.progress",
    "numeracy.assistant",
    "extra_curricular.homework",
)

HELPED = 0.60  # share of the pupils with SEN on roll
LITERACY_HELPED = 0.85  # the same of those with a need in literacy or language
BLANK = {"initials": 0.08, "hours": 0.06, "cost": 0.15}
LEAST_COST, MOST_COST = 150, 4500

STORIES = {
    "levels": Story(
        written=datetime(2005, 3, 21, 14, 0, tzinfo=UTC),
        staff={
            "teacher": ("HB", "RJM", "SO", "PD"),
            "assistant": ("JT", "LW", "AK", "MCH"),
            "specialist": ("EFR",),
            "librarian": ("GN", "TY"),
            "mentor": ("DB", "KS"),
            "tutor": ("IM", "CV", "NP", "RL", "WA"),
            "senco": ("FH",),
            "counsellor": ("BQ",),
            "nurse": ("OL",),
            "psychologist": ("VZ",),
            "therapist": ("YE",),
            "advisory": ("UT", "XG"),
        },
        prices=1.0,
        challenge={"stuck": 13, "moving": 12, NOT_KNOWN: 9},
        stuck_with_nothing=5,
        stuck_with_much=4,
    ),
    "gcse": Story(
        written=datetime(2025, 3, 17, 14, 0, tzinfo=UTC),
        staff={
            "teacher": ("AO", "JFL", "SB", "TK"),
            "assistant": ("MP", "RE", "NW", "ZA", "CD"),
            "specialist": ("LH",),
            "librarian": ("KJ", "PU"),
            "mentor": ("BO", "ET"),
            "tutor": ("DG", "HY", "IS", "VM", "FN"),
            "senco": ("GC",),
            "counsellor": ("OR",),
            "nurse": ("WJ",),
            "psychologist": ("XB",),
            "therapist": ("QL",),
            "advisory": ("YD", "UF"),
        },
        prices=2.0,
        challenge={"stuck": 24, "moving": 8, NOT_KNOWN: 6},
        stuck_with_nothing=12,
        stuck_with_much=5,
    ),
}


def answers(rng: Random, school: School, story: Story) -> tuple[Placed, ...]:
    """What the SENCO of a school wrote one afternoon: a pupil a minute, in the order of the register."""
    given = things_given(rng, pupils_with_sen(school), story)
    written = []
    for minute, (pupil, things) in enumerate(given.items()):
        cells = {
            answer_key(row=f"{GRID}.{thing}", column=column): value
            for thing in in_grid_order(things)
            for column, value in row(rng, THINGS[thing], story).items()
        }
        for second, (field, value) in enumerate(cells.items()):
            at = story.written + timedelta(minutes=minute, seconds=second)
            written.append(
                Placed(form=place(GRID, of=pupil), field=field, value=value, at=at)
            )
    return tuple(written)


def pupils_with_sen(school: School) -> pd.DataFrame:
    """Those on roll, in the order of the register, and how they stand; older pupils than are tracked stand as not known."""
    pupils = school.pupils
    pupils = pupils[
        has_sen(pupils["sen_provision"], framework=school.framework)
        & (pupils["on_roll"] == "Y")
    ]
    people = pupils[["pupil_id", "sen_provision", "need"]]
    for column, subject in (("overall", None), ("english", "English")):
        stands = standing(school, subject=subject).set_index("pupil_id")["standing"]
        people = people.assign(
            **{column: people["pupil_id"].map(stands).fillna(NOT_KNOWN)}
        )
    return people.reset_index(drop=True)


def things_given(
    rng: Random, people: pd.DataFrame, story: Story
) -> dict[str, set[str]]:
    """For each pupil who has any help, what it is."""
    mixed = people.iloc[rng.permutation(len(people))]
    by_english = [
        first(mixed, mixed["english"] == stands, count)
        for stands, count in story.challenge.items()
    ]
    in_challenge = [pupil for pupils in by_english for pupil in pupils]
    stuck, challenged = (
        mixed["overall"] == "stuck",
        mixed["pupil_id"].isin(in_challenge),
    )
    with_nothing = first(mixed, stuck & ~challenged, story.stuck_with_nothing)
    with_much = first(mixed, stuck & challenged, story.stuck_with_much)
    helped = chosen(mixed, in_challenge, with_nothing)
    given = {}
    for pupil in people[people["pupil_id"].isin(helped)].itertuples():
        things = own_things(rng, pupil)
        things |= {CHALLENGE} if pupil.pupil_id in in_challenge else set()
        given[pupil.pupil_id] = things | set(
            MUCH if pupil.pupil_id in with_much else ()
        )
    return given


def first(people: pd.DataFrame, which: pd.Series, count: int) -> list[str]:
    found = people.loc[which, "pupil_id"].head(count).tolist()
    assert len(found) == count, "the school has too few such pupils for the story"
    return found


def chosen(
    people: pd.DataFrame, in_challenge: list[str], with_nothing: list[str]
) -> set[str]:
    """Who has help: those in the programme, most of those with a need in literacy or language, and others up to the share."""
    open_to_choice = people[~people["pupil_id"].isin([*in_challenge, *with_nothing])]
    literate = open_to_choice[open_to_choice["need"].isin(LITERACY_NEEDS)]["pupil_id"]
    literate = literate.head(round(LITERACY_HELPED * len(literate)))
    others = open_to_choice[~open_to_choice["need"].isin(LITERACY_NEEDS)]["pupil_id"]
    room = round(HELPED * len(people)) - len(in_challenge) - len(literate)
    return {*in_challenge, *literate, *others.head(room)}


def own_things(rng: Random, pupil) -> set[str]:
    """What a pupil has for the need, one thing or two, and what anybody may have."""
    possible = FOR_NEED.get(pupil.need, FOR_NEED[""])
    likely = np.arange(len(possible), 0, -1)
    things = set(
        rng.choice(
            possible, rng.choice((1, 1, 2)), replace=False, p=likely / likely.sum()
        ).tolist()
    )
    things |= {thing for thing, share in FOR_ANYBODY.items() if rng.random() < share}
    return things | set(
        FOR_A_PLAN[: rng.integers(1, 3)] if pupil.sen_provision in ("S", "E") else ()
    )


def row(rng: Random, thing: Thing, story: Story) -> dict[str, str]:
    """One row of a pupil's map by column; what was left blank is not in it."""
    hours = float(rng.choice(thing.hours)) if thing.hours else 0.0
    cost = story.prices * (thing.cost + thing.an_hour * hours) * rng.uniform(0.9, 1.1)
    cost = min(max(int(round(cost, -1)), LEAST_COST), MOST_COST) if cost else 0
    held = {
        "initials": str(rng.choice(story.staff[thing.role])),
        "hours": f"{hours:g}",
        "cost": str(cost),
    }
    kept = {
        column: value
        for column, value in held.items()
        if rng.random() >= BLANK[column] and value != "0"
    }
    return {"given": "yes"} | kept


def in_grid_order(things: set[str]) -> list[str]:
    """Things in the order of the grid's rows, as one fills it in from the top."""
    keys = [
        line.key.removeprefix(f"{GRID}.")
        for line in load("task5_interventions").part(GRID).rows
    ]
    return sorted(things, key=keys.index)


def main(folder: Path) -> None:
    """Write both schools' workbook.json into folders of `folder`."""
    for number, (name, story) in enumerate(STORIES.items(), start=1):
        written = answers(
            np.random.default_rng([SEED, number]), open_sample(name), story
        )
        made = portable.Export(
            workbook=name, made_at=story.written + timedelta(hours=4), answers=written
        )
        (folder / name).mkdir(parents=True, exist_ok=True)
        (folder / name / "workbook.json").write_bytes(portable.to_bytes(made) + b"\n")


if __name__ == "__main__":
    main(Path(__file__).parent)
