"""Groups: everyone, pupils with and without SEN, and the values of any column of the pupils table."""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd

from senlib.frameworks import Framework

# What a page offers to group by, in the words a SENCO uses.
GROUPINGS: Mapping[str, str] = {
    "sen_provision": "SEN provision",
    "need": "type of need",
    "sex": "sex",
    "ethnicity": "ethnic group",
    "language": "first language",
    "fsm": "free school meals",
    "able": "able, gifted and talented",
    "form": "form",
}

NOT_KNOWN = "not known"


def has_sen(sen_provision: pd.Series, *, framework: Framework) -> pd.Series:
    """Whether each code stands for SEN. Of pupils whose code is blank it is not known: they are neither with SEN nor without.

    >>> from senlib.frameworks import load
    >>> has_sen(pd.Series(["K", "N", ""]), framework=load("gcse")).tolist()
    [True, False, False]
    """
    return sen_provision.map(framework.sen_groups) == "SEN"


def much_unknown(unknown: int, *, of: int) -> bool:
    """Whether so many pupils have no SEN code that what is said of pupils with SEN and without may be of a part of them alone.

    >>> much_unknown(4, of=40), much_unknown(5, of=40)
    (False, True)
    """
    return 10 * unknown > of


def with_groups(counts: pd.DataFrame, *, by: str, framework: Framework) -> pd.DataFrame:
    """The counts once for 'all' and once for each group, the name in `group`; by SEN provision also for SEN and no SEN.

    A group's name is the column's value; 'not known' where it is blank. Groups overlap, and are never to be added up.

    >>> from senlib.frameworks import load
    >>> counts = pd.DataFrame({"sen_provision": ["K", "N", ""], "pupils": [1, 2, 4]})
    >>> grouped = with_groups(counts, by="sen_provision", framework=load("gcse"))
    >>> grouped.groupby("group")["pupils"].sum().to_dict()
    {'K': 1, 'N': 2, 'SEN': 1, 'all': 7, 'no SEN': 2, 'not known': 4}
    """
    values = counts[by].replace("", NOT_KNOWN)
    everyone = counts.assign(group="all")
    parts = [everyone, counts.assign(group=values)]
    if by == "sen_provision":
        sides = counts[by].map(framework.sen_groups)
        by_side = counts.assign(group=sides)
        parts.insert(1, by_side.dropna(subset="group"))
    return pd.concat(parts, ignore_index=True)


def group_order(groups: list[str], *, framework: Framework) -> list[str]:
    """Groups in the order in which they are read: everyone, SEN, no SEN, the framework's codes, others, not known.

    >>> from senlib.frameworks import load
    >>> group_order(["N", "not known", "K", "all", "SEN"], framework=load("gcse"))
    ['all', 'SEN', 'K', 'N', 'not known']
    """
    # 'SEN' sorts before 'no SEN'.
    side_of = framework.sen_groups.__getitem__
    codes = sorted(framework.sen_names, key=side_of)
    first = ["all", "SEN", "no SEN", *codes]
    others = set(groups) - {*first, NOT_KNOWN}
    in_order = [*first, *sorted(others), NOT_KNOWN]
    return [group for group in in_order if group in groups]


# Codes of other columns in words; a code there is no SEN provision, whatever letter it is.
_WORDS = {
    "sex": {"F": "girls", "M": "boys"},
    "fsm": {"Y": "free school meals", "N": "no free school meals"},
    "able": {"Y": "able, gifted and talented", "N": "pupils not listed as able"},
    # As with most pupils who have no SEN.
    "need": {NOT_KNOWN: "no type of need recorded"},
}


def group_name(group: str, *, framework: Framework, by: str = "sen_provision") -> str:
    """A group of the column `by` in words: a code with its meaning, others as they are.

    >>> from senlib.frameworks import load
    >>> group_name("K", framework=load("gcse")), group_name("SEN", framework=load("gcse"))
    ('SEN support (K)', 'pupils with SEN')
    >>> group_name("N", framework=load("gcse"), by="fsm")
    'no free school meals'
    """
    words = {
        "all": "all pupils",
        "SEN": "pupils with SEN",
        "no SEN": "pupils without SEN",
    } | _WORDS.get(by, {})
    if by == "sen_provision" and group in framework.sen_names:
        return f"{framework.sen_names[group]} ({group})"
    return words.get(group, group)
