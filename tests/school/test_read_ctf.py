"""Common Transfer Files: what is taken from them, what is passed over, and what is refused."""

import pytest

from senlib.frameworks import load
from senlib.school import files
from senlib.school.files import NamedFile
from senlib.school.read_ctf import read_ctf
from senlib.school.review import load_files, review_files

LEVELS, GCSE = load("levels"), load("gcse")


def ctf(
    *pupils,
    opening='<?xml version="1.0" encoding="utf-8"?>\n',
    root="<CTfile>",
    header="",
):
    body = "\n".join(pupils)
    return f"""{opening}{root}
<Header><DocumentName>Common Transfer File</DocumentName><CTFversion>21.0</CTFversion>{header}</Header>
<CTFpupilData>
{body}
</CTFpupilData></CTfile>""".encode()


def pupil(inside="", upn="A801200001001"):
    return f"<Pupil><UPN>{upn}</UPN><Surname>Lee</Surname><Forename>Ann</Forename><DOB>1992-05-14</DOB>{inside}</Pupil>"


def result(
    stage,
    subject,
    value,
    *,
    method="TT",
    qualifier="NL",
    year="2003",
    component="",
    status="R",
):
    return f"""<StageAssessments><KeyStage><Stage>{stage}</Stage><StageAssessment><Year>{year}</Year>
        <Subject>{subject}</Subject><Method>{method}</Method><Component>{component}</Component>
        <ResultStatus>{status}</ResultStatus><ResultQualifier>{qualifier}</ResultQualifier><Result>{value}</Result>
        </StageAssessment></KeyStage></StageAssessments>"""


def loaded(*pupils, framework=LEVELS, **options):
    return load_files(
        [NamedFile("in.xml", ctf(*pupils, **options))],
        framework=framework,
        academic_year=2005,
    )


def read(*pupils, framework=GCSE, **options):
    return read_ctf(NamedFile("in.xml", ctf(*pupils, **options)), framework=framework)


def only_pupil(inside, framework=LEVELS):
    return loaded(pupil(inside), framework=framework).pupils.iloc[0]


def results(*inside, framework=LEVELS):
    rows = loaded(pupil("".join(inside)), framework=framework).results
    return rows[["stage", "subject", "kind", "result"]].astype(str).to_numpy().tolist()


def faults_of(content, framework=LEVELS):
    files = [NamedFile("in.xml", content)]
    faults = review_files(files, framework=framework, academic_year=2005).faults
    assert faults
    return list(faults)


def fault_of(content):
    (fault,) = faults_of(content)
    assert fault.file == "in.xml"
    return fault


def test_a_pupil():
    row = only_pupil(
        "<Sex>F</Sex><BasicDetails><Ethnicity>WBRI</Ethnicity><NCyearActual>9</NCyearActual><Languages>"
        "<Type><LanguageType>H</LanguageType><Language>PAN</Language></Type>"
        "<Type><LanguageType>F</LanguageType><Language>ENG</Language></Type></Languages></BasicDetails>"
    )
    assert row[
        ["pupil_id", "surname", "forename", "sex", "ethnicity", "language", "on_roll"]
    ].tolist() == [
        "A801200001001",
        "Lee",
        "Ann",
        "F",
        "WBRI",
        "ENG",
        "Y",
    ]
    assert (row["year_group"], row["ks4_year"]) == (9, 2007)


def test_a_date_of_birth_is_not_kept():
    read = loaded(pupil())
    assert "1992" not in read.pupils.to_csv() + read.results.to_csv()


@pytest.mark.parametrize(
    "element, sex",
    [
        ("<Sex>M</Sex>", "M"),
        ("<Gender>F</Gender>", "F"),
        ("<Gender>1</Gender>", "M"),
        ("<Sex>2</Sex>", "F"),
        ("", ""),
    ],
)
def test_sex_by_its_old_and_new_names_and_numbers(element, sex):
    assert only_pupil(element)["sex"] == sex


def sen(*rows, needs=""):
    rows = "".join(
        f"<SEN><StartDate>{date}</StartDate><SENprovision>{code}</SENprovision></SEN>"
        for date, code in rows
    )
    return f"<SENhistory>{rows}{needs}</SENhistory>"


@pytest.mark.parametrize(
    "rows, current",
    [
        ([("2003-09-01", "A")], "A"),
        ([("2003-09-01", "A"), ("2004-09-01", "P")], "P"),
        ([("2004-09-01", "P"), ("2003-09-01", "A")], "P"),
        ([("2004-09-01", "A"), ("2004-09-01", "N")], "N"),
        ([], ""),
    ],
)
def test_the_latest_sen_row_is_the_current_one(rows, current):
    assert only_pupil(sen(*rows))["sen_provision"] == current


def test_older_rows_may_hold_codes_of_another_time():
    assert (
        only_pupil(sen(("2013-09-01", "P"), ("2015-09-01", "K")), framework=GCSE)[
            "sen_provision"
        ]
        == "K"
    )


def test_needs_go_by_rank():
    need = "<SENneed><SENtypeRank>{}</SENtypeRank><SENtype>{}</SENtype>{}</SENneed>"
    ended = "<NeedEndDate>2004-01-01</NeedEndDate>"
    needs = (
        need.format(2, "MLD", "")
        + need.format(1, "SPLD", "")
        + need.format(3, "HI", "")
        + need.format(1, "VI", ended)
    )
    row = only_pupil(sen(("2003-09-01", "A"), needs=f"<SENneeds>{needs}</SENneeds>"))
    assert (row["need"], row["need_2"]) == ("SPLD", "MLD")


def attendance(*years):
    return "<Attendance>{}</Attendance>".format(
        "".join(
            f"<YearData><Year>{year}</Year><SessionsPossible>{possible}</SessionsPossible>"
            f"<SessionsAttended>{attended}</SessionsAttended></YearData>"
            for year, possible, attended in years
        )
    )


@pytest.mark.parametrize(
    "years, percent",
    [
        ([("2005", 200, 181)], 90.5),
        ([("2005", 200, 181), ("2004", 380, 380)], 90.5),
        ([("2005", 100, 80), ("2005", 100, 100)], 90.0),
    ],
)
def test_attendance_is_of_the_latest_year(years, percent):
    assert only_pupil(attendance(*years))["attendance"] == percent


@pytest.mark.parametrize("inside", ["", "<Attendance/>", attendance(("2005", 0, 0))])
def test_no_attendance(inside):
    assert only_pupil(inside).isna()["attendance"]


@pytest.mark.parametrize(
    "years",
    [
        ("2005", 100, 101),
        ("2005", 100, "many"),
        ("2005", 300, "9" * 400),
        ("2005", "9" * 5000, 270),
        ("2005", 300, "²"),
        ("2005", 300, "-1"),
    ],
)
def test_attendance_that_cannot_be(years):
    assert [
        (fault.row, fault.column) for fault in faults_of(ctf(pupil(attendance(years))))
    ] == [(5, "SessionsAttended")]


def test_results_of_each_stage_subject_and_method():
    assert results(
        result("KS2", "ENG", "4"),
        result("KS2", "MAT", "3", method="TA"),
        result("KS3", "SCI", "B", year="2004"),
    ) == [
        ["KS2", "English", "test", "4"],
        ["KS2", "Mathematics", "teacher", "3"],
        ["KS3", "Science", "test", "B"],
    ]


def test_scaled_scores_of_today():
    assert results(
        result("KS2", "REA", "101", qualifier="NS"),
        result("KS2", "ENG", "99", qualifier="NS", component="REA", method="TA"),
        result("KS2", "MAT", "98", qualifier="NS"),
        framework=GCSE,
    ) == [
        ["KS2", "Reading", "test", "101"],
        ["KS2", "Reading", "teacher", "99"],
        ["KS2", "Mathematics", "test", "98"],
    ]


@pytest.mark.parametrize(
    "passed_over",
    [
        result("KS1", "ENG", "2"),
        result("KS2", "ENG", "101", qualifier="NS"),
        result("KS2", "ENG", "37", qualifier="NM"),
        result("KS2", "HIS", "4"),
        result("KS2", "REA", "4"),
        result("KS2", "ENG", "4", method="XX"),
        result("KS2", "ENG", "5", status="T"),
        result("KS2", "ENG", "5", component="WRI"),
    ],
)
def test_what_is_no_result_of_this_framework_is_passed_over(passed_over):
    assert results(passed_over) == []


def test_parts_of_a_subject_that_are_passed_over_are_told():
    note, *_ = loaded(
        pupil(result("KS2", "ENG", "5", component="WRI") + result("KS2", "ENG", "5"))
    ).notes
    assert note == (
        "in.xml: 1 result for part of a subject was left out, because only whole subjects are compared."
    )


def test_a_result_that_nobody_knows_stops_nothing_and_is_told_by_its_number():
    found = read(
        pupil(
            result("KS2", "REA", "Zebra9", qualifier="NS")
            + result("KS2", "MAT", "Zebra", qualifier="NS")
        )
    )
    assert len(found.results.rows) == 0
    assert found.notes == ["in.xml: 2 results were not recognised and left out."]


STA_CODES = [
    "F",
    "H",
    "P",
    "S",
    "U",
    "W",
    "CA",
    "CB",
    "Z",
    "N",
    "A",
    "B",
    "J",
    "L",
    "M",
    "Q",
    "T",
    "X",
]


@pytest.mark.parametrize("code", STA_CODES)
def test_every_code_of_the_tests_is_read_and_told(code):
    found = read(pupil(result("KS2", "REA", code, qualifier="NS")))
    assert found.results.data["result"].tolist() == [code]
    assert found.notes == [f"in.xml: codes instead of a level or score: {code} (1)."]


def test_codes_are_told_with_their_numbers():
    first = result("KS2", "REA", "B", qualifier="NS") + result(
        "KS2", "MAT", "b", qualifier="NS"
    )
    found = read(
        pupil(first), pupil(result("KS2", "REA", "A", qualifier="NS"), upn="2")
    )
    assert found.notes == ["in.xml: codes instead of a level or score: A (1), B (2)."]


@pytest.mark.parametrize("qualifier", ["NS", "NP", "NL", "NN", "NT", ""])
@pytest.mark.parametrize("standard", ["EXS", "WTS", "GDS", "PK4", "BLW", "EM", "P1i"])
def test_standards_of_teachers_come_under_any_qualifier(qualifier, standard):
    assert results(
        result("KS2", "MAT", standard, method="TA", qualifier=qualifier), framework=GCSE
    ) == [["KS2", "Mathematics", "teacher", standard]]


@pytest.mark.parametrize("qualifier", ["NM", "NA"])
def test_marks_and_ages_are_no_results_whatever_stands_there(qualifier):
    found = read(pupil(result("KS2", "MAT", "A", qualifier=qualifier)))
    assert len(found.results.rows) == 0 and found.notes == []


def test_a_number_is_a_score_only_where_it_is_given_as_one():
    found = read(pupil(result("KS2", "MAT", "104", qualifier="NL")))
    assert len(found.results.rows) == 0
    assert found.notes == ["in.xml: 1 result on another scale was left out."]


def test_one_judgement_in_two_codes_is_the_one_that_tells_more():
    below = result("KS2", "MAT", "BLW", method="TA", qualifier="NL")
    scale = result("KS2", "MAT", "P6", method="TA", qualifier="NP")
    for both in (below + scale, scale + below):
        assert results(both, framework=GCSE) == [
            ["KS2", "Mathematics", "teacher", "P6"]
        ]


def test_the_test_and_the_teacher_each_have_a_say():
    assert results(
        result("KS2", "MAT", "B", qualifier="NS"),
        result("KS2", "MAT", "PK4", method="TA", qualifier="NP"),
        framework=GCSE,
    ) == [["KS2", "Mathematics", "test", "B"], ["KS2", "Mathematics", "teacher", "PK4"]]


def test_a_score_stands_before_a_standard_of_the_same_test():
    score = result("KS2", "REA", "104", qualifier="NS")
    standard = result("KS2", "REA", "AS", qualifier="NL")
    assert results(standard + score, framework=GCSE) == [
        ["KS2", "Reading", "test", "104"]
    ]


def test_p_scales_of_2005():
    assert results(result("KS2", "ENG", "P6", method="TA", qualifier="NP")) == [
        ["KS2", "English", "teacher", "P6"]
    ]


def test_a_file_of_results_alone_has_blanks_for_the_rest():
    found = read(pupil(result("KS2", "REA", "104", qualifier="NS")))
    told = found.pupils.data.iloc[0].to_dict()
    assert {name for name, text in told.items() if text} == {
        "pupil_id",
        "forename",
        "surname",
    }
    assert found.results.data["result"].tolist() == ["104"]


@pytest.mark.parametrize(
    "header, summer",
    [
        ("<SourceSchool><AcademicYear>2025</AcademicYear></SourceSchool>", 2026),
        ("<SourceSchool><AcademicYear>2025/26</AcademicYear></SourceSchool>", 2026),
        (
            "<DateTime>2026-07-01T08:00:00</DateTime>"
            "<SourceSchool><AcademicYear>2025</AcademicYear></SourceSchool>",
            2026,
        ),
        # Made in September for those who left in July.
        (
            "<DateTime>2026-09-05T08:00:00</DateTime>"
            "<SourceSchool><AcademicYear>2025</AcademicYear></SourceSchool>",
            2026,
        ),
        # A system that writes the year in which the school year ends.
        (
            "<DateTime>2026-07-01T08:00:00</DateTime>"
            "<SourceSchool><AcademicYear>2026</AcademicYear></SourceSchool>",
            2026,
        ),
        ("<DateTime>2026-08-31T23:59:59</DateTime>", 2026),
        ("<DateTime>2026-09-01T00:00:00</DateTime>", 2027),
        ("<DateTime>2026-13-01T00:00:00</DateTime>", None),
        ("<SourceSchool><AcademicYear>this one</AcademicYear></SourceSchool>", None),
        ("", None),
    ],
)
def test_the_school_year_of_the_file(header, summer):
    assert read(pupil(), header=header).academic_year == summer


def test_of_results_in_two_years_the_later_stands():
    assert results(
        result("KS2", "ENG", "3", year="2002"), result("KS2", "ENG", "4", year="2003")
    ) == [["KS2", "English", "test", "4"]]


def test_two_results_in_one_year_are_a_fault():
    content = ctf(pupil(result("KS2", "ENG", "3") + result("KS2", "ENG", "4")))
    assert ["second result" in fault.rule for fault in faults_of(content)] == [True]


def test_several_files_are_one_school():
    first, second = (
        ctf(pupil(result("KS2", "ENG", "3"))),
        ctf(pupil(upn="A801200001002")),
    )
    read = load_files(
        [NamedFile("1.xml", first), NamedFile("2.xml", second)],
        framework=LEVELS,
        academic_year=2005,
    )
    assert (len(read.pupils), len(read.results)) == (2, 1)


def test_a_pupil_in_two_files_is_one_pupil():
    both = [
        NamedFile("1.xml", ctf(pupil())),
        NamedFile("2.xml", ctf(pupil("<Sex>F</Sex>"))),
    ]
    read = load_files(both, framework=LEVELS, academic_year=2005)
    assert read.pupils["sex"].tolist() == ["F"]


@pytest.mark.parametrize(
    "options",
    [
        {"root": '<CTfile xmlns="http://www.education.gov.uk/ctf">'},
        {"opening": ""},
        {"opening": "\ufeff"},
        {"opening": "\n\n"},
    ],
)
def test_namespaces_and_openings(options):
    assert len(loaded(pupil(), **options).pupils) == 1


def test_utf_16():
    content = ctf(
        pupil().replace("Lee", "Brontë"),
        opening='<?xml version="1.0" encoding="utf-16"?>',
    ).decode()
    read = load_files(
        [NamedFile("in.xml", content.encode("utf-16"))],
        framework=LEVELS,
        academic_year=2005,
    )
    assert read.pupils["surname"].tolist() == ["Brontë"]


def test_names_are_text():
    name = "&lt;script&gt;alert('=1+1')&lt;/script&gt; \u202e🙂 \"Al\""
    row = loaded(pupil().replace("Lee", name)).pupils.iloc[0]
    assert row["surname"] == "<script>alert('=1+1')</script> \u202e🙂 \"Al\""


def test_a_upn_has_capitals():
    found = read(
        pupil(result("KS2", "REA", "104", qualifier="NS"), upn="a80120000100b")
    )
    assert found.pupils.data["pupil_id"].tolist() == ["A80120000100B"]
    assert found.results.data["pupil_id"].tolist() == ["A80120000100B"]


def test_a_upn_keeps_its_leading_zero():
    assert loaded(pupil(upn="0123")).pupils["pupil_id"].tolist() == ["0123"]


# -------------------------------------------------------------------------------------------------------------- Faults


@pytest.mark.parametrize(
    "content",
    [ctf(pupil(upn="")), ctf(pupil().replace("<UPN>A801200001001</UPN>", ""))],
)
def test_a_missing_upn(content):
    fault = fault_of(content)
    assert (fault.row, fault.column, fault.rule) == (5, "UPN", "no pupil number")


def test_every_fault_is_told_by_the_line_of_its_element_and_without_its_value():
    inside = f"<Sex>Q</Sex>\n<BasicDetails><NCyearActual>Z</NCyearActual></BasicDetails>\n{sen(('2004-01-01', 'Zebra'))}\n"
    faults = faults_of(ctf(pupil(inside)))
    assert [(fault.row, fault.column) for fault in faults] == [
        (5, "Sex"),
        (6, "NCyearActual"),
        (7, "SENprovision"),
    ]
    assert not any("Zebra" in str(fault) or "A8012" in str(fault) for fault in faults)


def test_lines_beyond_what_a_short_number_holds():
    content = ctf("\n" * 70_000 + pupil("<Sex>Q</Sex>"))
    assert fault_of(content).row == 70_005


@pytest.mark.parametrize(
    "content, row",
    [
        (b"<CTfile>\n<CTFpupilData>\n<Pupil></CTFpupilData></CTfile>", 3),
        (b"<CTfile>\n<CTFpupilData>\n", 3),
        (b"<", 1),
        (b"<CTfile>\n<<", 2),
    ],
)
def test_broken_xml(content, row):
    fault = fault_of(content)
    assert "damaged" in fault.rule
    assert fault.row == row


def test_an_entity_that_nobody_declared():
    assert "damaged" in fault_of(b"<CTfile>&nbsp;</CTfile>").rule


def test_cut_off_after_a_good_pupil():
    assert "damaged" in fault_of(ctf(pupil(), pupil(upn="2"))[:-40]).rule


@pytest.mark.parametrize(
    "content",
    [b"<CTFfile><Pupil/></CTFfile>", b"<ATfile><Pupil/></ATfile>", b"<Pupil/>"],
)
def test_other_xml(content):
    assert fault_of(content).rule == "this is not a Common Transfer File"


def test_no_pupils():
    assert fault_of(ctf()).rule == "the file holds no pupils"


LAUGHS = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 12))


@pytest.mark.parametrize(
    "doctype",
    [
        "<!DOCTYPE CTfile>",
        f'<!DOCTYPE CTfile [<!ENTITY l0 "lol">{LAUGHS}]>',
        '<!DOCTYPE CTfile [<!ENTITY secret SYSTEM "file:///etc/passwd">]>',
        '<!DOCTYPE CTfile SYSTEM "http://127.0.0.1:9/ctf.dtd">',
        '<!DOCTYPE CTfile [<!ENTITY % far SYSTEM "http://127.0.0.1:9/far.dtd"> %far;]>',
    ],
)
@pytest.mark.parametrize("reference", ["Lee", "&l11;", "&secret;"])
def test_no_document_type_is_taken(doctype, reference):
    content = ctf(
        pupil().replace("Lee", reference), opening=f'<?xml version="1.0"?>{doctype}'
    )
    fault = fault_of(content)
    assert "declares a document type" in fault.rule
    assert "root:" not in str(fault)


def test_document_types_in_utf_16_are_seen_too():
    content = (
        ctf(pupil(), opening='<?xml version="1.0" encoding="utf-16"?><!DOCTYPE CTfile>')
        .decode()
        .encode("utf-16")
    )
    assert "declares a document type" in fault_of(content).rule


def test_too_large(monkeypatch):
    monkeypatch.setattr(files, "MAX_BYTES", len(ctf(pupil())) - 1)
    assert "150 MB" in fault_of(ctf(pupil())).rule
