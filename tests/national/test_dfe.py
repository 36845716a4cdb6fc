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
        "other": ("Gender", "Female Pupils"),
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
        "other": ("EAL", "EAL Pupils"),
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
        "other": ("Disadvantage", "Non Disadvantaged Pupils"),
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
        "other": ("", "EAL Pupils"),
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
            row |= {style["subject"]: subject, style["entry"]: style["bands"].get(band, band)}
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
        for outcome, value in zip([*OUTCOMES, *covid], [*numbers, *[0] * len(covid)], strict=True)
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


def test_the_held_matrix_written_as_dfe_writes_it_is_read_back(tmp_path):
    held = national.matrix("gcse")
    wide = held.pivot(index=["subject", "group", "entry"], columns="outcome", values="pupils")
    bands = {"<80": "Less than 80", "none": "No scaled score", "all": "Total"}
    rows = [
        {
            "time_period": "202324",
            "breakdown": EDITIONS["2024"]["groups"][group][1],
            "subject": subject,
            "ks2_scaled_score_group": bands.get(entry, entry.replace("-", " - ")),
            "num_covid_impacted": row["covid"],
            "all_grades": row.sum(),
            **{f"num_{o}": row[o] for o in OUTCOMES},
        }
        for (subject, group, entry), row in wide.iterrows()
    ]
    back = read(tmp_path, rows)
    keys = national.MATRIX_COLUMNS[:-1]
    pd.testing.assert_frame_equal(
        back.sort_values(keys).reset_index(drop=True), held.sort_values(keys).reset_index(drop=True)
    )


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
    assert set(read(tmp_path, rows_of("2024", counts={("all", printed): [1] * 11}))["entry"]) == {
        band
    }


def test_the_frameworks_bands_are_all_known(tmp_path):
    bands = [*load("gcse").stage("KS4").scores_of_band, "none"]
    table = read(tmp_path, rows_of("2024", counts={("all", band): [1] * 11 for band in bands}))
    assert list(table["entry"].unique()) == bands


@pytest.mark.parametrize(
    "printed, subject",
    [
        ("Mathematics", "Mathematics"),
        ("maths", "Mathematics"),
        ("English language", "English Language"),
        ("English Literature", "English Literature"),
        ("Art & Design", "Art & Design"),
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
    table = read(tmp_path, rows_of("2024", counts=counts)).set_index("outcome")["pupils"]
    assert table["2"] is pd.NA and table["1"] == 4 and table.isna().sum() == 1


def test_a_row_of_symbols_alone_is_there_and_missing(tmp_path):
    table = read(tmp_path, rows_of("2024", counts={("SEN", "<80"): ["c"] * 11}))
    assert len(table) == 12 and table["pupils"].isna().sum() == 11


CELL = st.one_of(st.integers(0, 10**6), st.sampled_from(["z", "x", "c", "low", "k", "u"]))


@settings(deadline=None, max_examples=40)
@given(edition=st.sampled_from(sorted(EDITIONS)), data=st.data())
def test_whatever_the_counts_they_are_read_as_printed_in_any_order(edition, data):
    counts = {key: data.draw(st.lists(CELL, min_size=11, max_size=11)) for key in COUNTS}
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
    row |= {f"num_{grade}": "z" for grade in OUTCOMES} | {"num_covid_impacted": 0, "all_grades": 0}
    row |= {f"num_{pair}": count for count, pair in enumerate(PAIRS, start=1)} | {
        "num_UU": 40,
        "num_XX": 7,
    }
    row |= {f"num_{grade}_cs": "z" for grade in GRADES} | {"perc_11": 99.9}
    row["all_grades"] = sum(range(1, 18)) + 47
    return row | other


def test_double_grades(tmp_path):
    table = read(tmp_path, [science()])
    wanted = {f"{pair[0]}-{pair[1]}": count for count, pair in enumerate(PAIRS, start=1)}
    wanted |= {"U": 40, "X": 7, "covid": 0}
    assert table.set_index("outcome")["pupils"].to_dict() == wanted
    scale = load("gcse").stage("KS4").outcome_scale
    assert all(scale.parse(outcome) == outcome for outcome in table["outcome"])


@pytest.mark.parametrize("style", ["num_{0}{1}", "{0}-{1}", "num_{0}-{1}", "Num {0} {1}"])
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
        all_double_grades=203, num_covid_impacted_double=3, num_covid_impacted="z", all_grades="z"
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
        [*(f"num_{pair}" for pair in PAIRS), "num_UU", "num_XX", "num_covid_impacted_double"], "z"
    )
    single["all_double_grades"] = "z"
    table = read(tmp_path, [double, single])
    of = {
        subject: part.set_index("outcome")["pupils"].to_dict()
        for subject, part in table.groupby("subject")
    }
    assert of["Mathematics"] == dict.fromkeys(GRADES, 1) | {"U": 4, "X": 5, "covid": 2}
    assert of["Combined Science"]["covid"] == 3 and of["Combined Science"]["U"] == 40
    assert national.NOT_SHOWN not in of["Combined Science"] and "4" not in of["Combined Science"]
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
    row |= {f"num_{grade}{grade}": count for grade, count in zip(GRADES, shown, strict=True)}
    table = read(tmp_path, [row]).set_index("outcome")["pupils"]
    assert table[national.NOT_SHOWN] == 3223 - 140 - 37 - 1815
    assert table.sum() == 3223 and table["1-1"] == 609


# Files that are no matrix


def without(name):
    return [{key: value for key, value in row.items() if key != name} for row in rows_of("2024")]


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
        (with_cell("num_4", "many"), r"matrix.csv, row 2, column num_4: not a whole number"),
        (with_cell("num_4", "1.5"), r"row 2, column num_4: not a whole number"),
        (with_cell("num_4", "-1", row=3), r"row 5, column num_4: not a whole number"),
        (with_cell("time_period", "202325"), r"row 2, column time_period: not an academic year"),
        (with_cell("time_period", "last"), r"row 2, column time_period: not an academic year"),
        (
            with_cell("ks2_scaled_score_group", "middle"),
            r"row 2, column ks2_scaled_score_group: not a band",
        ),
        (rows_of("2024") + rows_of("2024")[:1], r"row 20: a second row for the same year"),
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
    table = read(tmp_path, with_cell("num_4", "1,045")).set_index(["group", "entry", "outcome"])[
        "pupils"
    ]
    assert table["all", "<80", "4"] == 1045
