"""DfE's own matrices: each edition's names lead to the same table, and what is no matrix is refused with its place."""

import csv
import tempfile
from pathlib import Path

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from senlib import national
from senlib.frameworks import load

GRADES = [str(grade) for grade in range(1, 10)]
OUTCOMES = [*GRADES, "U", "X"]
PAIRS = [
    "11",
    "21",
    "22",
    "32",
    "33",
    "43",
    "44",
    "54",
    "55",
    "65",
    "66",
    "76",
    "77",
    "87",
    "88",
    "98",
    "99",
]

# Invented counts, one row for each group and band; other groups stand between, as in DfE's files.
COUNTS = {
    ("all", "<80"): [9, 8, 7, 6, 5, 4, 3, 2, 1, 20, 10],
    ("all", "80-89.5"): [5, 6, 7, 8, 9, 9, 8, 7, 6, 0, 3],
    ("SEN", "<80"): [4, 4, 3, 3, 2, 2, 1, 1, 0, 9, 4],
    ("SEN", "80-89.5"): [2, 2, 3, 3, 2, 1, 1, 0, 0, 0, 2],
    ("no SEN", "<80"): [5, 4, 4, 3, 2, 2, 1, 1, 1, 10, 5],
    ("no SEN", "80-89.5"): [3, 4, 4, 5, 7, 8, 7, 7, 6, 0, 1],
}

OLD_GROUPS = {
    "all": ("All Pupils", "All Pupils"),
    "SEN": ("SEN", "SEN Pupils"),
    "no SEN": ("SEN", "Non SEN Pupils"),
}

EDITIONS = {
    "2021": {
        "year": ("time_period", "202021"),
        "topic": "characteristic_type",
        "group": "characteristic_value",
        "subject": "subjects",
        "entry": "KS2_Prior",
        "total": "All_Grades",
        "prefix": "num_",
        "covid": None,
        "groups": OLD_GROUPS,
        "other": ("Ethnicity", "Asian Pupils"),
        "bands": {"<80": "Less than 80", "80-89.5": "80 - 89.5"},
    },
    "2022": {
        "year": ("time_period", "202122"),
        "topic": "characteristic_type",
        "group": "characteristic_value",
        "subject": "subjects",
        "entry": "ks2_scaled_score_group",
        "total": "all_grades",
        "prefix": "num_",
        "covid": "num_covid_impacted",
        "groups": OLD_GROUPS,
        "other": ("FSM", "FSM Pupils"),
        "bands": {"<80": "Less than 80", "80-89.5": "80 - 89.5"},
    },
    "2023": {
        "year": ("time_period", "202223"),
        "topic": "characteristic_type",
        "group": "characteristic_value",
        "subject": "subjects",
        "entry": "KS2_Prior",
        "total": "all_grades",
        "prefix": "num_",
        "covid": "num_covid_impacted",
        "groups": OLD_GROUPS,
        "other": ("Ethnicity", "English"),
        "bands": {"<80": "Less than 80", "80-89.5": "80 - 89.5"},
    },
    "2024": {
        "year": ("time_period", "202324"),
        "topic": "breakdown_topic",
        "group": "breakdown",
        "subject": "subject",
        "entry": "ks2_scaled_score_group",
        "total": "all_grades",
        "prefix": "num_",
        "covid": "num_covid_impacted",
        "groups": {
            "all": ("Total", "Total"),
            "SEN": ("SEN status", "Any SEN"),
            "no SEN": ("SEN status", "No identified SEN"),
        },
        "other": ("Sex", "Total"),
        "bands": {"<80": "Less than 80", "80-89.5": "80 - 89.5"},
    },
    "bare": {
        "year": ("Time Period", "2023/24"),
        "topic": None,
        "group": "Breakdown",
        "subject": "Subject",
        "entry": "KS2 Prior",
        "total": "ALL GRADES",
        "prefix": "",
        "covid": "Covid impacted",
        "groups": {
            "all": ("", "all pupils"),
            "SEN": ("", "any SEN"),
            "no SEN": ("", "no identified  sen"),
        },
        "other": ("", "FSM Pupils"),
        "bands": {"<80": "<80", "80-89.5": "80 to 89.5"},
    },
}


def rows_of(edition, *, counts=COUNTS, subject="Mathematics"):
    """The counts as that edition would print them; other groups, and a region, hold counts that must not be taken."""
    style = EDITIONS[edition]
    printed = []
    for (group, band), numbers in counts.items():
        wanted = style["groups"][group]
        for (topic, name), values, level in (
            (wanted, numbers, "National"),
            (style["other"], [77] * 11, "National"),
            (wanted, [88] * 11, "Regional"),
        ):
            row = {
                "geographic_level": level,
                style["year"][0]: style["year"][1],
                style["group"]: name,
            }
            if style["topic"]:
                row[style["topic"]] = topic
            row |= {
                style["subject"]: subject,
                style["entry"]: style["bands"].get(band, band),
            }
            row |= {
                f"{style['prefix']}{outcome}": value
                for outcome, value in zip(OUTCOMES, values, strict=True)
            }
            if style["covid"]:
                row[style["covid"]] = 0
            known = [value for value in values if isinstance(value, int)]
            row |= {
                style["total"]: sum(known) if len(known) == len(values) else "c",
                "perc_1": 12.3,
                "perc_X": 4.5,
            }
            printed.append(row)
    return printed


def write(path, rows, *, encoding="utf-8"):
    with path.open("w", newline="", encoding=encoding) as file:
        out = csv.DictWriter(file, rows[0])
        out.writeheader()
        out.writerows(rows)
    return path


def read(tmp_path, rows, **options):
    return national.read_dfe_matrix(write(tmp_path / "matrix.csv", rows, **options))


def expected(counts=COUNTS, *, year, covid):
    table = [
        {
            "year": year,
            "stage": "KS4",
            "subject": "Mathematics",
            "group": group,
            "entry": band,
            "outcome": outcome,
            "pupils": value if isinstance(value, int) else None,
        }
        for (group, band), numbers in counts.items()
        for outcome, value in zip(
            [*OUTCOMES, *covid], [*numbers, *[0] * len(covid)], strict=True
        )
    ]
    return pd.DataFrame(table).astype({"pupils": "Int64"})


@pytest.mark.parametrize("edition", EDITIONS)
def test_each_edition_is_read_to_the_same_table(tmp_path, edition):
    year = {"bare": 2024}.get(edition) or int(edition)
    covid = ["covid"] if EDITIONS[edition]["covid"] else []
    pd.testing.assert_frame_equal(
        read(tmp_path, rows_of(edition)), expected(year=year, covid=covid)
    )


@pytest.mark.parametrize("encoding", ["utf-8-sig", "cp1252"])
def test_encodings(tmp_path, encoding):
    rows = [
        row | {"breakdown": "Café"} if row["breakdown_topic"] == "Sex" else row
        for row in rows_of("2024")
    ]
    pd.testing.assert_frame_equal(
        read(tmp_path, rows, encoding=encoding), expected(year=2024, covid=["covid"])
    )


BREAKDOWNS = {
    "all": ("Total", "Total"),
    "SEN": ("SEN status", "Any SEN"),
    "no SEN": ("SEN status", "No identified SEN"),
    "girls": ("Sex", "Girls"),
    "boys": ("Sex", "Boys"),
    "disadvantaged": ("Disadvantage", "Disadvantaged"),
    "not disadvantaged": ("Disadvantage", "Disadvantaged all other"),
    "first language English": ("First language", "English"),
    "first language other": ("First language", "Other than English"),
}


def test_the_held_edition_written_as_dfe_writes_it_is_read_back(tmp_path):
    """All groups and subjects of 2024, single and double grades in one file."""
    held = national.matrix("gcse").query("year == 2024")
    wide = held.pivot(
        index=["subject", "group", "entry"], columns="outcome", values="pupils"
    )
    bands = {"<80": "Less than 80", "none": "No scaled score", "all": "Total"}
    rows = []
    for (subject, group, entry), row in wide.iterrows():
        told = row.dropna()
        double = "5-4" in told
        printed = {f"num_{o}": told.get(o, "z") for o in GRADES}
        printed |= {f"num_{p}": told.get(f"{p[0]}-{p[1]}", "z") for p in PAIRS}
        printed |= {f"num_{o}": "z" if double else told[o] for o in "UX"}
        printed |= {f"num_{2 * o}": told[o] if double else "z" for o in "UX"}
        rows.append(
            {
                "time_period": "202324",
                "breakdown_topic": BREAKDOWNS[group][0],
                "breakdown": BREAKDOWNS[group][1],
                "subject": subject.replace(" and ", " & "),
                "ks2_scaled_score_group": bands.get(entry, entry.replace("-", " - ")),
                "num_covid_impacted": told["covid"],
                "all_grades": told.sum(),
                **printed,
            }
        )
    back = read(tmp_path, rows)
    keys = national.MATRIX_COLUMNS[:-1]
    pd.testing.assert_frame_equal(
        back.sort_values(keys).reset_index(drop=True),
        held.sort_values(keys).reset_index(drop=True),
    )


OLD_BREAKDOWNS = {
    "girls": ("Gender", "Female Pupils"),
    "boys": ("Gender", "Male Pupils"),
    "disadvantaged": ("Disadvantage", "Disadvantaged Pupils"),
    "not disadvantaged": ("Disadvantage", "Non Disadvantaged Pupils"),
    "first language English": ("EAL", "Non EAL Pupils"),
    "first language other": ("EAL", "EAL Pupils"),
}


@pytest.mark.parametrize(
    "edition, names", [("2023", OLD_BREAKDOWNS), ("2024", BREAKDOWNS)]
)
def test_further_groups_are_read_under_their_names(tmp_path, edition, names):
    style = EDITIONS[edition]
    one = next(row for row in rows_of(edition) if row["geographic_level"] == "National")
    rows = [
        one | {style["topic"]: topic, style["group"]: name}
        for topic, name in names.values()
    ]
    assert list(read(tmp_path, rows)["group"].unique()) == list(names)


def test_english_is_a_language_and_no_ethnic_group(tmp_path):
    one = rows_of("2024")[0]
    of = {"breakdown_topic": "Ethnicity", "breakdown": "English"}
    assert set(read(tmp_path, [one, one | of])["group"]) == {"all"}


@pytest.mark.parametrize(
    "printed, band",
    [
        ("Less than 80", "<80"),
        ("<80", "<80"),
        ("< 80", "<80"),
        ("LESS THAN 80", "<80"),
        ("80 - 89.5", "80-89.5"),
        ("80-89.5", "80-89.5"),
        ("80 to 89.5", "80-89.5"),
        ("80 – 89.5", "80-89.5"),
        ("100 - 102", "100-102"),
        ("100.0 - 102.0", "100-102"),
        ("102.5 - 104.5", "102.5-104.5"),
        ("117 - 120", "117-120"),
        ("110 - 112", "110-112"),
        ("No scaled score", "none"),
        ("No prior attainment", "none"),
        ("Total", "all"),
        ("All pupils", "all"),
    ],
)
def test_bands(tmp_path, printed, band):
    assert set(
        read(tmp_path, rows_of("2024", counts={("all", printed): [1] * 11}))["entry"]
    ) == {band}


def test_the_frameworks_bands_are_all_known(tmp_path):
    bands = [*load("gcse").stage("KS4").scores_of_band, "none"]
    table = read(
        tmp_path, rows_of("2024", counts={("all", band): [1] * 11 for band in bands})
    )
    assert list(table["entry"].unique()) == bands


@pytest.mark.parametrize(
    "printed, subject",
    [
        ("Mathematics", "Mathematics"),
        ("maths", "Mathematics"),
        ("English language", "English Language"),
        ("English Literature", "English Literature"),
        ("Art & Design", "Art and Design"),
        ("Food Preparation & Nutrition", "Food Preparation and Nutrition"),
        ("Media/Film/TV", "Media/Film/TV"),
    ],
)
def test_subjects(tmp_path, printed, subject):
    assert set(read(tmp_path, rows_of("2024", subject=printed))["subject"]) == {subject}


def test_several_years_and_subjects_in_one_file(tmp_path):
    rows = rows_of("2024") + rows_of("2024", subject="English Language")
    rows += [row | {"time_period": "202223"} for row in rows]
    table = read(tmp_path, rows)
    assert len(table) == 4 * len(expected(year=2024, covid=["covid"]))
    assert set(table["year"]) == {2023, 2024}


# Symbols


@pytest.mark.parametrize("symbol", ["z", "x", "c", "low", "k", "u", "", " C ", "LOW"])
def test_a_symbol_is_missing_and_never_nothing(tmp_path, symbol):
    counts = {("SEN", "<80"): [4, symbol, *[1] * 9]}
    table = read(tmp_path, rows_of("2024", counts=counts)).set_index("outcome")[
        "pupils"
    ]
    assert table["2"] is pd.NA and table["1"] == 4 and table.isna().sum() == 1


def test_a_row_of_symbols_alone_is_there_and_missing(tmp_path):
    table = read(tmp_path, rows_of("2024", counts={("SEN", "<80"): ["c"] * 11}))
    assert len(table) == 12 and table["pupils"].isna().sum() == 11


CELL = st.one_of(
    st.integers(0, 10**6), st.sampled_from(["z", "x", "c", "low", "k", "u"])
)


@settings(deadline=None, max_examples=40)
@given(edition=st.sampled_from(sorted(EDITIONS)), data=st.data())
def test_whatever_the_counts_they_are_read_as_printed_in_any_order(edition, data):
    counts = {
        key: data.draw(st.lists(CELL, min_size=11, max_size=11)) for key in COUNTS
    }
    rows = data.draw(st.permutations(rows_of(edition, counts=counts)))
    with tempfile.TemporaryDirectory() as folder:
        table = read(Path(folder), rows)
    style = EDITIONS[edition]
    year = {"bare": 2024}.get(edition) or int(edition)
    wanted = expected(counts, year=year, covid=["covid"] if style["covid"] else [])
    keys = ["group", "entry", "outcome"]
    pd.testing.assert_frame_equal(
        table.sort_values(keys).reset_index(drop=True),
        wanted.sort_values(keys).reset_index(drop=True),
    )


# Combined science


def science(**other):
    """A row of 2024's one file for all subjects: single grades not applicable, double ones counted."""
    row = {
        "time_period": "202324",
        "geographic_level": "National",
        "breakdown_topic": "SEN status",
        "breakdown": "Any SEN",
        "ks2_scaled_score_group": "Total",
        "subject": "Combined Science",
    }
    row |= {f"num_{grade}": "z" for grade in OUTCOMES} | {
        "num_covid_impacted": 0,
        "all_grades": 0,
    }
    row |= {f"num_{pair}": count for count, pair in enumerate(PAIRS, start=1)} | {
        "num_UU": 40,
        "num_XX": 7,
    }
    row |= {f"num_{grade}_cs": "z" for grade in GRADES} | {"perc_11": 99.9}
    row["all_grades"] = sum(range(1, 18)) + 47
    return row | other


def test_double_grades(tmp_path):
    table = read(tmp_path, [science()])
    wanted = {
        f"{pair[0]}-{pair[1]}": count for count, pair in enumerate(PAIRS, start=1)
    }
    wanted |= {"U": 40, "X": 7, "covid": 0}
    assert table.set_index("outcome")["pupils"].to_dict() == wanted
    scale = load("gcse").stage("KS4").outcome_scale
    assert all(scale.parse(outcome) == outcome for outcome in table["outcome"])


@pytest.mark.parametrize(
    "style", ["num_{0}{1}", "{0}-{1}", "num_{0}-{1}", "Num {0} {1}"]
)
def test_double_grades_however_they_are_written(tmp_path, style):
    row = science()
    for pair in PAIRS:
        row[style.format(*pair)] = row.pop(f"num_{pair}")
    assert read(tmp_path, [row]).set_index("outcome")["pupils"].loc[
        ["1-1", "5-4", "9-9"]
    ].tolist() == [1, 8, 17]


def test_single_and_double_grades_in_one_file(tmp_path):
    """As in 2022: covid and the total have columns of their own for double grades."""
    double = science(
        all_double_grades=203,
        num_covid_impacted_double=3,
        num_covid_impacted="z",
        all_grades="z",
    )
    single = double | {
        "subject": "Mathematics",
        "num_covid_impacted": 2,
        "all_grades": 20,
        "num_U": 4,
        "num_X": 5,
    }
    single |= {f"num_{grade}": 1 for grade in GRADES}
    single |= dict.fromkeys(
        [
            *(f"num_{pair}" for pair in PAIRS),
            "num_UU",
            "num_XX",
            "num_covid_impacted_double",
        ],
        "z",
    )
    single["all_double_grades"] = "z"
    table = read(tmp_path, [double, single])
    of = {
        subject: part.set_index("outcome")["pupils"].to_dict()
        for subject, part in table.groupby("subject")
    }
    assert of["Mathematics"] == dict.fromkeys(GRADES, 1) | {"U": 4, "X": 5, "covid": 2}
    assert of["Combined Science"]["covid"] == 3 and of["Combined Science"]["U"] == 40
    assert (
        national.NOT_SHOWN not in of["Combined Science"]
        and "4" not in of["Combined Science"]
    )
    seven_more = read(tmp_path, [double | {"all_double_grades": 210}, single])
    assert seven_more.set_index("outcome")["pupils"][national.NOT_SHOWN] == 7


def test_a_file_of_double_grades_needs_no_subject(tmp_path):
    row = {
        name: value
        for name, value in science().items()
        if name != "subject" and name[4:] not in GRADES
    }
    assert set(read(tmp_path, [row])["subject"]) == {"Combined Science"}


def test_pupils_whose_grade_has_no_column_are_told_of(tmp_path):
    """2021 has columns for 1-1, 2-2 and so on, and counts everyone in its total."""
    row = {
        "time_period": "202021",
        "characteristic_type": "SEN",
        "characteristic_value": "SEN Pupils",
        "KS2_Prior": "Less than 80",
        "num_U": 140,
        "num_X": 37,
        "All_Grades": 3223,
    }
    shown = [609, 720, 338, 93, 40, 9, 4, 2, 0]
    row |= {
        f"num_{grade}{grade}": count for grade, count in zip(GRADES, shown, strict=True)
    }
    table = read(tmp_path, [row]).set_index("outcome")["pupils"]
    assert table[national.NOT_SHOWN] == 3223 - 140 - 37 - 1815
    assert table.sum() == 3223 and table["1-1"] == 609


# Files that are no matrix


def without(name):
    return [
        {key: value for key, value in row.items() if key != name}
        for row in rows_of("2024")
    ]


def with_cell(name, value, *, row=0):
    rows = rows_of("2024")
    rows[row] = rows[row] | {name: value}
    return rows


@pytest.mark.parametrize(
    "rows, told",
    [
        (without("time_period"), "no column time_period"),
        (without("breakdown"), "no column breakdown"),
        (without("ks2_scaled_score_group"), "no column ks2_scaled_score_group"),
        (without("subject"), "no column subject"),
        (
            [
                {
                    "time_period": "202324",
                    "breakdown": "Total",
                    "ks2_scaled_score_group": "Total",
                    "subject": "Art",
                }
            ],
            "no column counts a grade",
        ),
        (
            with_cell("num_4", "many"),
            r"matrix.csv, row 2, column num_4: not a whole number",
        ),
        (with_cell("num_4", "1.5"), r"row 2, column num_4: not a whole number"),
        (with_cell("num_4", "-1", row=3), r"row 5, column num_4: not a whole number"),
        (
            with_cell("time_period", "202325"),
            r"row 2, column time_period: not an academic year",
        ),
        (
            with_cell("time_period", "last"),
            r"row 2, column time_period: not an academic year",
        ),
        (
            with_cell("ks2_scaled_score_group", "middle"),
            r"row 2, column ks2_scaled_score_group: not a band",
        ),
        (
            rows_of("2024") + rows_of("2024")[:1],
            r"row 20: a second row for the same year",
        ),
        (
            [row for row in rows_of("2024") if row["breakdown_topic"] == "Sex"],
            "no row for England’s pupils",
        ),
    ],
)
def test_what_is_no_such_matrix_is_refused_with_its_place(tmp_path, rows, told):
    with pytest.raises(ValueError, match=told) as error:
        read(tmp_path, rows)
    assert str(tmp_path) not in str(error.value)


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"\n\n",
        b'a\n"b',
        b"\x00\x01\x02",
        "a,b\n1,2\n".encode("utf-16"),
        b"\x81\x8d",
    ],
)
def test_what_is_no_table_is_refused(tmp_path, content):
    path = tmp_path / "matrix.csv"
    path.write_bytes(content)
    with pytest.raises(ValueError, match=r"matrix\.csv: (not a|no column)"):
        national.read_dfe_matrix(path)


def test_counts_with_thousands_marked(tmp_path):
    rows = with_cell("num_4", "1,045")
    rows[0]["all_grades"] = "1,115"
    table = read(tmp_path, rows).set_index(["group", "entry", "outcome"])["pupils"]
    assert table["all", "<80", "4"] == 1045


# The long layout: a row for each grade

PARTS = [
    "sex",
    "ethnicity_major",
    "ethnicity_minor",
    "fsm_status",
    "sen_status",
    "disadvantage_status",
    "first_language",
    "school_admission_type",
    "school_religious_character",
]
STATUS = {"all": "Total", "SEN": "Any SEN", "no SEN": "No identified SEN"}


def long_row(grade, number, *, group="SEN", band="80 - 89.5", percent="z", **other):
    row = {
        "time_period": "202324",
        "time_identifier": "Academic year",
        "geographic_level": "National",
        "country_code": "E92000001",
        "country_name": "England",
        "version": "Revised",
        "establishment_type_group": "State-funded",
        "breakdown_topic": "Total" if group == "all" else "SEN status",
    }
    row |= dict.fromkeys(PARTS, "Total") | {"sen_status": STATUS.get(group, group)}
    row |= {
        "ks2_scaled_score_group": band,
        "qualification_type": "GCSE",
        "subject": "Mathematics",
    }
    row |= {"grade": grade, "number_achieving": number, "percentage_achieving": percent}
    return row | other


def long_rows(*, counts=COUNTS, covid="Covid impacted", total="Total", **other):
    """COUNTS in the long layout, and between them rows that must not be taken."""
    rows = []
    for (group, band), numbers in counts.items():
        name = {"<80": "Less than 80", "80-89.5": "80 - 89.5"}.get(band, band)
        of = {"group": group, "band": name}
        known = [number for number in numbers if isinstance(number, int)]
        whole = len(known) == len(numbers)
        for grade, number in zip([*OUTCOMES, covid], [*numbers, 0], strict=True):
            share = f"{100 * number / sum(known):.1f}" if whole and sum(known) else "z"
            rows.append(
                long_row(grade, number, percent=share.removesuffix(".0"), **of) | other
            )
            rows.append(
                long_row(grade, 77, **of) | other | {"ethnicity_major": "Asian"}
            )
            rows.append(
                long_row(grade, 88, **of) | other | {"geographic_level": "Regional"}
            )
            rows.append(long_row(grade, 66, **(of | {"group": "SEN support"})) | other)
        if total:
            rows.append(long_row(total, sum(known) if whole else "c", **of) | other)
        rows.append(long_row("9 to 4", 999, **of) | other)
        rows.append(
            long_row("L2P", 5, **of) | other | {"qualification_type": "VRQ Level 2"}
        )
    return rows


def counted(table, **where):
    for name, value in where.items():
        table = table[table[name] == value]
    pupils = table.set_index("outcome")["pupils"]
    return pupils.astype(object).where(pupils.notna(), None).to_dict()


LONG_CASE = """\
time_period,time_identifier,geographic_level,country_code,country_name,version,establishment_type_group,breakdown_topic,\
sex,ethnicity_major,ethnicity_minor,fsm_status,sen_status,disadvantage_status,first_language,ks2_scaled_score_group,\
school_admission_type,school_religious_character,qualification_type,subject,grade,number_achieving,percentage_achieving
202324,Academic year,National,E92000001,England,Revised,State-funded,SEN status,Total,Total,Total,Total,Any SEN,Total,\
Total,80 - 89.5,Total,Total,GCSE,Mathematics,4,100,10
202324,Academic year,National,E92000001,England,Revised,State-funded,SEN status,Total,Total,Total,Total,Any SEN,Total,\
Total,80 - 89.5,Total,Total,GCSE,Mathematics,3,300,30
"""


def test_a_few_grades_in_the_long_layout_and_the_rest_not_shown(tmp_path):
    """100 of 1,000 and 300 of 1,000: the other 600 are somewhere, so no rate is made of the 400."""
    path = tmp_path / "matrix.csv"
    path.write_text(LONG_CASE)
    table = national.read_dfe_matrix(path)
    assert list(table.columns) == national.MATRIX_COLUMNS
    assert table.iloc[:, :5].drop_duplicates().to_numpy().tolist() == [
        [2024, "KS4", "Mathematics", "SEN", "80-89.5"]
    ]
    assert counted(table) == {"3": 300, "4": 100, national.NOT_SHOWN: None}
    assert national.rates(table, source="made up")["percent"].isna().all()


@pytest.mark.parametrize(
    "covid", ["Covid impacted", "covid_impacted", "Covid Impacted"]
)
@pytest.mark.parametrize("total", ["Total", "All grades", "Total exam entries", ""])
def test_the_long_layout_is_read_to_the_same_table(tmp_path, covid, total):
    table = read(tmp_path, long_rows(covid=covid, total=total))
    pd.testing.assert_frame_equal(table, expected(year=2024, covid=["covid"]))


@settings(deadline=None, max_examples=20)
@given(data=st.data())
def test_whatever_the_long_layout_counts_in_any_order(data):
    counts = {
        key: data.draw(st.lists(CELL, min_size=11, max_size=11)) for key in COUNTS
    }
    rows = data.draw(st.permutations(long_rows(counts=counts)))
    with tempfile.TemporaryDirectory() as folder:
        table = read(Path(folder), rows)
    keys = ["group", "entry", "outcome"]
    pd.testing.assert_frame_equal(
        table.sort_values(keys).reset_index(drop=True),
        expected(counts, year=2024, covid=["covid"])
        .sort_values(keys)
        .reset_index(drop=True),
    )


def test_several_years_and_subjects_in_the_long_layout(tmp_path):
    rows = [
        row
        for year in ("202324", "202425")
        for subject in ("Mathematics", "English Language")
        for row in long_rows(time_period=year, subject=subject)
    ]
    table = read(tmp_path, rows)
    assert len(table) == 4 * len(expected(year=2024, covid=["covid"]))
    assert set(table["year"]) == {2024, 2025} and table["pupils"].notna().all()


@pytest.mark.parametrize("style", ["{0}-{1}", "{0}{1}", "Grade {0}-{1}"])
@pytest.mark.parametrize("u, x", [("U", "X"), ("UU", "XX"), ("U-U", "X-X")])
def test_double_grades_beside_single_ones_in_the_long_layout(tmp_path, style, u, x):
    numbers = {style.format(*pair): count for count, pair in enumerate(PAIRS, start=1)}
    science = [
        long_row(grade, count, subject="Combined Science")
        for grade, count in (numbers | {u: 40, x: 7, "Total": 200}).items()
    ]
    table = read(tmp_path, [*long_rows(), *science])
    wanted = {
        f"{pair[0]}-{pair[1]}": count for count, pair in enumerate(PAIRS, start=1)
    }
    assert counted(table, subject="Combined Science") == wanted | {"U": 40, "X": 7}
    assert counted(table, subject="Mathematics", group="SEN", entry="<80")["4"] == 3


def test_double_grades_that_are_all_suppressed_stay_double(tmp_path):
    rows = [long_row(f"{a}-{b}", "c", subject="Combined Science") for a, b in PAIRS]
    table = read(tmp_path, [*long_rows(), *rows])
    assert list(counted(table, subject="Combined Science")) == [
        f"{a}-{b}" for a, b in PAIRS
    ]


@pytest.mark.parametrize("symbol", ["z", "x", "c", "low", "k", "u", "", " C "])
def test_a_symbol_in_the_long_layout_is_missing_and_never_nothing(tmp_path, symbol):
    table = read(tmp_path, [long_row("1", 4), long_row("2", symbol), long_row("3", 0)])
    assert counted(table) == {"1": 4, "2": None, "3": 0}


def test_a_grade_without_a_row_is_missing_where_another_band_has_one(tmp_path):
    table = read(
        tmp_path, [long_row("1", 4), long_row("2", 3), long_row("1", 5, band="Total")]
    )
    assert counted(table, entry="all") == {"1": 5, "2": None}


def test_pupils_whose_grade_has_no_row_are_told_of(tmp_path):
    table = read(tmp_path, [long_row("1", 4), long_row("2", 3), long_row("Total", 10)])
    assert counted(table) == {"1": 4, "2": 3, national.NOT_SHOWN: 3}


def test_everyone_within_the_topic_of_sen_where_there_is_no_other(tmp_path):
    rows = [long_row("4", 9, group="all", breakdown_topic="SEN status")]
    assert counted(read(tmp_path, rows)) == {"4": 9}
    rows.append(long_row("4", 10, group="all"))
    assert counted(read(tmp_path, rows)) == {"4": 10}


@pytest.mark.parametrize(
    "column, name, group",
    [
        ("sex", "Boys", "boys"),
        ("disadvantage_status", "Disadvantaged all other", "not disadvantaged"),
        ("first_language", "Other than English", "first language other"),
    ],
)
def test_further_groups_of_the_long_layout(tmp_path, column, name, group):
    topic = column.replace("_", " ").capitalize()
    of = {"group": "all", "breakdown_topic": topic, column: name}
    # Boys with SEN are none of the groups, and nor is a part without a name here.
    rows = [long_row("4", 9, group="all"), long_row("4", 5) | {column: name}]
    rows += [
        long_row("4", 3, **of),
        long_row("4", 2, **(of | {column: "Unclassified"})),
    ]
    table = read(tmp_path, rows)
    assert table[["group", "pupils"]].to_numpy().tolist() == [["all", 9], [group, 3]]


def test_grades_that_come_to_more_than_their_total_are_refused(tmp_path):
    with pytest.raises(
        ValueError, match="row 2: its grades count more pupils than its total"
    ):
        read(tmp_path, with_cell("all_grades", 3))


def test_the_same_row_under_two_topics_is_one(tmp_path):
    rows = [long_row("4", 9), long_row("4", 9, breakdown_topic="Sex and SEN status")]
    assert counted(read(tmp_path, rows)) == {"4": 9}


@pytest.mark.parametrize(
    "rows, told",
    [
        ([long_row("A*", 3)], "row 2, column grade: not a GCSE grade"),
        (
            [long_row("4", 3), long_row("3", "1.5")],
            "row 3, column number_achieving: not a whole",
        ),
        (
            [long_row("4", 3, percent="many")],
            "row 2, column percentage_achieving: not a percent",
        ),
        (
            [long_row("4", 3, percent="101")],
            "row 2, column percentage_achieving: not a percent",
        ),
        (
            [long_row("4", 3, band="middle")],
            "row 2, column ks2_scaled_score_group: not a band",
        ),
        (
            [long_row("4", 3, time_period="last")],
            "row 2, column time_period: not an academic",
        ),
        ([long_row("4", 3), long_row("4", 5)], "row 3: a second row for the same year"),
        (
            [
                long_row("4", 3),
                long_row("3", 5, band="80-89.5"),
                long_row("4", 3, band="80-89.5"),
            ],
            "row 3: a second row for the same year",
        ),
        ([long_row("Total", 3)], "row 2: its subject has no row for a grade"),
        ([long_row("4", 3, sex="Boys")], "No row has Total in column sex"),
        (
            [long_row("4", 3, region_type="Urban")],
            "No row has Total in column region_type",
        ),
        ([long_row("4", 3, group="SEN support")], "no row for England’s pupils"),
        (
            [long_row("4", 3, geographic_level="Regional")],
            "no row for England’s pupils",
        ),
        (
            [long_row("4", 3, qualification_type="GCSE Short Course")],
            "no row for England’s pupils",
        ),
        (
            [long_row("4", 100, percent="10"), long_row("3", 300, percent="20.5")],
            "row 2, column percentage_achieving: the percentages of this band do not go with",
        ),
        (
            [long_row("4", 0, percent="10"), long_row("3", 5, percent="50")],
            "do not go with",
        ),
    ],
)
def test_what_is_not_known_in_the_long_layout_is_refused_with_its_place(
    tmp_path, rows, told
):
    with pytest.raises(ValueError, match=told) as error:
        read(tmp_path, rows)
    assert str(tmp_path) not in str(error.value)


@pytest.mark.parametrize(
    "name",
    [
        "number_achieving",
        "subject",
        "sen_status",
        "ks2_scaled_score_group",
        "time_period",
    ],
)
def test_a_column_that_the_long_layout_needs(tmp_path, name):
    rows = [
        {key: value for key, value in row.items() if key != name} for row in long_rows()
    ]
    with pytest.raises(ValueError, match=f"no column {name}"):
        read(tmp_path, rows)


def test_percentages_are_needed_by_nobody(tmp_path):
    rows = [
        {key: value for key, value in row.items() if key != "percentage_achieving"}
        for row in long_rows()
    ]
    pd.testing.assert_frame_equal(
        read(tmp_path, rows), expected(year=2024, covid=["covid"])
    )
