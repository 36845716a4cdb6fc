"""The columns: every one declared in full, spellings made canonical, codes checked at their edges."""

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pandera.errors import SchemaErrors

from senlib.frameworks import load
from senlib.school import schema

LEVELS, GCSE = load("levels"), load("gcse")
each_framework = pytest.mark.parametrize(
    "framework", [LEVELS, GCSE], ids=lambda framework: framework.name
)


def canonical(of, framework=LEVELS, **columns):
    return schema.canonical(
        pd.DataFrame(columns, dtype=str), schema=of(framework), framework=framework
    )


def turned(name, *values, framework=LEVELS):
    of = (
        schema.pupils_schema
        if name in schema.pupils_schema(framework).columns
        else schema.results_schema
    )
    return canonical(of, framework, **{name: values})[name].tolist()


def refused(of, framework=LEVELS, **columns):
    """(column, row) of each cell that the schema refuses; a check of whole rows stands as its error."""
    table = canonical(of, framework, **columns)
    try:
        of(framework).validate(table, lazy=True)
    except SchemaErrors as errors:
        cases = errors.failure_cases
        columns = cases["column"].where(
            cases["schema_context"] == "Column", cases["check"]
        )
        return sorted(set(zip(columns, cases["index"], strict=True)))
    return []


def pupil(**columns):
    size = len(next(iter(columns.values())))
    return {"pupil_id": [str(number) for number in range(size)], **columns}


def result(**columns):
    size = len(next(iter(columns.values())))
    row = {
        "stage": "KS2",
        "subject": "English",
        "kind": "test",
        "result": "4",
        "date": "",
    }
    return {
        "pupil_id": [str(number) for number in range(size)],
        **{name: [text] * size for name, text in row.items()},
        **columns,
    }


@each_framework
@pytest.mark.parametrize("of", [schema.pupils_schema, schema.results_schema])
def test_each_column_is_declared_in_full(framework, of):
    for name, column in of(framework).columns.items():
        assert column.description, name
        assert set(column.metadata) == {
            "aliases",
            "remedy",
            "must",
            "personal",
            "spellings",
        }
        assert column.metadata["remedy"] or not column.checks or name == "result", name


@each_framework
@pytest.mark.parametrize("of", [schema.pupils_schema, schema.results_schema])
def test_no_heading_stands_for_two_columns(framework, of):
    columns = of(framework).columns
    named = {
        (schema.normal(alias), name)
        for name in columns
        for alias in (name, *columns[name].metadata["aliases"])
    }
    assert len({heading for heading, _ in named}) == len(named)


@pytest.mark.parametrize(
    "heading, expected",
    [
        ("EVERFSM_6", "everfsm6"),
        (" First name ", "firstname"),
        ("% Attendance", "%attendance"),
        ("SEN-Status", "senstatus"),
    ],
)
def test_normal(heading, expected):
    assert schema.normal(heading) == expected


@pytest.mark.parametrize(
    "heading, column",
    [
        ("NCyearActual", "year_group"),
        ("SENProvision", "sen_provision"),
        ("PrimarySENeedsType", "need"),
        ("SecondarySENType", "need_2"),
        ("EVERFSM_6", "fsm"),
        ("Reg", "form"),
        ("UPN", "pupil_id"),
        ("% attendance", "attendance"),
    ],
)
def test_headings_of_exports(heading, column):
    assert schema.headings(schema.pupils_schema(GCSE))[schema.normal(heading)] == column


@pytest.mark.parametrize(
    "name, written, expected",
    [
        (
            "sex",
            ["F", "f", "Female", " girl ", "M", "BOY", "x", ""],
            ["F", "F", "F", "F", "M", "M", "x", ""],
        ),
        (
            "sen_provision",
            ["n", "School  Action", "SA+", "Statement", "K"],
            ["N", "A", "P", "S", "K"],
        ),
        ("need", ["spld", "Besd", "??"], ["SPLD", "BESD", "??"]),
        (
            "fsm",
            ["yes", "1", "TRUE", "n", "0", "False", "maybe"],
            ["Y", "Y", "Y", "N", "N", "N", "maybe"],
        ),
        (
            "year_group",
            ["9", "09", "Year 9", "Y9", "yr 9", "9.0", "nine"],
            ["9", "9", "9", "9", "9", "9", "nine"],
        ),
        ("ks4_year", ["2024", "202324", "2023/24", "2023-24"], ["2024"] * 4),
        ("attendance", ["95.5%", "95.5 %", "95.5"], ["95.5"] * 3),
        (
            "stage",
            ["ks2", "Key Stage 3", "GCSE", "Current", "now"],
            ["KS2", "KS3", "KS4", "now", "now"],
        ),
        (
            "subject",
            ["En", "MATHS", "sci", "ict", "Art"],
            ["English", "Mathematics", "Science", "ICT", "Art"],
        ),
        ("surname", [" Lee ", "de  la Mare"], ["Lee", "de  la Mare"]),
        (
            "date",
            [
                "14/5/2004",
                "14.05.2004",
                "2004-5-14",
                "2004-05-14 09:30:00",
                "31/2/2004",
                "",
            ],
            ["2004-05-14"] * 4 + ["31/2/2004", ""],
        ),
    ],
)
def test_spellings_become_canonical(name, written, expected):
    assert turned(name, *written) == expected


@pytest.mark.parametrize(
    "framework, code, spellings",
    [
        (
            GCSE,
            "K",
            [
                *(
                    "K",
                    "SEN Support",
                    "K: SEN Support",
                    "SEN Support (K)",
                    "K – SEN Support",
                ),
                *(
                    "K - SEN Support",
                    "K-SEN Support",
                    "K — SEN support",
                    "K (SEN Support)",
                    "SEN K",
                ),
                *("SEN Support - K", "School Action", "School Action Plus", "A", "P"),
                *("SEN Support/K", "SEND Support", " k "),
            ],
        ),
        (
            GCSE,
            "E",
            [
                *(
                    "E",
                    "EHC",
                    "EHCP",
                    "EHC Plan",
                    "Education, Health and Care Plan",
                    "SEN E",
                ),
                *(
                    "E: Education, Health & Care Plan",
                    "Education Health and Care Plan (EHCP)",
                ),
                *(
                    "Education, Health and Care Plan (E)",
                    "E - EHCP",
                    "Statement",
                    "EHCP/Statement",
                ),
            ],
        ),
        (
            GCSE,
            "N",
            [
                *(
                    "N",
                    "No Special Educational Need",
                    "No Special Educational Needs",
                    "Non-SEN",
                ),
                *("Non SEN", "Not SEN", "No SEN", "No", "None", "-", "–", "N/A", "0"),
                *("N - No Special Educational Need", "No SEN (N)", "N: none"),
            ],
        ),
        (
            LEVELS,
            "N",
            ["No Special Educational Needs", "Non-SEN", "-", "0", "None", "N/A"],
        ),
        (
            LEVELS,
            "A",
            ["School Action", "A - School Action", "School Action (A)", "SEN A"],
        ),
        (
            LEVELS,
            "P",
            ["School Action Plus", "School Action+", "P: School Action Plus"],
        ),
        (LEVELS, "S", ["Statement", "S – Statement of SEN", "Statement (S)"]),
    ],
)
def test_sen_provision_as_schools_write_it(framework, code, spellings):
    assert turned("sen_provision", *spellings, framework=framework) == [code] * len(
        spellings
    )


@pytest.mark.parametrize(
    "text",
    [
        "Y",
        "Yes",
        "S",
        "SEN",
        "K/E",
        "K - E",
        "SEN Support (E)",
        "X",
        "N - 2",
        "1",
        "Maybe (x)",
    ],
)
def test_what_tells_no_sen_provision_stays_as_it_is(text):
    assert turned("sen_provision", text, framework=GCSE) == [text]


@pytest.mark.parametrize(
    "code, spellings",
    [
        (
            "ASD",
            [
                *(
                    "ASD",
                    "ASC",
                    "Autism",
                    "Autistic Spectrum Disorder",
                    "Autism Spectrum Disorder",
                ),
                *(
                    "Autistic Spectrum Disorder (ASD)",
                    "ASD - Autistic Spectrum Disorder",
                ),
                *("Autistic Spectrum Disorders", "ASD: Autism", "Asperger’s Syndrome"),
            ],
        ),
        (
            "SEMH",
            [
                *(
                    "Social, Emotional & Mental Health",
                    "Social, Emotional and Mental Health",
                ),
                *("ADHD", "SEMH - Social, Emotional and Mental Health", "SEMH (ADHD)"),
            ],
        ),
        (
            "SPLD",
            [
                "SpLD",
                "Dyslexia",
                "Dyscalculia",
                "Dyspraxia",
                "Specific Learning Difficulties",
            ],
        ),
        (
            "SPLD",
            ["Specific Learning Difficulty (SpLD)", "SpLD - Dyslexia", "SpLD/Dyslexia"],
        ),
        (
            "DS",
            [
                "Down's Syndrome",
                "Down’s Syndrome",
                "Downs syndrome",
                "Down Syndrome",
                "DS",
            ],
        ),
        (
            "MSI",
            [
                "Multi Sensory Impairment",
                "Multi-Sensory Impairment",
                "Multi–sensory impairment",
            ],
        ),
        ("MLD", ["Moderate Learning Difficulty", "Moderate Learning Difficulties"]),
        ("SLD", ["Severe Learning Difficulty", "Severe learning difficulties"]),
        ("PMLD", ["Profound & Multiple Learning Difficulty"]),
        (
            "SLCN",
            [
                "Speech, Language and Communication Needs",
                "Speech, Language & Communication Need",
                "SLCN - Speech, language and communication needs",
                "Speech, Language and Communication Needs (SLCN)",
            ],
        ),
        ("HI", ["Hearing Impairment", "HI - Hearing impairment"]),
        ("VI", ["Vision Impairment", "Visual impairment"]),
        ("PD", ["Physical Disability", "Physical disabilities"]),
        (
            "OTH",
            ["Other Difficulty/Disability", "Other difficulty / disability", "Other"],
        ),
        ("NSA", ["SEN support but no specialist assessment of type of need"]),
        ("", ["-", "–", "N/A", "0", "None", ""]),
    ],
)
def test_needs_as_schools_write_them(code, spellings):
    assert turned("need", *spellings, framework=GCSE) == [code] * len(spellings)


@pytest.mark.parametrize(
    "text", ["ASD/ADHD", "ASD - SLCN", "Behaviour", "Y", "ASD and SLCN"]
)
def test_two_needs_or_none_that_is_known_stay_as_they_are(text):
    assert turned("need", text, framework=GCSE) == [text]


def test_adhd_is_behaviour_emotional_and_social_difficulty_in_2005():
    assert turned("need", "ADHD", "Autism") == ["BESD", "ASD"]


@pytest.mark.parametrize(
    "year, spellings",
    [
        (
            "11",
            [
                "11",
                "Year 11",
                "Y11",
                "Yr 11",
                "Yr. 11",
                "11.0",
                "Curriculum Year 11",
                "year  11",
            ],
        ),
        ("11", ["NC Year 11", "National Curriculum Year 11", "Year Group 11"]),
        ("7", ["07", "Year 07", "Y 7"]),
        ("0", ["R", "Reception", "Year R", "YR", "Curriculum Year R", "0"]),
        ("", ["N1", "N2", "Nursery", "Year N2", "Nursery 1"]),
    ],
)
def test_years_as_schools_write_them(year, spellings):
    assert turned("year_group", *spellings) == [year] * len(spellings)


def test_other_columns_keep_their_own_codes_apart():
    assert turned("sex", "F/M", "F - 2", "Female (F)") == ["F/M", "F - 2", "F"]
    assert turned("fsm", "1-2", "Y/N", "0", "-") == ["1-2", "Y/N", "N", ""]
    assert turned("eal_stage", "0", "1-2") == ["0", "1-2"]


def test_sen_support_is_of_today():
    assert turned("sen_provision", "SEN support", "EHC plan", framework=GCSE) == [
        "K",
        "E",
    ]


def test_a_kind_that_is_not_told():
    table = canonical(
        schema.results_schema, stage=["KS2", "now", "now"], kind=["", "", "tt"]
    )
    assert table["kind"].tolist() == ["test", "teacher", "test"]


def test_on_roll_unless_told_otherwise():
    assert turned("on_roll", "", "N", "yes") == ["Y", "N", "Y"]


def test_results_are_read_by_the_scale_of_their_stage():
    table = canonical(
        schema.results_schema,
        stage=["KS2", "KS4", "KS2", "KS9"],
        result=["4B", "b", "a", "4B"],
    )
    assert table["result"].tolist() == ["4b", "B", "A", "4B"]


def test_every_column_is_there_and_blank_where_it_was_not_given():
    table = canonical(schema.pupils_schema, pupil_id=["1"])
    assert list(table.columns) == list(schema.pupils_schema(LEVELS).columns)
    assert table.loc[
        0, [name for name in table.columns if name not in ("pupil_id", "on_roll")]
    ].tolist() == [""] * (len(table.columns) - 2)


@pytest.mark.parametrize(
    "name, good, bad",
    [
        ("year_group", ["0", "14", ""], ["15", "9.5", "-1", "x"]),
        ("ks4_year", ["1990", "2099", ""], ["1989", "2100", "24"]),
        ("attendance", ["0", "100", "99.99", ""], ["-0.1", "100.1", "x", "nan", "inf"]),
        ("eal_stage", ["1", "4", ""], ["0", "5"]),
        ("sen_provision", ["N", "A", "P", "S", ""], ["K", "E", "X"]),
        ("sex", ["F", "M", ""], ["X"]),
    ],
)
def test_edges_of_a_pupils_columns(name, good, bad):
    expected = [(name, row) for row in range(len(good), len(good) + len(bad))]
    assert refused(schema.pupils_schema, **pupil(**{name: [*good, *bad]})) == expected


@pytest.mark.parametrize(
    "name, good, bad",
    [
        ("stage", ["KS2", "KS3"], ["KS1", ""]),
        ("subject", ["English", "Maths", "ICT"], ["Geography", ""]),
        ("kind", ["test", "TA", ""], ["guess"]),
        (
            "date",
            ["", "2004-02-29", "1/9/2004"],
            ["2005-02-29", "2004-13-01", "29/02/2005", "20040501", "soon"],
        ),
    ],
)
def test_edges_of_a_results_columns(name, good, bad):
    expected = [(name, row) for row in range(len(good), len(good) + len(bad))]
    assert refused(schema.results_schema, **result(**{name: [*good, *bad]})) == expected


NOT_A_RESULT = "not a result that this stage can have"


@pytest.mark.parametrize(
    "framework, stage, good, bad",
    [
        (
            LEVELS,
            "KS2",
            ["1", "8a", "W", "P1i", "P8", "B", "N", "4.27", "9", "53", ""],
            ["9a", "0", "4d", "4.275", "C", "54", "55"],
        ),
        (LEVELS, "KS4", ["A*", "G", "U", "X", ""], ["H", "4", "9"]),
        (
            GCSE,
            "KS2",
            [
                "59",
                "80",
                "99.5",
                "120",
                "<80",
                "117-120",
                "B",
                "PK4",
                "EXS",
                "104.33",
                "",
            ],
            ["58", "120.5", "4b", "High", "-80"],
        ),
        (
            GCSE,
            "KS4",
            ["1", "9", "U", "X", "0", "4+", "L2M", "E3", ""],
            ["-9", "10", "5-3", "A", "4-5", "4.25", "5-4", "55"],
        ),
        (GCSE, "KS4 Science", ["4", "5-4", "55", "U"], ["5-3", "4-5"]),
        (GCSE, "KS4 Engineering", ["4", "5-4", "U"], ["5-3", "4-5"]),
    ],
)
def test_edges_of_results(framework, stage, good, bad):
    size = len(good) + len(bad)
    stage, subject = stage.split() if " " in stage else (stage, "English")
    columns = result(
        result=[*good, *bad], stage=[stage] * size, subject=[subject] * size
    )
    expected = [(NOT_A_RESULT, row) for row in range(len(good), size)]
    assert refused(schema.results_schema, framework, **columns) == expected


def test_pupil_numbers_are_there():
    assert refused(schema.pupils_schema, pupil_id=["1", ""]) == [("pupil_id", 1)]
    assert refused(
        schema.results_schema, **{**result(stage=["KS2"]), "pupil_id": [""]}
    ) == [("pupil_id", 0)]


def test_typed():
    pupils = canonical(
        schema.pupils_schema,
        pupil_id=["1", "2"],
        year_group=["9", ""],
        attendance=["95.5", ""],
    )
    pupils = schema.typed(pupils, schema=schema.pupils_schema(LEVELS), framework=LEVELS)
    assert pupils["year_group"].tolist() == [9, pd.NA]
    assert pupils["attendance"].fillna(-1).tolist() == [95.5, -1]
    results = canonical(schema.results_schema, **result(result=["4b", "B", ""]))
    results = schema.typed(
        results, schema=schema.results_schema(LEVELS), framework=LEVELS
    )
    assert results["points"].fillna(-1).tolist() == [27, -1, -1]
    assert results["stage"].dtype == "category"


@given(
    values=st.lists(
        st.text(st.characters(codec="utf-8", exclude_categories=["Cc", "Cs"]))
    )
)
def test_canonical_keeps_every_row_in_its_place(values):
    assert turned("surname", *values) == [value.strip() for value in values]


@given(values=st.lists(st.sampled_from(["9", "10.5", "", "x", "-1"])))
def test_numbers(values):
    known = {"9": 9.0, "10.5": 10.5, "-1": -1.0}
    found = schema.numbers(pd.Series(values, dtype=str))
    assert [None if pd.isna(number) else number for number in found] == [
        known.get(value) for value in values
    ]


@pytest.mark.parametrize(
    "change, refused",
    [
        ({}, False),
        ({"reached": 5}, False),
        ({"reached": 6}, True),
        ({"pupils": -1}, True),
    ],
)
def test_figures_of_the_lea(change, refused):
    row = {
        "stage": "KS3",
        "cohort": 2005,
        "subject": "English",
        "group": "all",
        "entry": "3",
        "reach": "5",
        "schools": 3,
    }
    table = pd.DataFrame([{**row, "pupils": 5, "reached": 2, **change}])
    if refused:
        with pytest.raises(Exception, match="below 0|more reached"):
            schema.lea_schema().validate(table)
    else:
        assert len(schema.lea_schema().validate(table)) == 1
