"""Makes the two sample schools, `levels` and `gcse`: invented pupils whose results follow real rates, from one seed.

Run `python data/sample/generate.py`: it writes the same files, byte for byte, each time. Every rate stands here once,
either with its source or marked as an assumption: a figure made to look ordinary, which nobody should quote.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import NormalDist

import numpy as np
import pandas as pd

# The first from 1 up with which the whole story shows: in groups as small as a school's, chance may hide some of it.
SEED = 4
LEA_SCHOOLS = 14
LEA_PUPILS = (
    14 * 190
)  # pupils in a year group of the LEA's other schools; an assumption

Random = np.random.Generator
Rates = Mapping[str, float]

# ---------------------------------------------------------------------------------------------------------------- Eras


@dataclass(frozen=True)
class Era:
    """What differs between the pupils of 2005 and of today, apart from their results."""

    academic_year: int
    provision: Rates  # share of all pupils
    needs: Rates  # share of those whose need is recorded
    need_recorded: Rates
    boys: Rates
    fsm: Rates
    absence: Rates  # mean percent of school time missed
    pupil_number: str
    first_number: int
    tests_missing: tuple[int, ...] = ()  # summers without key stage 2 tests


ERA_2005 = Era(
    academic_year=2005,
    # Assumption: about a fifth with SEN, of whom most at School Action.
    provision={"N": 0.80, "A": 0.12, "P": 0.055, "S": 0.025},
    # Assumption. Codes: DfES, Data Collection by Type of SEN. Schools had to record the need for P and S only.
    needs={
        "MLD": 0.29,
        "BESD": 0.25,
        "SPLD": 0.19,
        "SLCN": 0.09,
        "ASD": 0.06,
        "PD": 0.04,
        "HI": 0.03,
        "VI": 0.02,
        "SLD": 0.02,
        "OTH": 0.01,
    },
    need_recorded={"N": 0.0, "A": 0.85, "P": 1.0, "S": 1.0},
    boys={
        "N": 0.47,
        "A": 0.66,
        "P": 0.68,
        "S": 0.70,
    },  # assumption: two boys with SEN to one girl
    fsm={"N": 0.12, "A": 0.24, "P": 0.30, "S": 0.28},  # assumption
    # DfE, absence by SEN 2018/19: no SEN 4.31, SEN support 6.48, EHC plan 8.72 (no earlier year is held here).
    # Assumption: the SEN support figure is parted into A and P so that it stays their mean.
    absence={"N": 4.31, "A": 5.85, "P": 7.85, "S": 8.72},
    pupil_number="{:06d}",
    first_number=3107,
)

ERA_TODAY = Era(
    academic_year=2025,
    provision={"N": 0.815, "K": 0.14, "E": 0.045},  # assumption
    # Assumption. Codes: DfE school census; NSA only for pupils on SEN support, DS since 2024/25.
    needs={
        "SEMH": 0.24,
        "SPLD": 0.22,
        "SLCN": 0.16,
        "MLD": 0.15,
        "ASD": 0.13,
        "NSA": 0.03,
        "PD": 0.02,
        "HI": 0.02,
        "VI": 0.01,
        "MSI": 0.003,
        "DS": 0.003,
        "OTH": 0.014,
    },
    need_recorded={"N": 0.0, "K": 1.0, "E": 1.0},
    boys={"N": 0.48, "K": 0.61, "E": 0.72},  # assumption
    fsm={"N": 0.21, "K": 0.36, "E": 0.40},  # assumption
    absence={
        "N": 6.1,
        "K": 10.3,
        "E": 12.4,
    },  # DfE, absence by SEN, autumn term 2023/24
    pupil_number="SAMPLE{:07d}",  # as long as a UPN, and plainly none
    first_number=4201,
    tests_missing=(2020, 2021),  # no tests were held in the two summers of the pandemic
)

# Absence is spread as a gamma distribution: most pupils miss little, a few a great deal. With this shape about 1 pupil
# in 10 with no SEN misses a tenth or more in 2018/19 (DfE: 9.0 %).
ABSENCE_SHAPE = 1.1

# Assumptions, both eras.
YEAR_SIZES = (230, 250)
FORMS = 8
SETS = 8
SECOND_NEED = 0.22
ETHNICITY = {
    "White British": 0.70,
    "White other": 0.06,
    "Pakistani": 0.05,
    "Black African": 0.04,
    "Indian": 0.04,
    "Mixed": 0.04,
    "Black Caribbean": 0.02,
    "Bangladeshi": 0.02,
    "Chinese": 0.01,
    "Gypsy or Roma": 0.005,
    "Not stated": 0.015,
}
OTHER_LANGUAGES = {
    "White other": ["Polish", "Portuguese", "Turkish", "Albanian"],
    "Pakistani": ["Urdu", "Panjabi"],
    "Black African": ["Somali", "Yoruba", "French", "Tigrinya"],
    "Indian": ["Gujarati", "Panjabi", "Tamil"],
    "Bangladeshi": ["Bengali"],
    "Chinese": ["Cantonese", "Mandarin"],
    "Gypsy or Roma": ["Romany"],
}
OTHER_LANGUAGE_SPOKEN = 0.6
EAL_STAGES = {"1": 0.05, "2": 0.10, "3": 0.25, "4": 0.60}
NO_KS2_RECORD = {"English": 0.006, "other": 0.05}
ABLE_SHARE = 0.08
NOT_RECORDED = 0.01

# -------------------------------------------------------------------------------------------------- Levels: attainment
# A pupil's attainment is a number whose whole part is the level and whose thirds are c, b and a: 3.5 is level 3b.

SUBJECTS = ["English", "Mathematics", "Science", "ICT"]
TESTED = SUBJECTS[:3]

# Attainment at the end of Key Stage 2: assumptions, chosen so that level 5 and above at the end of Key Stage 3 comes
# near England by provision in 2007 (Hansard, 4 February 2009: no SEN, School Action, School Action Plus, statement in
# English 85, 43, 29, 22 %; in mathematics 86, 47, 36, 27 %), less what England as a whole still lacked in 2003 (all
# pupils in English 69 % in 2003, 75 % in 2007).
START = {"N": 4.55, "A": 3.70, "P": 3.55, "S": 2.80}
START_SPREAD = {"N": 0.78, "A": 0.90, "P": 1.10, "S": 1.50}
START_BY_SUBJECT = {"English": 0.0, "Mathematics": 0.02, "Science": 0.20, "ICT": -0.10}
SHARED = 0.85  # how far a pupil's subjects go together (correlation is its square); assumption
THIS_YEAR_7 = -0.35  # the story's: this year's intake starts lower

# Levels gained across Key Stage 3 by a pupil who starts at 4.0, and how much more for each level above that. Chosen so
# that the share at the same or a lower level comes near England, KS2 2003 to KS3 2006 (Hansard, 28 March 2007; from
# levels 3, 4, 5: English 19, 13, 18 %, mathematics 9, 6, 2 %, science 33, 27, 19 %), and so that about a third go from
# 3 to 5 in English (31 % in reading in one LEA, Hansard, 4 June 2009). ICT: assumption.
GAIN = {
    "English": (1.24, -0.03),
    "Mathematics": (1.48, 0.12),
    "Science": (0.95, 0.17),
    "ICT": (1.15, 0.0),
}
GAIN_BY_PROVISION = {"N": 0.0, "A": -0.05, "P": -0.10, "S": -0.10}  # assumption
GAIN_SPREAD = 0.50

# Share of pupils who stand still: the story's, an assumption. One draw a pupil, so that who is stuck in mathematics is
# stuck in English too.
STUCK = {
    "English": {"N": 0.04, "A": 0.13, "P": 0.42, "S": 0.18},
    "Mathematics": {"N": 0.02, "A": 0.07, "P": 0.28, "S": 0.12},
    "Science": {"N": 0.05, "A": 0.14, "P": 0.34, "S": 0.20},
    "ICT": {"N": 0.03, "A": 0.08, "P": 0.24, "S": 0.14},
}
# The LEA's other schools: School Action Plus no more stuck than statements, and science at England's rate.
STUCK_ELSEWHERE = {
    subject: rates | {"P": rates["S"]} for subject, rates in STUCK.items()
}
SCHOOL_SCIENCE = -0.20  # the story's: science here gains less than in the LEA

# ------------------------------------------------------------------------------------------------------ Levels: results

# Tests that gave no level: assumptions. A absent, T could not sit, D disapplied, F other.
KS2_CODES = {
    "A": {"N": 0.012, "A": 0.020, "P": 0.035, "S": 0.03},
    "T": {"N": 0.002, "A": 0.004, "P": 0.010, "S": 0.03},
    "D": {"N": 0.000, "A": 0.002, "P": 0.010, "S": 0.05},
    "F": {"N": 0.003, "A": 0.003, "P": 0.005, "S": 0.01},
}
KS3_CODES = KS2_CODES | {"A": {"N": 0.018, "A": 0.040, "P": 0.080, "S": 0.05}}
# Key Stage 2 tests covered levels 3 to 5: a pupil at level 2 did not sit (B), sat and got no level (N), or got a 2.
KS2_AT_LEVEL_2 = {"B": 0.55, "N": 0.30, "2": 0.15}
# Key Stage 3 English: B, N and 3 as they stand to one another in the row of level 3 of one LEA's matrix, 6, 8 and 8 %
# (Hansard, 4 June 2009); below level 3, and other subjects, assumption.
KS3_ENGLISH_AT_LEVEL_3 = {"B": 6 / 22, "N": 8 / 22, "3": 8 / 22}
KS3_BELOW_LEVEL_3 = {"B": 0.7, "N": 0.3}
HIGHEST_AT_KS3 = {"English": 7, "Mathematics": 8, "Science": 7, "ICT": 8}
TEACHER_SPREAD = (
    0.12  # how far a teacher's judgement lies from the test, in levels; assumption
)
BLANK = 0.01  # results left blank; assumption

# GCSE from attainment at the end of Key Stage 3: the grade's number (G 1 ... A* 8) = slope x attainment + start.
# Mathematics so that about 25 % go from level 5 to C and above, and 69 % from 5 or above (Hansard, 11 December 2007:
# 23.4 to 27.6 %, 67.3 to 69.0 %). The other subjects: assumption.
GCSE_SLOPE = 1.5
GCSE_START = {"English": -3.40, "Mathematics": -3.86, "Science": -3.40, "ICT": -3.55}
GCSE_SPREAD = 0.75
GCSE_BY_PROVISION = {"N": 0.0, "A": -0.15, "P": -0.40, "S": -0.20}  # assumption
NO_GCSE = {"N": 0.015, "A": 0.04, "P": 0.10, "S": 0.06}  # X, no result; assumption
LETTERS = ["U", "G", "F", "E", "D", "C", "B", "A", "A*"]

LEVELS_NOW = {
    "2004-12-10": 0.30,
    "2005-03-18": 0.60,
}  # date, and how much of the school year has gone
KS4_PACE = 0.3  # levels a year in Years 10 and 11; assumption

# --------------------------------------------------------------------------------------------------------- GCSE: rates
# England's matrix, key stage 2 band to grade by SEN (DfE, Key stage 2 to 4 transition matrices, 2023/24, English
# language and mathematics), is drawn from directly. Whose row is drawn from where no matrix is held: assumption.
DRAWN_FROM = {
    "English Language": "English Language",
    "Mathematics": "Mathematics",
    "English Literature": "English Language",
    "Combined Science": "Mathematics",
    "Geography": "English Language",
    "History": "English Language",
    "French": "Mathematics",
}
OPTIONS = {
    "Geography": 0.5,
    "History": 0.45,
    "French": 0.3,
}  # share who take it; assumption
ENGLAND = Path(__file__).parents[2] / "senlib" / "national" / "england_gcse.csv"
GRADES = ["X", "U", "1", "2", "3", "4", "5", "6", "7", "8", "9"]
FORECAST = ["English Language", "Mathematics", "Combined Science"]
GCSE_NOW = {
    "2024-12-06": 0.30,
    "2025-03-14": 0.20,
}  # date, and how far a forecast strays
LEA_SUBJECTS = [
    "English Language",
    "Mathematics",
    "English Literature",
    "Combined Science",
]

# England's matrix has one row for any SEN. Assumption: within it, pupils with a plan stand lower, at entry and at the
# end (in standard deviations).
BELOW_IN_GROUP = {"N": 0.0, "K": 0.15, "E": -0.50}
# The story's: pupils with SEN do worse in English language here than in England, and more of them
# are forecast a grade far below what England's pupils with the same start reached.
SCHOOL_ENGLISH = {"N": 0.0, "K": -0.30, "E": -0.30}
FORECAST_STUCK = {"N": 0.03, "K": 0.18, "E": 0.18}
STUCK_BY = -1.3
READING_AND_MATHEMATICS_APART = (
    3.0  # spread of half the difference of the two scores; assumption
)
# What stands in place of both scores where there is none; '' is no record at all. Assumption.
NO_SCORE = {
    "": 0.4,
    "A": 0.15,
    "J": 0.15,
    "B": 0.1,
    "M": 0.08,
    "T": 0.06,
    "L": 0.03,
    "Q": 0.03,
}
ONE_TEST_MISSED = 0.01
ONE_TEST_CODES = {"A": 0.6, "M": 0.2, "X": 0.2}

# --------------------------------------------------------------------------------------------------------------- Names
NAMES = tomllib.loads(
    (Path(__file__).parent / "names.toml").read_text(encoding="utf-8")
)
DOUBLE_BARRELLED = 0.04

# --------------------------------------------------------------------------------------------------------------- Pupils


def people(rng: Random, era: Era) -> pd.DataFrame:
    """Pupils of Years 7 to 11 and of the two years before, with all that does not hang on attainment.

    `late` is for the script alone: the pupil came too late to have a key stage 2 record.
    """
    leaving = np.arange(era.academic_year - 2, era.academic_year + 5)
    sizes = rng.integers(*YEAR_SIZES, size=len(leaving))
    ks4_year = pd.Series(np.repeat(leaving, sizes))
    on_roll = ks4_year >= era.academic_year
    provision = draw_evenly(rng, era.provision, ks4_year)
    sex = pd.Series(
        np.where(rng.random(len(ks4_year)) < rate(provision, era.boys), "M", "F")
    )
    ethnicity = draw(rng, ETHNICITY, len(ks4_year))
    language = languages(rng, ethnicity)
    late = rng.random(len(ks4_year)) < rate(
        language.where(language == "English", "other"), NO_KS2_RECORD
    )
    year_group = 11 - (ks4_year - era.academic_year)
    return pd.DataFrame(
        {
            "pupil_id": pupil_numbers(rng, era, ks4_year),
            "forename": np.where(
                sex == "F",
                rng.choice(NAMES["girls"], len(sex)),
                rng.choice(NAMES["boys"], len(sex)),
            ),
            "surname": surnames(rng, len(sex)),
            "sex": sex,
            "year_group": year_group.astype(str).where(on_roll, ""),
            "ks4_year": ks4_year,
            "form": forms(rng, year_group).where(on_roll, ""),
            "sen_provision": provision,
            **needs(rng, era, provision),
            "ethnicity": ethnicity,
            "language": forget(rng, language),
            "eal_stage": eal_stages(rng, language, late),
            "fsm": forget(rng, yes_no(rng.random(len(sex)) < rate(provision, era.fsm))),
            "attendance": forget(rng, attendance(rng, era, provision)).where(
                on_roll, ""
            ),
            "on_roll": yes_no(on_roll),
            "left_on": "",
            "late": late,
        }
    )


def pupil_numbers(rng: Random, era: Era, ks4_year: pd.Series) -> pd.Series:
    """Numbers in order of joining the school; within a year group in no order."""
    order = np.lexsort((rng.random(len(ks4_year)), ks4_year))
    number = np.empty(len(ks4_year), dtype=int)
    number[order] = era.first_number + np.arange(len(ks4_year))
    return pd.Series([era.pupil_number.format(n) for n in number])


def surnames(rng: Random, count: int) -> np.ndarray:
    first, second = rng.choice(NAMES["surnames"], (2, count))
    both = np.array([f"{a}-{b}" for a, b in zip(first, second, strict=True)])
    return np.where(
        (rng.random(count) < DOUBLE_BARRELLED) & (first != second), both, first
    )


def forms(rng: Random, year_group: pd.Series) -> pd.Series:
    """Eight forms a year, each the year and its tutor's initials, as 7EJ."""
    pairs = [
        a + b for a in "ABCDEFGHJKLMNPRSTW" for b in "ABCDEFGHJKLMNPRSTW" if a != b
    ]
    initials = {
        year: rng.choice(pairs, FORMS, replace=False)
        for year in sorted(year_group.unique())
    }
    turn = year_group.groupby(year_group).cumcount() % FORMS
    return pd.Series(
        [f"{year}{initials[year][n]}" for year, n in zip(year_group, turn, strict=True)]
    )


def needs(rng: Random, era: Era, provision: pd.Series) -> dict[str, pd.Series]:
    """Main type of need where the school records it, and for some a second that differs."""
    main, second = (
        draw(rng, era.needs, len(provision)),
        draw(rng, era.needs, len(provision)),
    )
    main = main.replace("NSA", "MLD").where(
        provision != "K", main
    )  # NSA is for SEN support alone
    recorded = rng.random(len(provision)) < rate(provision, era.need_recorded)
    has_second = (
        recorded
        & (second != main)
        & (second != "NSA")
        & (rng.random(len(provision)) < SECOND_NEED)
    )
    return {"need": main.where(recorded, ""), "need_2": second.where(has_second, "")}


def languages(rng: Random, ethnicity: pd.Series) -> pd.Series:
    spoken = [
        rng.choice(OTHER_LANGUAGES.get(group, ["English"])) for group in ethnicity
    ]
    return pd.Series(
        np.where(rng.random(len(ethnicity)) < OTHER_LANGUAGE_SPOKEN, spoken, "English")
    )


def eal_stages(rng: Random, language: pd.Series, late: np.ndarray) -> pd.Series:
    """For pupils whose first language is not English; those who came late stand at stage 1 or 2."""
    early = draw(rng, {"1": 0.4, "2": 0.6}, len(language))
    return (
        draw(rng, EAL_STAGES, len(language))
        .mask(late, early)
        .where(language != "English", "")
    )


def attendance(rng: Random, era: Era, provision: pd.Series) -> pd.Series:
    missed = rng.gamma(ABSENCE_SHAPE, rate(provision, era.absence) / ABSENCE_SHAPE)
    return pd.Series([f"{100 - percent:.1f}" for percent in missed.clip(0, 70)])


def sets(
    rng: Random, attainment: pd.Series, pupils: pd.DataFrame, letters: str
) -> pd.Series:
    """Eight sets a year by attainment, the first the highest, as 7Ma3."""
    seen = attainment + rng.normal(0, 0.2, len(attainment)) * attainment.std()
    share = seen.groupby(pupils["ks4_year"]).rank(
        method="first", pct=True, ascending=False
    )
    number = np.ceil(share * SETS).astype(int).astype(str)
    return (pupils["year_group"] + letters + number).where(pupils["on_roll"] == "Y", "")


def able(attainment: pd.Series, ks4_year: pd.Series) -> pd.Series:
    return yes_no(attainment.groupby(ks4_year).rank(pct=True) > 1 - ABLE_SHARE)


# -------------------------------------------------------------------------------------------------------- Small helpers


def draw(rng: Random, shares: Rates, count: int) -> pd.Series:
    """Values at random by their shares (which need not add up to 1)."""
    weights = np.array(list(shares.values()))
    return pd.Series(
        rng.choice(list(shares), count, p=weights / weights.sum()), dtype=object
    )


def draw_evenly(rng: Random, shares: Rates, groups: pd.Series) -> pd.Series:
    """Values by their shares, as near to them in each group as whole pupils can be."""
    ends = np.cumsum(list(shares.values()))
    return pd.Series(
        np.array(list(shares), dtype=object)[
            np.searchsorted(ends[:-1] / ends[-1], evenly(rng, groups))
        ]
    )


def evenly(rng: Random, groups: pd.Series) -> np.ndarray:
    """Numbers from 0 to 1 in no order, spread evenly within each group: else chance would drown the small ones."""
    pupils = pd.Series(rng.random(len(groups)), index=groups.index).groupby(groups)
    return (
        (pupils.rank(method="first") - rng.random(len(groups)))
        / pupils.transform("size")
    ).to_numpy()


def normal_at(shares: np.ndarray) -> np.ndarray:
    """Where shares of a normal distribution end, in standard deviations."""
    return np.vectorize(NormalDist().inv_cdf, otypes=[float])(
        shares.clip(1e-9, 1 - 1e-9)
    )


def strata(pupils: pd.DataFrame) -> pd.Series:
    """The groups within which attainment is spread evenly: pupils of one year group and provision."""
    return pupils["sen_provision"] + pupils["ks4_year"].astype(str)


def rate(groups: pd.Series, rates: Rates) -> np.ndarray:
    """Each pupil's rate, by the pupil's group."""
    return groups.map(rates).to_numpy(dtype=float)


def yes_no(flags: Iterable[bool]) -> pd.Series:
    return pd.Series(np.where(flags, "Y", "N"), dtype=object)


def forget(rng: Random, values: pd.Series) -> pd.Series:
    """A few values left blank, as they are in every school's file."""
    return values.mask(rng.random(len(values)) < NOT_RECORDED, "")


def long(
    table: pd.DataFrame, pupils: pd.DataFrame, *, stage: str, kind: str, date: str = ""
) -> pd.DataFrame:
    """A table of pupils by subjects as one row a result. A missing value is no row; '' is a row left blank."""
    rows = table.assign(pupil_id=pupils["pupil_id"]).melt(
        "pupil_id", var_name="subject", value_name="result"
    )
    rows = rows.dropna(subset="result").assign(stage=stage, kind=kind, date=date)
    return rows[["pupil_id", "stage", "subject", "kind", "result", "date"]]


# ---------------------------------------------------------------------------------------------------- The levels school


def levels_school(rng: Random) -> dict[str, pd.DataFrame]:
    """The tables of the levels school."""
    # Streams of their own: a change to one leaves the others as they were.
    for_people, rng, for_teaching, for_lea = rng.spawn(4)
    pupils = people(for_people, ERA_2005)
    provision = pupils["sen_provision"]
    groups = strata(pupils)
    start = starting_levels(rng, provision, groups)
    start = start.add(
        np.where(pupils["year_group"] == "7", THIS_YEAR_7, 0.0), axis=0
    ).clip(0.05, 5.99)
    gain = gains(rng, start, provision, groups, stuck=STUCK)
    gain["Science"] += SCHOOL_SCIENCE
    end = (start + gain).clip(lower=0.05)
    since = (
        ERA_2005.academic_year - pupils["ks4_year"]
    ).to_numpy()  # years since Year 11: 0 in Year 11, -4 in Year 7
    in_lower_school, left = since <= -2, since > 0
    ks2 = {
        "test": ks2_tests(rng, start, provision),
        "teacher": teacher_levels(rng, start, highest=5),
    }
    ks3 = {
        "test": ks3_tests(rng, end, provision),
        "teacher": teacher_levels(rng, end, highest=8),
    }
    results = [
        *(
            long(table[~pupils["late"]], pupils, stage="KS2", kind=kind)
            for kind, table in ks2.items()
        ),
        *(
            long(table[~in_lower_school], pupils, stage="KS3", kind=kind)
            for kind, table in ks3.items()
        ),
        long(letters(rng, end, provision)[left], pupils, stage="KS4", kind="test"),
        *levels_now(for_teaching, start, gain, pupils, since),
    ]
    pupils = with_sets(for_teaching, pupils, start + 0.3 * gain)
    return {
        "pupils": in_school_order(pupils),
        "results": in_order(results),
        "lea": levels_lea(for_lea),
    }


def starting_levels(
    rng: Random, provision: pd.Series, groups: pd.Series
) -> pd.DataFrame:
    """Attainment at the end of Key Stage 2 by subject; a pupil's subjects go together."""
    shared = normal_at(evenly(rng, groups))
    made = {}
    for subject in SUBJECTS:
        own = rng.normal(size=len(provision))
        place = SHARED * shared + np.sqrt(1 - SHARED**2) * own
        made[subject] = (
            rate(provision, START)
            + START_BY_SUBJECT[subject]
            + rate(provision, START_SPREAD) * place
        )
    return pd.DataFrame(made).clip(0.05, 5.99)


def gains(
    rng: Random,
    start: pd.DataFrame,
    provision: pd.Series,
    groups: pd.Series,
    *,
    stuck: Mapping[str, Rates],
) -> pd.DataFrame:
    """Levels gained across Key Stage 3 by subject; pupils who are stuck gain about none."""
    luck = evenly(rng, groups)
    made = {}
    for subject in SUBJECTS:
        at_four, each_level = GAIN[subject]
        usual = (
            at_four
            + each_level * (start[subject] - 4)
            + rate(provision, GAIN_BY_PROVISION)
        )
        moving = usual + rng.normal(0, GAIN_SPREAD, len(start))
        still = rng.normal(-0.05, 0.15, len(start))
        made[subject] = np.where(luck < rate(provision, stuck[subject]), still, moving)
    return pd.DataFrame(made)


def whole_level(attainment: pd.Series, *, highest: int) -> pd.Series:
    """3.5 as '3'; below level 1 'W'."""
    return (
        np.floor(attainment)
        .clip(upper=highest)
        .astype(int)
        .astype(str)
        .replace("0", "W")
    )


def sub_level(attainment: pd.Series) -> pd.Series:
    """3.5 as '3b'; below level 1 one of the P scales P4 to P8, as schools already used them."""
    level, third = np.divmod(np.floor(attainment.clip(0, 8.99) * 3).astype(int), 3)
    fine = level.astype(str) + third.map({0: "c", 1: "b", 2: "a"})
    p_scale = "P" + (4 + np.floor(attainment.clip(0, 0.99) * 5).astype(int)).astype(str)
    return fine.where(attainment >= 1, p_scale)


def ks2_tests(
    rng: Random, attainment: pd.DataFrame, provision: pd.Series
) -> pd.DataFrame:
    made = {}
    for subject in TESTED:
        level = whole_level(attainment[subject], highest=5)
        given = level.mask(level == "2", draw(rng, KS2_AT_LEVEL_2, len(level))).mask(
            level.isin(["W", "1"]), "B"
        )
        made[subject] = with_codes(rng, given, provision, KS2_CODES)
    return pd.DataFrame(made)


def ks3_tests(
    rng: Random, attainment: pd.DataFrame, provision: pd.Series
) -> pd.DataFrame:
    made = {}
    for subject in TESTED:
        level = whole_level(attainment[subject], highest=HIGHEST_AT_KS3[subject])
        given = level.mask(
            level.isin(["W", "1", "2"]), draw(rng, KS3_BELOW_LEVEL_3, len(level))
        )
        if subject == "English":
            given = given.mask(
                level == "3", draw(rng, KS3_ENGLISH_AT_LEVEL_3, len(level))
            )
        made[subject] = with_codes(rng, given, provision, KS3_CODES)
    return pd.DataFrame(made)


def with_codes(
    rng: Random, given: pd.Series, provision: pd.Series, codes: Mapping[str, Rates]
) -> pd.Series:
    for code, rates in codes.items():
        given = given.mask(rng.random(len(given)) < rate(provision, rates), code)
    return given.mask(rng.random(len(given)) < BLANK, "")


def teacher_levels(
    rng: Random, attainment: pd.DataFrame, *, highest: int
) -> pd.DataFrame:
    seen = attainment + rng.normal(0, TEACHER_SPREAD, attainment.shape)
    whole = seen.apply(
        lambda column: whole_level(column.clip(lower=0.05), highest=highest)
    )
    return whole.mask(rng.random(whole.shape) < BLANK, "")


def letters(
    rng: Random, attainment: pd.DataFrame, provision: pd.Series
) -> pd.DataFrame:
    """GCSE grades. The school enters every pupil in all four subjects."""
    made = {}
    for subject in SUBJECTS:
        number = (
            GCSE_START[subject]
            + GCSE_SLOPE * attainment[subject]
            + rate(provision, GCSE_BY_PROVISION)
        )
        number = (
            np.floor(number + rng.normal(0, GCSE_SPREAD, len(number)))
            .clip(0, 8)
            .astype(int)
        )
        grade = number.map(dict(enumerate(LETTERS)))
        made[subject] = grade.mask(
            rng.random(len(grade)) < rate(provision, NO_GCSE), "X"
        )
    return pd.DataFrame(made)


def levels_now(
    rng: Random,
    start: pd.DataFrame,
    gain: pd.DataFrame,
    pupils: pd.DataFrame,
    since: np.ndarray,
) -> list[pd.DataFrame]:
    """Teachers' levels on the two dates of this year: on the way from start to end, with what teachers see."""
    rounds = []
    for date, gone in LEVELS_NOW.items():
        years = (4 + since + gone).reshape(-1, 1)  # since the start of Year 7
        there = (
            start
            + gain * np.minimum(years, 3) / 3
            + KS4_PACE * np.maximum(years - 3, 0)
        )
        seen = there + rng.normal(0, TEACHER_SPREAD, there.shape)
        given = seen.clip(lower=0.05).apply(sub_level)
        given = given.mask(rng.random(given.shape) < 2 * BLANK, None)
        rounds.append(
            long(given[since <= 0], pupils, stage="now", kind="teacher", date=date)
        )
    return rounds


def with_sets(
    rng: Random, pupils: pd.DataFrame, attainment: pd.DataFrame
) -> pd.DataFrame:
    """Sets in three subjects; ICT is taught in forms."""
    named = {"English": "En", "Mathematics": "Ma", "Science": "Sc"}
    taught = {
        f"set_{s.lower()}": sets(rng, attainment[s], pupils, letters=letters)
        for s, letters in named.items()
    }
    return pupils.assign(
        **taught,
        set_ict=pupils["form"],
        able=able(attainment.sum(axis=1), pupils["ks4_year"]),
    )


def levels_lea(rng: Random) -> pd.DataFrame:
    """Conversion in the LEA's other schools: drawn by the same rules, without this school's story."""
    counted = []
    for ks4_year in range(ERA_2005.academic_year - 2, ERA_2005.academic_year + 2):
        provision = draw(rng, ERA_2005.provision, LEA_PUPILS)
        start = starting_levels(rng, provision, provision)
        end = (
            start + gains(rng, start, provision, provision, stuck=STUCK_ELSEWHERE)
        ).clip(lower=0.05)
        ks2 = ks2_tests(rng, start, provision), teacher_levels(rng, start, highest=5)
        ks3 = ks3_tests(rng, end, provision), teacher_levels(rng, end, highest=8)
        grades = letters(rng, end, provision)
        for subject in SUBJECTS:
            entry = settled(*ks2, subject).map(KS3_BANDS)
            level = pd.to_numeric(settled(*ks3, subject, codes="BN"), errors="coerce")
            rows = converted(provision, entry, level, reaches={"4": 4, "5": 5, "6": 6})
            counted.append(
                rows.assign(stage="KS3", cohort=ks4_year - 2, subject=subject)
            )
            if ks4_year < ERA_2005.academic_year:
                entry = settled(*ks3, subject).map(KS4_BANDS)
                grade = grades[subject].map(
                    {letter: number for number, letter in enumerate(LETTERS)}
                )
                rows = converted(provision, entry, grade, reaches={"C": 5})
                counted.append(
                    rows.assign(stage="KS4", cohort=ks4_year, subject=subject)
                )
    return in_lea_order(counted)


KS3_BANDS = {"W": "below 2", "1": "below 2", "2": "2", "3": "3", "4": "4", "5": "5+"}
KS4_BANDS = {level: "below 3" for level in "W12"} | {
    "3": "3",
    "4": "4",
    "5": "5",
    "6": "6",
    "7": "7+",
    "8": "7+",
}


def settled(
    test: pd.DataFrame, teacher: pd.DataFrame, subject: str, *, codes: str = "ABNTDF"
) -> pd.Series:
    """One result: the test's, or the teacher's where there is no test or it gave one of the codes."""
    if subject not in test:
        return teacher[subject]
    gives_way = test[subject].isin([*codes, ""]) & (teacher[subject] != "")
    return test[subject].mask(gives_way, teacher[subject])


def converted(
    provision: pd.Series,
    entry: pd.Series,
    outcome: pd.Series,
    *,
    reaches: Mapping[str, float],
) -> pd.DataFrame:
    """Pupils and those who reached each outcome by entry band, for all, with SEN and without. No result stays in."""
    parts = []
    for group, who in {
        "all": provision != "",
        "SEN": provision != "N",
        "no SEN": provision == "N",
    }.items():
        for reach, least in reaches.items():
            counts = (
                (outcome >= least)[who]
                .groupby(entry[who])
                .agg(pupils="size", reached="sum")
            )
            parts.append(
                counts.rename_axis("entry")
                .reset_index()
                .assign(group=group, reach=reach)
            )
    return pd.concat(parts)


# ------------------------------------------------------------------------------------------------------ The GCSE school


def gcse_school(rng: Random) -> dict[str, pd.DataFrame]:
    """The tables of the GCSE school."""
    england = england_rows()
    for_people, rng, for_teaching, for_lea = rng.spawn(4)
    pupils = people(for_people, ERA_TODAY)
    provision, late = pupils["sen_provision"], pupils["late"]
    groups = strata(pupils)
    average = average_scores(rng, provision, groups, england).mask(late)
    place = places(rng, provision, groups)
    place["English Language"] += rate(provision, SCHOOL_ENGLISH)
    since = (ERA_TODAY.academic_year - pupils["ks4_year"]).to_numpy()
    tested = ~late & ~(pupils["ks4_year"] - 5).isin(ERA_TODAY.tests_missing)
    taken = grades(place, average, provision, england)
    for subject, share in OPTIONS.items():
        taken[subject] = taken[subject].mask(rng.random(len(taken)) >= share, None)
    results = [
        long(ks2_scores(rng, average)[tested], pupils, stage="KS2", kind="test"),
        long(taken[since > 0], pupils, stage="KS4", kind="test"),
        *gcse_now(for_teaching, place, average, pupils, england, since),
    ]
    attainment = (
        average.fillna(100)
        .to_frame("prior")
        .assign(**(place * 3))
        .pipe(lambda t: t.add(t["prior"], axis=0))
    )
    attainment = attainment.rename(
        columns={"English Language": "English", "Combined Science": "Science"}
    )
    pupils = with_sets(
        for_teaching, pupils, attainment[["English", "Mathematics", "Science"]]
    )
    return {
        "pupils": in_school_order(pupils),
        "results": in_order(results),
        "lea": gcse_lea(for_lea, england),
    }


def england_rows() -> dict[tuple[str, str, str], np.ndarray]:
    """England's pupils by grade (in the order of GRADES) for each subject, group and band."""
    table = pd.read_csv(ENGLAND, keep_default_na=False)
    drawn = (table["year"] == 2024) & table["subject"].isin(DRAWN_FROM.values())
    rows = table[drawn].set_index(["subject", "group", "entry"])[GRADES]
    return {key: row.to_numpy(dtype=float) for key, row in rows.iterrows()}


def places(rng: Random, provision: pd.Series, groups: pd.Series) -> pd.DataFrame:
    """Where a pupil stands among England's pupils with the same start, in standard deviations; subjects go together."""
    shared = normal_at(evenly(rng, groups))
    made = {}
    for subject in DRAWN_FROM:
        own = rng.normal(size=len(provision))
        made[subject] = (
            SHARED * shared
            + np.sqrt(1 - SHARED**2) * own
            + rate(provision, BELOW_IN_GROUP)
        )
    return pd.DataFrame(made)


BANDS = {
    "<80": (59, 79.5),
    "80-89.5": (80, 89.5),
    "90-95.5": (90, 95.5),
    "96-99.5": (96, 99.5),
    "100-102": (100, 102),
    "102.5-104.5": (102.5, 104.5),
    "105-107": (105, 107),
    "107.5-109.5": (107.5, 109.5),
    "110-113": (110, 113),
    "113.5-116.5": (113.5, 116.5),
    "117-120": (117, 120),
}


def average_scores(
    rng: Random,
    provision: pd.Series,
    groups: pd.Series,
    england: Mapping[tuple[str, str, str], np.ndarray],
) -> pd.Series:
    """Average of reading and mathematics in half points; NaN for none. Bands are as common as in England, by SEN."""
    made = pd.Series(np.nan, index=provision.index)
    share = upto(normal_at(evenly(rng, groups)) + rate(provision, BELOW_IN_GROUP))
    inside = rng.random(len(provision))
    for group, who in sen_groups(provision).items():
        sizes = np.array(
            [england["English Language", group, band].sum() for band in BANDS]
        )
        none = england["English Language", group, "none"].sum()
        has_score = who & (rng.random(len(provision)) >= none / (sizes.sum() + none))
        band = np.searchsorted(np.cumsum(sizes)[:-1] / sizes.sum(), share, side="right")
        lowest, highest = np.array(list(BANDS.values()))[band].T
        halves = np.floor(2 * lowest + inside * (2 * (highest - lowest) + 1)) / 2
        made[has_score] = halves[has_score]
    return made


def sen_groups(provision: pd.Series) -> dict[str, pd.Series]:
    return {"no SEN": provision == "N", "SEN": provision != "N"}


def upto(place: np.ndarray) -> np.ndarray:
    """The share of pupils below each place."""
    return np.vectorize(NormalDist().cdf, otypes=[float])(place)


def ks2_scores(rng: Random, average: pd.Series) -> pd.DataFrame:
    """Reading and mathematics, whole numbers whose mean is the average; a code in both, or in one, for a few.

    Pupils below the tests have the nominal scores that DfE gives them.
    """
    apart = np.round(rng.normal(0, READING_AND_MATHEMATICS_APART, len(average)))
    # Neither score may leave its scale: 80 to 120, and 59 to 79 for pupils below the tests.
    lowest, highest = np.where(average < 80, 59, 80), np.where(average < 80, 79, 120)
    half = (average % 1 != 0).to_numpy()
    room = np.floor(np.minimum(average - lowest, highest - average).clip(lower=0))
    apart = np.clip(apart, -room, room)
    reading, mathematics = average + apart + 0.5 * half, average - apart - 0.5 * half
    scores = pd.DataFrame({"Reading": reading, "Mathematics": mathematics})
    texts = scores.apply(
        lambda column: column.map(
            lambda score: None if np.isnan(score) else f"{score:.0f}"
        )
    )
    none = draw(rng, NO_SCORE, len(average)).replace("", None)
    for subject in texts:
        texts[subject] = texts[subject].mask(average.isna(), none)
        missed = average.notna() & (rng.random(len(average)) < ONE_TEST_MISSED)
        texts[subject] = texts[subject].mask(
            missed, draw(rng, ONE_TEST_CODES, len(average))
        )
    return texts


def band_of(average: pd.Series) -> pd.Series:
    cut = pd.cut(
        average, [0, *(highest for _, highest in BANDS.values())], labels=list(BANDS)
    )
    return cut.astype(object).fillna("none")


def grades(
    place: pd.DataFrame,
    average: pd.Series,
    provision: pd.Series,
    england: Mapping[tuple[str, str, str], np.ndarray],
) -> pd.DataFrame:
    """Each pupil's grades: the grade held in England at the pupil's place in the row for the same group and band."""
    band, made = band_of(average), {}
    for subject in place:
        share = pd.Series(upto(place[subject]), index=place.index)
        grade = pd.Series("", index=place.index, dtype=object)
        for group, who in sen_groups(provision).items():
            for name in [*BANDS, "none"]:
                here = who & (band == name)
                row = england[DRAWN_FROM[subject], group, name]
                grade[here] = at_share(
                    share[here], row, double=subject == "Combined Science"
                )
        made[subject] = grade
    return pd.DataFrame(made)


def at_share(share: pd.Series, row: np.ndarray, *, double: bool) -> list[str]:
    """The grade at each share of a row of counts. In a double award the upper half is given as 5-4."""
    ends = np.cumsum(row) / row.sum()
    number = np.searchsorted(ends[:-1], share, side="right")
    given = [GRADES[n] for n in number]
    if not double:
        return given
    begins = np.concatenate([[0.0], ends[:-1]])
    upper = share.to_numpy() > (begins[number] + ends[number]) / 2
    return [double_grade(grade, up) for grade, up in zip(given, upper, strict=True)]


def double_grade(grade: str, upper: bool) -> str:
    if not grade.isdigit():
        return grade
    return f"{int(grade) + 1}-{grade}" if upper and grade != "9" else f"{grade}-{grade}"


def gcse_now(
    rng: Random,
    place: pd.DataFrame,
    average: pd.Series,
    pupils: pd.DataFrame,
    england: Mapping[tuple[str, str, str], np.ndarray],
    since: np.ndarray,
) -> list[pd.DataFrame]:
    """Forecast grades on the two dates of this year; some pupils are forecast to stand still."""
    provision = pupils["sen_provision"]
    stuck = np.where(
        evenly(rng, strata(pupils)) < rate(provision, FORECAST_STUCK), STUCK_BY, 0.0
    )
    rounds = []
    for date, strays in GCSE_NOW.items():
        seen = place[FORECAST].add(stuck, axis=0) + rng.normal(
            0, strays, (len(place), len(FORECAST))
        )
        given = grades(seen, average, provision, england).replace(
            "X", None
        )  # nobody is forecast to have no result
        given = given.mask(rng.random(given.shape) < BLANK, None)
        rounds.append(
            long(given[since <= 0], pupils, stage="now", kind="teacher", date=date)
        )
    return rounds


def gcse_lea(
    rng: Random, england: Mapping[tuple[str, str, str], np.ndarray]
) -> pd.DataFrame:
    """Conversion in the LEA's other schools: England's rates, without this school's story."""
    counted = []
    for cohort in range(ERA_TODAY.academic_year - 2, ERA_TODAY.academic_year):
        provision = draw(rng, ERA_TODAY.provision, LEA_PUPILS)
        average = average_scores(rng, provision, provision, england)
        taken = grades(places(rng, provision, provision), average, provision, england)
        entry = band_of(average).replace("none", None)
        for subject in LEA_SUBJECTS:
            lower_grade = pd.to_numeric(taken[subject].str[-1], errors="coerce")
            rows = converted(provision, entry, lower_grade, reaches={"4": 4, "5": 5})
            counted.append(rows.assign(stage="KS4", cohort=cohort, subject=subject))
    return in_lea_order(counted)


# ------------------------------------------------------------------------------------------------------------- Writing

PUPIL_COLUMNS = [
    "pupil_id",
    "forename",
    "surname",
    "sex",
    "year_group",
    "ks4_year",
    "form",
    "set_english",
    "set_mathematics",
    "set_science",
    "set_ict",
    "sen_provision",
    "need",
    "need_2",
    "ethnicity",
    "language",
    "eal_stage",
    "fsm",
    "able",
    "attendance",
    "on_roll",
    "left_on",
]
LEA_COLUMNS = [
    "stage",
    "cohort",
    "subject",
    "group",
    "entry",
    "reach",
    "schools",
    "pupils",
    "reached",
]


def in_school_order(pupils: pd.DataFrame) -> pd.DataFrame:
    """Year 7 first, those who have left last; by name within a year."""
    ordered = pupils.assign(left=pupils["on_roll"] == "N", younger=-pupils["ks4_year"])
    return ordered.sort_values(["left", "younger", "surname", "forename", "pupil_id"])[
        PUPIL_COLUMNS
    ]


def in_order(results: Sequence[pd.DataFrame]) -> pd.DataFrame:
    return pd.concat(results).sort_values(
        ["pupil_id", "stage", "date", "subject", "kind"]
    )


def in_lea_order(counted: Sequence[pd.DataFrame]) -> pd.DataFrame:
    """Bands in the order of the scale, which is the order in which their names stand above."""
    bands = list(dict.fromkeys([*KS3_BANDS.values(), *KS4_BANDS.values(), *BANDS]))
    table = pd.concat(counted).assign(schools=LEA_SCHOOLS)
    order = ["stage", "cohort", "subject", "group", "reach", "band"]
    return table.assign(band=table["entry"].map(bands.index)).sort_values(order)[
        LEA_COLUMNS
    ]


def write(
    folder: Path,
    tables: Mapping[str, pd.DataFrame],
    *,
    name: str,
    framework: str,
    academic_year: int,
) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    for table, rows in tables.items():
        rows.to_csv(
            folder / f"{table}.csv", index=False, encoding="utf-8", lineterminator="\n"
        )
    settings = [
        f'name = "{name}"',
        f'framework = "{framework}"',
        f"academic_year = {academic_year}",
        "sample = true",
    ]
    (folder / "school.toml").write_text(
        "\n".join(settings) + "\n", encoding="utf-8", newline="\n"
    )


def main(folder: Path) -> None:
    """Write both schools into folders of `folder`."""
    write(
        folder / "levels",
        levels_school(np.random.default_rng([SEED, 1])),
        name="Elmbridge Vale School (sample)",
        framework="levels",
        academic_year=ERA_2005.academic_year,
    )
    write(
        folder / "gcse",
        gcse_school(np.random.default_rng([SEED, 2])),
        name="Harbour Road Academy (sample)",
        framework="gcse",
        academic_year=ERA_TODAY.academic_year,
    )


if __name__ == "__main__":
    main(Path(__file__).parent)
