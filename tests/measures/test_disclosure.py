"""Disclosure: examples worked by hand, what must hold of any table, and a reader who knows the rule and tries to work counts out.

The reader is written apart from `senlib.measures.disclosure`: it knows the published tables, which sums hold, and the rule.
A cell counts once, in however many tables it stands.
"""

import copy
import dataclasses
import gc
import inspect
import itertools
import pickle
import random
import re
from fractions import Fraction

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from senlib.measures.disclosure import DisclosureError, PublishedTable, publish

# The reader ----------------------------------------------------------------------------------------------------------------

WHOLES = {"all", "pupils"}


class Reader:
    """Cells by name (the labels that are not the whole), what shows of each, and the sums that a reader knows.

    `counts` has what shows, None for what is hidden. A sum is (total, parts). Cells of a sum that are in no table are unknown.
    """

    def __init__(self, tables, totals, *, limit=5):
        self.limit = limit
        self.counts, sums = {}, set()
        for table in tables:
            names = [n for n in table.columns if n not in ("pupils", "reason")]
            for row in table.to_dict("records"):
                cell = self.name(row, names)
                count = None if pd.isna(row["pupils"]) else int(row["pupils"])
                assert self.counts.setdefault(cell, count) == count, (
                    "a cell shows in one table and not in another"
                )
                for column in names:
                    for total, parts in totals.get(column, {}).items():
                        if row[column] == total:
                            sums.add(
                                (
                                    cell,
                                    tuple(
                                        self.name({**row, column: part}, names)
                                        for part in parts
                                    ),
                                )
                            )
        self.sums = sorted(sums, key=str)
        self.unseen = sorted(
            {c for total, parts in sums for c in (total, *parts)} - set(self.counts),
            key=str,
        )

    @staticmethod
    def name(row, names):
        return tuple(sorted(f"{n}={row[n]}" for n in names if row[n] not in WHOLES))

    def equations(self, hidden):
        """What is left of the sums: {hidden cell: sign}, and the number to which they come."""
        for total, parts in self.sums:
            terms, right = {}, 0
            for cell, sign in [(total, -1), *((part, 1) for part in parts)]:
                if cell in hidden:
                    terms[cell] = terms.get(cell, 0) + sign
                else:
                    right -= sign * self.counts[cell]
            terms = {cell: sign for cell, sign in terms.items() if sign}
            if terms:
                yield terms, right

    def by_algebra(self):
        """Hidden and unseen cells that row reduction over the rationals determines, each with its value."""
        hidden = {cell for cell, count in self.counts.items() if count is None} | set(
            self.unseen
        )
        reduced = {}
        for terms, right in self.equations(hidden):
            row = {cell: Fraction(sign) for cell, sign in terms.items()} | {
                None: Fraction(right)
            }
            for pivot in [cell for cell in row if cell in reduced]:
                row = less(row, reduced[pivot], row[pivot])
            pivot = next((cell for cell in row if cell is not None), None)
            if pivot is not None:
                row = {cell: x / row[pivot] for cell, x in row.items()}
                reduced = {
                    cell: less(other, row, other[pivot]) if pivot in other else other
                    for cell, other in reduced.items()
                }
                reduced[pivot] = row
        return {
            pivot: int(row.get(None, 0))
            for pivot, row in reduced.items()
            if set(row) <= {pivot, None}
        }

    def by_bounds(self, truth, *, hidden=None):
        """Hidden cells, and unseen small ones, that can have one value only. `truth` merely says where to look for others first.

        Worlds are whole numbers from 0 with which every sum holds and where, of hidden cells that hang together, one is small.
        """
        if hidden is None:
            hidden = {cell for cell, count in self.counts.items() if count is None}
        small = {cell for cell in self.unseen if 1 <= truth[cell] <= self.limit}
        equations = list(self.equations(hidden | set(self.unseen)))
        settled = {}
        for component in components(hidden | set(self.unseen), equations):
            mine = [
                (terms, right) for terms, right in equations if set(terms) <= component
            ]
            rule = self.limit if component & hidden else None
            unknown = sorted(component & (hidden | small), key=str)
            while unknown:
                cell = unknown.pop()
                world = other_world(cell, component, mine, truth, rule)
                if world is None:
                    settled[cell] = truth[cell]
                else:
                    unknown = [c for c in unknown if world[c] == truth[c]]
        return settled


def less(row, other, times):
    """A row less so many times another, without the terms that fall out."""
    found = {
        cell: row.get(cell, 0) - times * other.get(cell, 0)
        for cell in row.keys() | other.keys()
    }
    return {cell: x for cell, x in found.items() if x}


def components(cells, equations):
    group = {cell: {cell} for cell in cells}
    for terms, _ in equations:
        union = set().union(*(group[cell] for cell in terms))
        for cell in union:
            group[cell] = union
    return list({id(members): members for members in group.values()}.values())


def other_world(cell, component, equations, truth, limit, *, most=10**4):
    """A world in which the cell is not what it is in truth, or None: every possibility is looked at, by bounds and branching."""
    of = {c: [] for c in component}
    for equation in equations:
        for c in equation[0]:
            of[c].append(equation)

    def narrowed(low, high, waiting):
        while waiting:
            terms, right = waiting.pop()
            least = (
                sum(s * (low[c] if s > 0 else high[c]) for c, s in terms.items())
                - right
            )
            greatest = (
                sum(s * (high[c] if s > 0 else low[c]) for c, s in terms.items())
                - right
            )
            if least > 0 or greatest < 0:
                return False
            for c, s in terms.items():
                # s * x lies within [s-term's least, its greatest] shifted by what the others leave.
                lo, hi = low[c], high[c]
                if s > 0:
                    new_hi, new_lo = lo + -least // s, hi - greatest // s
                else:
                    new_lo, new_hi = hi - -least // -s, lo + greatest // -s
                if new_lo > lo or new_hi < hi:
                    low[c], high[c] = max(lo, new_lo), min(hi, new_hi)
                    if low[c] > high[c]:
                        return False
                    waiting.extend(e for e in of[c] if e not in waiting)
                    least = (
                        sum(
                            k * (low[d] if k > 0 else high[d]) for d, k in terms.items()
                        )
                        - right
                    )
                    greatest = (
                        sum(
                            k * (high[d] if k > 0 else low[d]) for d, k in terms.items()
                        )
                        - right
                    )
        return True

    def solve(low, high):
        if limit and not any(low[c] <= limit and high[c] >= 1 for c in component):
            return None
        # As near to the truth as these bounds allow: is that a world? If not, some cell of a sum that is out has to move.
        world = {c: min(max(truth[c], low[c]), high[c]) for c in component}
        out = [
            terms
            for terms, right in equations
            if sum(s * world[c] for c, s in terms.items()) != right
        ]
        if not out and (not limit or any(1 <= x <= limit for x in world.values())):
            return world
        open_cells = [
            c for terms in out or [component] for c in terms if low[c] < high[c]
        ]
        if not open_cells:
            return None
        c = min(open_cells, key=lambda c: (high[c] - low[c], c))
        near = world[c]
        for new_low, new_high in [
            (near - 1,) * 2,
            (near + 1,) * 2,
            (near, near),
            (low[c], near - 2),
            (near + 2, high[c]),
        ]:
            if low[c] <= new_low <= new_high <= high[c]:
                lower, upper = {**low, c: new_low}, {**high, c: new_high}
                if narrowed(lower, upper, list(of[c])) and (
                    found := solve(lower, upper)
                ):
                    return found
        return None

    # First where no cell differs by more than 1 or 2, then everywhere.
    for reach in (1, 2, most):
        low, high = (
            {c: max(0, truth[c] - reach) for c in component},
            {c: min(most, truth[c] + reach) for c in component},
        )
        for new_low, new_high in [
            (truth[cell] - 1,) * 2,
            (truth[cell] + 1,) * 2,
            (low[cell], truth[cell] - 2),
            (truth[cell] + 2, high[cell]),
        ]:
            if low[cell] <= new_low <= new_high <= high[cell]:
                lower, upper = {**low, cell: new_low}, {**high, cell: new_high}
                if narrowed(lower, upper, list(equations)) and (
                    found := solve(lower, upper)
                ):
                    return found
    return None


# Schools -------------------------------------------------------------------------------------------------------------------

GROUPS = {
    "all": ["SEN", "no SEN", "not known"],
    "SEN": ["A", "P", "S"],
    "no SEN": ["N"],
}
TOTALS = {
    "cohort": {"all": [2003, 2004, 2005]},
    "group": GROUPS,
    "sex": {"all": ["F", "M"]},
    "fsm": {"all": ["Y", "N"]},
    "need": {"all": ["SLCN", "SEMH", "MLD", "none"]},
    "outcome": {"pupils": ["reached", "not reached"]},
}
# What one page may show side by side.
PAGES = [
    [["group", "outcome"]],
    [["cohort", "group"]],
    [["cohort", "sex"], ["cohort", "group"]],
    [["group", "outcome"], ["sex", "outcome"], ["need", "outcome"]],
    [["cohort", "group", "outcome"]],
    [["need", "fsm"], ["sex", "fsm"]],
    [["cohort", "fsm", "outcome"], ["cohort", "sex"]],
]


def random_pupils(rng):
    draw = {
        "cohort": lambda: rng.choice([2003, 2004, 2005]),
        "group": lambda: rng.choices(
            ["A", "P", "S", "N", "not known"], [14, 7, 4, 70, 3]
        )[0],
        "sex": lambda: rng.choice("FM"),
        "fsm": lambda: rng.choices("YN", [15, 85])[0],
        "need": lambda: rng.choices(["SLCN", "SEMH", "MLD", "none"], [8, 5, 4, 80])[0],
        "outcome": lambda: rng.choices(["reached", "not reached"], [6, 4])[0],
    }
    return pd.DataFrame(
        [
            {name: pick() for name, pick in draw.items()}
            for _ in range(rng.randint(8, 160))
        ]
    )


def view(pupils, columns, *, without=()):
    """Counts of pupils by these columns, with a row for each label and each total; without rows of the labels `without`."""

    def below(column, label):
        parts = TOTALS[column].get(label)
        return (
            {label}
            if parts is None
            else set().union(*(below(column, part) for part in parts))
        )

    leaves = pupils.value_counts(columns).to_dict()
    labels = [
        [*dict.fromkeys([*TOTALS[c], *itertools.chain(*TOTALS[c].values())])]
        for c in columns
    ]
    rows = []
    for row in itertools.product(*labels):
        within = [below(c, label) for c, label in zip(columns, row, strict=True)]
        number = sum(
            n
            for leaf, n in leaves.items()
            if all(x in w for x, w in zip(leaf, within, strict=True))
        )
        if not set(row) & set(without):
            rows.append((*row, number))
    return pd.DataFrame(rows, columns=[*columns, "pupils"])


def truth_of(tables, reader):
    """The true count of each cell of a reader, those that are in no table too."""
    truth = {}
    for table in tables:
        names = [n for n in table.columns if n != "pupils"]
        truth |= {
            reader.name(row, names): row["pupils"] for row in table.to_dict("records")
        }
    for _ in range(3):
        for total, parts in reader.sums:
            unknown = [c for c in (total, *parts) if c not in truth]
            if len(unknown) == 1:
                known = sum(truth[c] for c in parts if c in truth)
                truth[unknown[0]] = (
                    known if unknown[0] == total else truth[total] - known
                )
    return truth


def recovered(pupils, page, *, without=(), limit=5):
    """What a reader works out of a page of a school: by algebra, by bounds."""
    tables = {
        " ".join(columns): view(pupils, columns, without=without) for columns in page
    }
    published = publish(tables, totals=TOTALS, hide_up_to=limit)
    reader = Reader([shown.table for shown in published.values()], TOTALS, limit=limit)
    truth = truth_of(tables.values(), reader)
    assert all(count in (None, truth[cell]) for cell, count in reader.counts.items())
    assert not any(1 <= (count or 0) <= limit for count in reader.counts.values())
    asked = {c for c, count in reader.counts.items() if count is None} | {
        c for c in reader.unseen if 1 <= truth[c] <= limit
    }
    solved = {
        cell: value for cell, value in reader.by_algebra().items() if cell in asked
    }
    assert all(truth[cell] == value for cell, value in solved.items())
    return solved, reader.by_bounds(truth)


def test_the_reader_can_work_out_what_is_badly_hidden():
    """A reader who finds nothing anywhere would prove nothing."""
    totals = {"sex": {"all": ["F", "M"]}, "need": {"all": ["SLCN", "SEMH", "MLD"]}}
    table = pd.DataFrame({"sex": ["all", "F", "M"], "pupils": [23, 20, None]})
    reader = Reader([table], totals)
    assert reader.by_algebra() == {("sex=M",): 3} == reader.by_bounds({("sex=M",): 3})
    # SLCN and SEMH come to 2. With 0 and 2, or 2 and 0, all would be as it is; with a limit that hides 1 alone it would not.
    table = pd.DataFrame(
        {"need": ["all", "SLCN", "SEMH", "MLD"], "pupils": [22, None, None, 20]}
    )
    truth = {("need=SLCN",): 1, ("need=SEMH",): 1}
    assert (
        Reader([table], totals).by_algebra()
        == {}
        == Reader([table], totals).by_bounds(truth)
    )
    assert Reader([table], totals, limit=1).by_bounds(truth) == truth
    # Not by algebra, but by bounds: a and b come to 4, a and c to 0.
    table = pd.DataFrame(
        [
            ("all", "all", 4),
            ("F", "all", 4),
            ("M", "all", 0),
            ("all", "Y", 4),
            ("F", "Y", None),
            ("M", "Y", None),
        ],
        columns=["sex", "fsm", "pupils"],
    )
    found = Reader([table], {"sex": {"all": ["F", "M"]}}).by_bounds(
        {("fsm=Y", "sex=F"): 4, ("fsm=Y", "sex=M"): 0}
    )
    assert found == {}
    table = pd.DataFrame(
        [
            ("all", "all", 9),
            ("F", "all", 9),
            ("M", "all", 0),
            ("all", "Y", 4),
            ("all", "N", 5),
            *((s, f, None) for s in "FM" for f in "YN"),
        ],
        columns=["sex", "fsm", "pupils"],
    )
    reader = Reader([table], {"sex": {"all": ["F", "M"]}, "fsm": {"all": ["Y", "N"]}})
    truth = {
        ("fsm=Y", "sex=F"): 4,
        ("fsm=N", "sex=F"): 5,
        ("fsm=Y", "sex=M"): 0,
        ("fsm=N", "sex=M"): 0,
    }
    assert reader.by_algebra() == {} and reader.by_bounds(truth) == truth


SCHOOLS = 1000


def test_a_reader_recovers_no_hidden_count_of_1000_small_schools():
    rng = random.Random(20240901)
    for number in range(SCHOOLS):
        page, without = (
            PAGES[number % len(PAGES)],
            ["not reached"] if rng.random() < 0.5 else [],
        )
        limit = rng.choice([5, 5, 5, 6, 10])
        assert recovered(random_pupils(rng), page, without=without, limit=limit) == (
            {},
            {},
        ), (
            number,
            page,
            limit,
        )


def test_a_search_that_is_cut_short_hides_more_and_never_less(monkeypatch):
    rng = random.Random(3)
    schools = [(random_pupils(rng), PAGES[number % len(PAGES)]) for number in range(28)]
    enough = [recovered(*school) for school in schools]
    for name in ("_STEPS", "_STEPS_AFTER_PATTERN", "_STEPS_IN_ALL"):
        monkeypatch.setattr(f"senlib.measures.disclosure.{name}", 0)
    assert (
        [recovered(*school) for school in schools]
        == enough
        == [({}, {})] * len(schools)
    )
    monkeypatch.setattr(
        "senlib.measures.disclosure._Hiding._pattern",
        lambda self, cell, *, budget: (budget + 1, None),
    )
    assert [recovered(*school) for school in schools] == enough


# How much is hidden --------------------------------------------------------------------------------------------------------


def fewest(reader, truth):
    """The fewest cells that have to be hidden: every choice of further cells is tried, the smaller ones first."""
    small = {cell for cell, count in truth.items() if 1 <= count <= reader.limit}
    shown = sorted(set(reader.counts) - small)
    for size in range(len(shown) + 1):
        for extra in itertools.combinations(shown, size):
            hidden = (small - set(reader.unseen)) | set(extra)
            lone = (
                set(terms)
                for terms, _ in reader.equations(hidden | set(reader.unseen))
                if len(terms) == 1
            )
            if not any(cells & small for cells in lone) and not small & set(
                reader.by_bounds(truth, hidden=hidden)
            ):
                return len(hidden)


SMALL_PAGES = [
    [["group"]],
    [["sex", "fsm"]],
    [["need", "outcome"]],
    [["cohort", "sex"]],
    [["cohort", "fsm"]],
    [["group"], ["sex"], ["need"]],
    [["sex", "outcome"], ["fsm", "outcome"]],
]


def test_at_most_a_third_more_is_hidden_than_the_fewest_that_would_do():
    rng = random.Random(11)
    hidden = best = 0
    for number in range(140):
        pupils, page = random_pupils(rng), SMALL_PAGES[number % len(SMALL_PAGES)]
        without = ["not reached"] if rng.random() < 0.5 else []
        tables = {
            " ".join(columns): view(pupils, columns, without=without)
            for columns in page
        }
        published = publish(tables, totals=TOTALS)
        reader = Reader([shown.table for shown in published.values()], TOTALS)
        hidden += list(reader.counts.values()).count(None)
        truth = truth_of(tables.values(), reader)
        reader.counts = {cell: truth[cell] for cell in reader.counts}
        best += fewest(reader, truth)
    print(f"hidden {hidden}, at best {best}: {hidden / best:.3f}")
    assert best <= hidden <= 4 / 3 * best


# By hand -------------------------------------------------------------------------------------------------------------------

SEX = {"sex": {"all": ["F", "M"]}}


def table_of(column, **counts):
    return pd.DataFrame(
        {
            column: [name.replace("_", " ") for name in counts],
            "pupils": list(counts.values()),
        }
    )


@pytest.mark.parametrize(
    ("counts", "shown"),
    [
        # Nothing is small. A zero shows.
        ({"all": 20, "F": 20, "M": 0}, (20, 20, 0)),
        ({"all": 0, "F": 0, "M": 0}, (0, 0, 0)),
        ({"all": 12, "F": 6, "M": 6}, (12, 6, 6)),
        # The total less the girls would give the boys: the girls are hidden too, and the total may stay.
        ({"all": 23, "F": 20, "M": 3}, (23, None, None)),
        # One small cell and its total, who are the same pupils; with the zero shown there is one way only to hide them.
        ({"all": 3, "F": 3, "M": 0}, (None, None, 0)),
        # Both are small, and hide each other: 4 and 5 would look the same as 5 and 4.
        ({"all": 9, "F": 4, "M": 5}, (9, None, None)),
        # 5 and 5 are the only two counts of 1 to 5 that come to 10: the total goes as well.
        ({"all": 10, "F": 5, "M": 5}, (None, None, None)),
        ({"all": 2, "F": 1, "M": 1}, (None, None, None)),
    ],
)
def test_two_groups_and_their_total(counts, shown):
    published = publish(table_of("sex", **counts), totals=SEX)
    assert published.counts == shown
    assert published.table["reason"].tolist() == [
        "hidden" if count is None else "" for count in shown
    ]


def test_an_edge_of_the_rule():
    assert publish(table_of("sex", all=26, F=6, M=20), totals=SEX).hidden == 0
    assert publish(
        table_of("sex", all=26, F=6, M=20), totals=SEX, hide_up_to=6
    ).counts == (
        26,
        None,
        None,
    )
    assert publish(table_of("sex", all=25, F=5, M=20), totals=SEX).counts == (
        25,
        None,
        None,
    )


def test_a_hierarchy_of_groups():
    """A, P and S are SEN, N is no SEN. S is 2, so A or P is hidden with it: the one with fewer. SEN shows, N shows."""
    table = table_of("group", all=60, SEN=25, no_SEN=35, A=14, P=9, S=2, N=35)
    published = publish(
        table,
        totals={
            "group": {"all": ["SEN", "no SEN"], "SEN": ["A", "P", "S"], "no SEN": ["N"]}
        },
    )
    assert {
        row[0]
        for row, count in zip(published.labels, published.counts, strict=True)
        if count is None
    } == {"P", "S"}


def test_a_group_of_one_group_is_the_same_pupils_and_shows_or_not_with_it():
    table = table_of("group", all=38, SEN=35, no_SEN=3, A=15, P=20, S=0, N=3)
    published = publish(
        table,
        totals={
            "group": {"all": ["SEN", "no SEN"], "SEN": ["A", "P", "S"], "no SEN": ["N"]}
        },
    )
    assert (
        published.value(group="no SEN") is None and published.value(group="N") is None
    )
    # 38 less SEN would be no SEN, and A and P would give SEN.
    shown = dict(
        zip([row[0] for row in published.labels], published.counts, strict=True)
    )
    assert shown["all"] is None or (
        shown["SEN"] is None and None in (shown["A"], shown["P"], shown["S"])
    )


def test_those_who_did_not_reach_are_protected_though_no_row_shows_them():
    """18 of 20 is 90 %, and tells that two did not."""
    outcomes = {"outcome": {"pupils": ["reached", "not reached"]}}
    assert (
        publish(table_of("outcome", pupils=20, reached=18), totals=outcomes).hidden == 1
    )
    assert (
        publish(table_of("outcome", pupils=20, reached=14), totals=outcomes).hidden == 0
    )
    assert (
        publish(table_of("outcome", pupils=20, reached=20), totals=outcomes).hidden == 0
    )


def test_a_part_that_nobody_is_in_does_not_serve_to_hide_another():
    """Nobody would think of pupils whose sex is not known where no such row shows."""
    with_unknown = {"sex": {"all": ["F", "M", "not known"]}}
    assert publish(table_of("sex", all=23, F=20, M=3), totals=with_unknown).counts == (
        23,
        None,
        None,
    )


def test_views_side_by_side_protect_each_other():
    """What is hidden in one view may not show in, or be worked out from, another."""
    views = {
        "by need": table_of("need", all=33, SLCN=3, SEMH=30),
        "by sex": table_of("sex", all=33, F=20, M=13),
    }
    published = publish(views, totals={"need": {"all": ...}} | SEX)
    assert [shown.counts for shown in published.values()] == [
        (33, None, None),
        (33, 20, 13),
    ]
    views = {
        "by need": table_of("need", SLCN=3, SEMH=30),
        "by sex": table_of("sex", F=20, M=13),
    }
    published = publish(views, totals={"need": {"all": ...}} | SEX)
    # Girls and boys add up to all, and all less SEMH would be SLCN.
    assert (
        published["by need"].value(need="SLCN") is None
        and sum(shown.hidden for shown in published.values()) == 2
    )


def test_cells_that_a_reader_knows_to_be_the_same_are_told_with_also():
    """The same pupils take both subjects. Each by itself could hide another group than the other does."""
    table = pd.DataFrame(
        [
            (subject, group, n)
            for subject in ("English", "maths")
            for group, n in [("all", 43), ("A", 20), ("P", 3), ("N", 20)]
        ],
        columns=["subject", "group", "pupils"],
    )
    same = [
        ({"subject": "English", **g}, [{"subject": "maths", **g}])
        for g in ({}, {"group": "A"}, {"group": "P"}, {"group": "N"})
    ]
    published = publish(table, totals={"group": {"all": ...}}, also=same)
    assert published.counts[:4] == published.counts[4:] and published.hidden == 4


def test_rows_come_in_an_order_that_tells_nothing():
    """N has no row as it has no pupils; were it added at the end, a reader would know which of the hidden ones is 0."""
    totals = {"group": {"all": ["N", "K", "E"]}}
    full = publish(table_of("group", E=2, all=2, K=0, N=0), totals=totals)
    assert full.labels == (("all",), ("N",), ("K",), ("E",))
    short = pd.DataFrame(
        [("2004", "K", 3), ("2004", "E", 3), ("2005", "N", 9), ("2005", "E", 1)],
        columns=["year", "group", "pupils"],
    )
    published = publish(short, totals=totals)
    assert [row[1] for row in published.labels] == ["N", "K", "E"] * 2
    assert published.value(year="2004", group="N") == 0


def test_missing_categories_are_not_known():
    table = pd.DataFrame(
        {"cohort": pd.array([2004, None], dtype="Int64"), "pupils": [9, 8]}
    )
    published = publish(table, totals={"cohort": {"all": ...}})
    assert published.labels == ((2004,), ("not known",)) and published.counts == (9, 8)


# Rates ---------------------------------------------------------------------------------------------------------------------


def test_rates_show_where_both_counts_do():
    rows = [("A", 40, 20), ("P", 12, 4), ("N", 200, 200), ("S", 0, 0)]
    table = pd.DataFrame(
        [(g, o, n) for g, p, r in rows for o, n in (("pupils", p), ("reached", r))],
        columns=["group", "outcome", "pupils"],
    )
    published = publish(
        table, totals={"outcome": {"pupils": ["reached", "not reached"]}}
    )
    rates = published.rates(column="outcome", reached="reached", of="pupils").set_index(
        "group"
    )
    assert rates.loc[
        "A", ["pupils", "reached", "percent", "low", "high", "reason"]
    ].tolist() == [
        40,
        20,
        50,
        35,
        65,
        "",
    ]
    assert (
        rates.loc["P", ["pupils", "reached", "percent", "low", "high"]].isna().all()
        and rates.loc["P", "reason"] == "hidden"
    )
    assert rates.loc["N", "percent"] == 100
    assert (
        rates.loc["S", "pupils"] == 0
        and pd.isna(rates.loc["S", "percent"])
        and rates.loc["S", "reason"] == ""
    )


# The type ------------------------------------------------------------------------------------------------------------------


def published_of(**counts):
    return publish(table_of("sex", **counts), totals=SEX)


def test_only_publish_makes_one():
    made = published_of(all=23, F=20, M=3)
    with pytest.raises(TypeError, match="publish"):
        PublishedTable(
            columns=("sex",),
            labels=(("F",),),
            counts=(3,),
            count="pupils",
            hide_up_to=5,
            _made_by=object(),
        )
    with pytest.raises(TypeError, match="publish"):
        dataclasses.replace(made, counts=(23, 20, 3))
    with pytest.raises(AttributeError):
        made.counts = (23, 20, 3)
    with pytest.raises(pickle.PicklingError):
        pickle.dumps(made)
    assert copy.deepcopy(made) is made


def test_it_holds_no_true_count_that_is_hidden():
    """Everything that can be reached from it is looked at, down to what lies under a missing value."""
    numbers = {"all": 70123, "F": 70121, "M": 2}
    made = publish(table_of("sex", **numbers), totals=SEX)
    assert made.hidden == 2
    seen, waiting, found = (
        set(),
        [
            made,
            made.table,
            made.rates(column="sex", reached="F", of="all"),
            repr(made),
            made.rule,
        ],
        [],
    )
    while waiting:
        thing = waiting.pop()
        if (
            id(thing) in seen
            or isinstance(thing, type)
            or inspect.ismodule(thing)
            or inspect.isroutine(thing)
        ):
            continue
        seen.add(id(thing))
        found.append(thing)
        waiting += gc.get_referents(thing)
    assert any(type(thing) is int and thing == 70123 for thing in found)
    assert not any(type(thing) is int and thing == 70121 for thing in found)
    assert not any("70121" in thing for thing in found if isinstance(thing, str))
    assert "70121" not in repr(made) + made.rule
    assert (
        2 not in made.table["pupils"].array._data
        and 70121 not in made.table["pupils"].array._data
    )
    table = made.table
    table.loc[0, "pupils"] = 0
    assert made.counts[0] == 70123, "a table that is given away is a copy"


def test_the_rule_in_words():
    assert (
        published_of(all=23, F=20, M=3).rule
        == "Counts of 1 to 5 pupils are hidden, and enough others that none can be worked out: 2 of 3 here."
    )
    assert published_of(all=40, F=20, M=20).rule.startswith("Nothing is hidden here")
    assert (
        "1 to 8"
        in publish(table_of("sex", all=23, F=20, M=3), totals=SEX, hide_up_to=8).rule
    )
    assert (
        repr(published_of(all=23, F=20, M=3))
        == "<PublishedTable: 3 counts by sex, 2 hidden>"
    )


def test_a_row_that_is_not_there():
    with pytest.raises(KeyError, match="no such row"):
        published_of(all=23, F=20, M=3).value(sex="X")


# What is refused -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("limit", [4, 0, -1, 5.5, True, "5"])
def test_a_lower_limit_is_refused(limit):
    with pytest.raises(ValueError, match="from 5 upwards"):
        publish(table_of("sex", all=23, F=20, M=3), totals=SEX, hide_up_to=limit)


@pytest.mark.parametrize(
    ("table", "totals", "says"),
    [
        (table_of("sex", all=24, F=20, M=777), SEX, "not the sum"),
        (table_of("sex", all=24, F=777), SEX, "smaller"),
        (table_of("sex", all=777, F=770, X=7), SEX, "neither a total"),
        (table_of("sex", all=777.5, F=770, M=7.5), SEX, "whole number"),
        (table_of("sex", all=777, F=-1, M=778), SEX, "0 or more"),
        (table_of("sex", all=777, F=None, M=7), SEX, "whole number"),
        (pd.concat([table_of("sex", F=777), table_of("sex", F=777)]), SEX, "one row"),
        (pd.DataFrame({"pupils": [777]}), SEX, "column"),
        (
            table_of("sex", F=777),
            {"sex": {"all": ["F"], "both": ["F", "M"]}},
            "one total at most",
        ),
        (
            table_of("sex", F=777),
            {"sex": {"all": ["F"], "F": ["all"]}},
            "one total at most",
        ),
        (
            {
                "one": table_of("sex", all=777, F=777),
                "other": table_of("sex", all=778, F=778),
            },
            SEX,
            "disagree",
        ),
    ],
)
def test_tables_that_do_not_add_up_are_refused_without_their_numbers(
    table, totals, says
):
    with pytest.raises(DisclosureError, match=says) as error:
        publish(table, totals=totals)
    assert not re.search("77", str(error.value))


def test_a_sum_of_cells_that_are_not_there():
    with pytest.raises(DisclosureError, match="also"):
        publish(
            table_of("sex", all=24, F=24),
            totals=SEX,
            also=[({"sex": "F"}, [{"sex": "X"}])],
        )


# What holds of any table ---------------------------------------------------------------------------------------------------


@st.composite
def two_ways(draw):
    """Counts by two columns, with totals, as {(a, b): n} of the inner cells."""
    rows, columns = draw(st.integers(2, 4)), draw(st.integers(2, 4))
    count = st.one_of(st.just(0), st.integers(1, 7), st.integers(6, 40))
    return {
        (f"a{i}", f"b{j}"): draw(count) for i in range(rows) for j in range(columns)
    }


def full(cells):
    """The table with its totals, and what adds up to what."""
    totals = {
        "a": {"all": sorted({a for a, _ in cells})},
        "b": {"all": sorted({b for _, b in cells})},
    }
    rows = [
        (
            a,
            b,
            sum(
                n for (x, y), n in cells.items() if a in (x, "all") and b in (y, "all")
            ),
        )
        for a in ["all", *totals["a"]["all"]]
        for b in ["all", *totals["b"]["all"]]
    ]
    return pd.DataFrame(rows, columns=["a", "b", "pupils"]), totals


@settings(deadline=None, max_examples=60)
@given(two_ways(), st.randoms(use_true_random=False))
def test_order_and_names_change_nothing_in_how_many_are_hidden(cells, rng):
    table, totals = full(cells)
    hidden = publish(table, totals=totals).hidden
    assert (
        publish(
            table.sample(frac=1, random_state=rng.randrange(10**6)), totals=totals
        ).hidden
        == hidden
    )
    names = {
        side: dict(
            zip(parts["all"], rng.sample(parts["all"], len(parts["all"])), strict=True)
        )
        for side, parts in totals.items()
    }
    renamed = {(names["a"][a], names["b"][b]): n for (a, b), n in cells.items()}
    assert publish(full(renamed)[0], totals=totals).hidden == hidden


@settings(deadline=None, max_examples=60)
@given(two_ways(), st.integers(5, 9), st.integers(1, 6))
def test_a_higher_limit_never_shows_more(cells, limit, more):
    table, totals = full(cells)
    fewer = publish(table, totals=totals, hide_up_to=limit).counts
    assert all(
        b is None
        for a, b in zip(
            fewer,
            publish(table, totals=totals, hide_up_to=limit + more).counts,
            strict=True,
        )
        if a is None
    )


@settings(deadline=None, max_examples=60)
@given(two_ways())
def test_what_shows_is_true_adds_up_and_is_not_small(cells):
    table, totals = full(cells)
    published = publish(table, totals=totals)
    truth = {(row.a, row.b): row.pupils for row in table.itertuples()}
    shown = dict(zip(published.labels, published.counts, strict=True))
    assert shown.keys() == truth.keys()
    assert all(
        count is None or count == truth[cell] and not 1 <= count <= 5
        for cell, count in shown.items()
    )
    if not any(1 <= count <= 5 for count in truth.values()):
        assert published.hidden == 0
    for a in {a for a, _ in shown}:
        parts = [shown[a, b] for b in totals["b"]["all"]]
        if None not in parts:
            assert shown[a, "all"] == sum(parts)
        assert parts.count(None) != 1 or shown[a, "all"] is None
