"""Random schools in every layout that schools have: what is read, kept and opened is what was written."""

import csv
import datetime
import html
import io
import tempfile
from pathlib import Path
from xml.sax.saxutils import escape

import xlsxwriter
from hypothesis import given, settings
from hypothesis import strategies as st

from senlib import open_school
from senlib.frameworks import load
from senlib.school.files import NamedFile
from senlib.school.review import review_files
from senlib.school.school import save_school, school_of

TODAY, SUMMER = datetime.date(2026, 11, 27), 2027
AUTUMN = "2026-10-20"

HEADINGS = {
    "pupil_id": ("UPN", "Unique Pupil Number", "upn", " UPN ", "Current UPN"),
    "forename": ("Forename", "First Name", "Legal Forename", "Preferred forename"),
    "surname": ("Surname", "Last Name", "LEGAL SURNAME", "Family name"),
    "sex": ("Sex", "Gender", "Legal sex"),
    "year_group": ("Year", "Year Group", "NC Year", "NCyearActual", "Curriculum year"),
    "ks4_year": ("Year 11 in", "KS4 year", "Leavers", "Exam Year"),
    "form": ("Form", "Reg", "Reg Group", "Tutor Group", "Registration form"),
    "sen_provision": (
        "SEN",
        "SEN Status",
        "SEND Code",
        "SENprovision",
        "Current SEN status",
    ),
    "need": ("Need", "Primary Need", "SEN Need", "SEN need 1", "Main need"),
    "need_2": ("Need 2", "Secondary need", "SEN Need 2"),
    "fsm": ("FSM", "FSM6", "Ever 6 FSM", "Pupil Premium", "PP"),
    "attendance": ("Attendance", "% Attendance", "Att %", "Attendance this year"),
}
SPELT = {
    ("sen_provision", "K"): (
        "K",
        "k",
        "SEN Support",
        "K - SEN support",
        "SEN support (K)",
    ),
    ("sen_provision", "E"): (
        "E",
        "EHCP",
        "EHC plan",
        "Education, Health and Care Plan",
    ),
    ("sen_provision", "A"): ("A", "School Action"),
    ("sen_provision", "P"): ("P", "School Action Plus", "SA+"),
    ("sen_provision", "N"): ("N", "No SEN", "N - No special educational need"),
    ("sex", "F"): ("F", "Female", "girl"),
    ("sex", "M"): ("M", "Male"),
    ("fsm", "Y"): ("Y", "Yes", "TRUE", "1"),
    ("fsm", "N"): ("N", "No", "false", "0"),
}
SUBJECTS = {
    "Mathematics": ("Maths", "Mathematics", "Ma"),
    "English": ("English", "Eng", "En"),
    "English Language": ("English", "English Language", "Eng Lang"),
    "Reading": ("Reading", "Read", "English"),
}
SURNAMES = (
    "Aster",
    "O’Birch",
    "de la Cedar",
    "Dunn-Elm",
    "Müller",
    'The "Oak"',
    "Fir, jr",
    "Mean",
)
FORENAMES = ("Ivy", "Zoë", "Mo", "José María", "Al")
OF_FRAMEWORK = {
    "gcse": {
        "sen": "NKE",
        "needs": ("SLCN", "SEMH", "ASD", "MLD", "SPLD"),
        "KS2": (
            ("Reading", "Mathematics"),
            ("80", "97", "104", "120", "B", "PK4", "A"),
        ),
        "KS4": (("English Language", "Mathematics"), ("1", "4", "5", "9", "U")),
        "now": (("English Language", "Mathematics"), ("2", "3", "6", "8")),
    },
    "levels": {
        "sen": "NAPS",
        "needs": ("SLCN", "BESD", "ASD", "MLD", "SPLD"),
        "KS2": (("English", "Mathematics"), ("2", "3", "4", "4b", "5c", "B")),
        "KS3": (("English", "Mathematics"), ("3", "4", "5", "6", "7")),
        "now": (("English", "Mathematics"), ("3a", "4c", "5b", "6")),
    },
}
OUTCOME = {"gcse": "KS4", "levels": "KS3"}
KIND = {"KS2": "test", "KS3": "test", "KS4": "test", "now": "teacher"}
REGISTER = ("sen_provision", "need", "need_2")


@st.composite
def schools(draw):
    """A framework's name, pupils by number, and results by pupil, stage and subject."""
    name = draw(st.sampled_from(sorted(OF_FRAMEWORK)))
    of = OF_FRAMEWORK[name]
    numbers = draw(
        st.lists(st.integers(0, 10**12 - 1), min_size=1, max_size=6, unique=True)
    )
    pupils, results = {}, {}
    for number in (f"B{number:012d}" for number in numbers):
        gone = draw(st.booleans())
        sen = draw(st.sampled_from(of["sen"]))
        pupils[number] = {
            "forename": draw(st.sampled_from(FORENAMES)),
            "surname": draw(st.sampled_from(SURNAMES)),
            "sex": draw(st.sampled_from(["F", "M", ""])),
            "year_group": "" if gone else str(draw(st.integers(7, 11))),
            "ks4_year": str(draw(st.integers(2022, 2026))) if gone else "",
            "form": draw(st.sampled_from(["9A", "10B/x", ""])),
            "sen_provision": sen,
            "need": draw(st.sampled_from(("", *of["needs"]))) if sen != "N" else "",
            "need_2": "",
            "fsm": draw(st.sampled_from(["Y", "N", ""])),
            "attendance": draw(st.sampled_from(["", "93.4", "100", "50.5"])),
        }
        if pupils[number]["need"]:
            pupils[number]["need_2"] = draw(st.sampled_from(["", "HI"]))
        for stage in ("KS2", OUTCOME[name] if gone else "now"):
            subjects, texts = of[stage]
            for subject in subjects:
                if text := draw(st.sampled_from(("", *texts))):
                    results[number, stage, subject] = text
    return name, pupils, results


# ------------------------------------------------------------------------------------------------------------ Layouts


def of_pupils(draw, pupils, columns):
    """Headings drawn, and a dictionary of cells by column for each pupil."""
    used = [name for name in columns if any(pupil[name] for pupil in pupils.values())]
    heads = {
        name: draw(st.sampled_from(HEADINGS[name])) for name in ("pupil_id", *used)
    }
    rows = {}
    for number, pupil in pupils.items():
        cells = {"pupil_id": draw(st.sampled_from([number, number.lower()]))}
        for name in used:
            value = pupil[name]
            cells[name] = draw(st.sampled_from(SPELT.get((name, value), (value,))))
        rows[number] = cells
    return heads, rows


def result_heading(draw, stage, subject):
    spelt = draw(st.sampled_from(SUBJECTS[subject]))
    if stage == "now":
        moment = draw(st.sampled_from(["Autumn 1", "Aut 1 2026/27", "20/10/2026"]))
        return f"{spelt} {moment}"
    if stage == "KS4":
        return draw(
            st.sampled_from([f"GCSE {spelt}", f"{spelt} KS4", f"KS4 {spelt} grade"])
        )
    return draw(
        st.sampled_from([f"{stage} {spelt}", f"{spelt} {stage}", f"{stage}_{spelt}"])
    )


def table(draw, heads, rows):
    """A table in lists, with its columns and rows in any order."""
    names = draw(st.permutations(list(heads)))
    body = [[cells.get(name, "") for name in names] for cells in rows]
    return [[heads[name] for name in names], *draw(st.permutations(body))]


def wide(draw, pupils, results, columns, stages):
    """A sheet with a pupil a row, and a column for each stage and subject."""
    heads, rows = of_pupils(draw, pupils, columns)
    for number, stage, subject in results:
        if stage in stages:
            key = (stage, subject)
            heads.setdefault(key, result_heading(draw, stage, subject))
            rows[number][key] = results[number, stage, subject]
    return table(draw, heads, rows.values())


def long(draw, results):
    """A table with a result a row."""
    heads = {
        "pupil_id": draw(st.sampled_from(["UPN", "Unique pupil number"])),
        "stage": draw(st.sampled_from(["Stage", "Key Stage"])),
        "subject": "Subject",
        "result": draw(st.sampled_from(["Result", "Grade", "Level"])),
        "date": draw(st.sampled_from(["Date", "Result date"])),
    }
    rows = []
    for (number, stage, subject), text in results.items():
        date = draw(st.sampled_from([AUTUMN, "20/10/2026"])) if stage == "now" else ""
        spelt = draw(st.sampled_from(SUBJECTS[subject]))
        stage = draw(st.sampled_from([stage, stage.lower()]))
        rows.append(
            {
                "pupil_id": number,
                "stage": stage,
                "subject": spelt,
                "result": text,
                "date": date,
            }
        )
    return table(draw, heads, rows)


EVERY = [name for name in HEADINGS if name != "pupil_id"]
STAGES = ("KS2", "KS3", "KS4", "now")


def one_sheet(draw, pupils, results):
    return {"school": wide(draw, pupils, results, EVERY, STAGES)}


def two_tables(draw, pupils, results):
    made = {"pupils": wide(draw, pupils, {}, EVERY, ())}
    return made | ({"results": long(draw, results)} if results else {})


def many_lists(draw, pupils, results):
    """The system's list, the SEN register, a list of outcomes, one of key stage 2, and one for each subject's leader."""
    mine = [name for name in EVERY if name not in REGISTER]
    made = {"mis": wide(draw, pupils, {}, mine, ())}
    made["register"] = wide(draw, pupils, {}, REGISTER, ())
    for stage in STAGES:
        for subject in sorted({of for _, at, of in results if at == stage}):
            of = {
                key: text
                for key, text in results.items()
                if key[1:] == (stage, subject)
            }
            some = {number: pupils[number] for number, _, _ in of}
            made[f"{stage} {subject}"] = wide(draw, some, of, (), (stage,))
    return dict(draw(st.permutations(list(made.items()))))


LAYOUTS = (one_sheet, two_tables, many_lists)


# ------------------------------------------------------------------------------------------------------------- Formats


def as_csv(draw, name, rows):
    out = io.StringIO()
    separator = draw(st.sampled_from(",;\t|"))
    csv.writer(
        out, delimiter=separator, lineterminator=draw(st.sampled_from(["\n", "\r\n"]))
    ).writerows(rows)
    encoding = draw(st.sampled_from(["utf-8", "utf-8-sig", "utf-16"]))
    return NamedFile(name=f"{name}.csv", content=out.getvalue().encode(encoding))


def as_xlsx(draw, name, rows):
    made = io.BytesIO()
    with xlsxwriter.Workbook(made) as book:
        sheet = book.add_worksheet("Sheet 1")
        above = draw(st.integers(0, 2))
        for row, cells in enumerate(rows, above):
            for column, cell in enumerate(cells):
                number = cell.replace(".", "", 1).isdigit() and row > above
                sheet.write(row, column, float(cell) if number else cell)
        if above == 2:
            sheet.write(0, 0, "Everyone, as of September")
    return NamedFile(name=f"{name}.xlsx", content=made.getvalue())


def as_html(draw, name, rows):
    lines = [
        "".join(f"<td>{html.escape(cell)}</td>" for cell in cells) for cells in rows
    ]
    body = "".join(f"<tr>{line}</tr>" for line in lines)
    page = f"<html><head><meta charset='utf-8'></head><table>{body}</table></html>"
    return NamedFile(name=f"{name}.xls", content=page.encode())


def read_back(files, framework):
    """What is told of pupils and results by the school that was kept: dictionaries of what is not blank."""
    review = review_files(files, framework=framework, academic_year=SUMMER, today=TODAY)
    assert review.faults == () and review.loads
    with tempfile.TemporaryDirectory() as folder:
        save_school(school_of(review, name="A school"), Path(folder) / "school")
        school = open_school(Path(folder) / "school")
    pupils = {}
    for row in school.pupils.astype(object).to_dict("records"):
        told = {
            name: f"{value:g}" if isinstance(value, float) else str(value)
            for name, value in row.items()
        }
        number = told.pop("pupil_id")
        pupils[number] = {
            k: v for k, v in told.items() if v not in ("", "nan", "<NA>", "None")
        }
    results = {
        (row.pupil_id, row.stage, row.subject, row.kind): (row.result, row.date)
        for row in school.results.astype(str).itertuples()
    }
    assert len(results) == len(school.results)
    return pupils, results


def expected(pupils, results):
    """The same of what was written: the summer of Year 11 worked out, and who is on roll."""
    made = {}
    for number, pupil in pupils.items():
        told = {name: value for name, value in pupil.items() if value} | {
            "on_roll": "Y"
        }
        if pupil["year_group"]:
            told["ks4_year"] = str(SUMMER + 11 - int(pupil["year_group"]))
        made[number] = told
    return made, {
        (number, stage, subject, KIND[stage]): (text, AUTUMN if stage == "now" else "")
        for (number, stage, subject), text in results.items()
    }


def different(read, written):
    """What differs, by its key."""
    return [
        (key, one.get(key), other.get(key))
        for one, other in zip(read, written, strict=True)
        for key in {**one, **other}
        if one.get(key) != other.get(key)
    ]


@settings(max_examples=60, deadline=None)
@given(schools(), st.sampled_from(LAYOUTS), st.data())
def test_what_is_written_in_any_layout_is_read_kept_and_opened(school, layout, data):
    framework, pupils, results = school
    files = [
        data.draw(st.sampled_from([as_csv, as_xlsx, as_html]))(data.draw, name, rows)
        for name, rows in layout(data.draw, pupils, results).items()
    ]
    assert different(read_back(files, load(framework)), expected(pupils, results)) == []


# ------------------------------------------------------------------------------------------------------------------ CTF


def ctf(pupils, results):
    """A Common Transfer File with what one can hold."""
    lines = []
    for number, pupil in pupils.items():
        needs = [need for need in (pupil["need"], pupil["need_2"]) if need]
        types = "".join(
            f"<SENneed><SENtypeRank>{rank}</SENtypeRank><SENtype>{need}</SENtype></SENneed>"
            for rank, need in enumerate(needs, 1)
        )
        mine = [(of, text) for (who, _, of), text in results.items() if who == number]
        given = "".join(
            "<StageAssessment><Year>2016</Year>"
            f"<Subject>{_OF_CTF[of][0]}</Subject><Method>TT</Method><Component>{_OF_CTF[of][1]}</Component>"
            f"<ResultStatus>R</ResultStatus><ResultQualifier>{{}}</ResultQualifier><Result>{text}</Result></StageAssessment>"
            for of, text in mine
        )
        lines.append(
            f"<Pupil><UPN>{number}</UPN><Surname>{escape(pupil['surname'])}</Surname>"
            f"<Forename>{escape(pupil['forename'])}</Forename><Sex>{pupil['sex']}</Sex>"
            f"<BasicDetails><NCyearActual>{pupil['year_group']}</NCyearActual></BasicDetails>"
            f"<SENhistory><SEN><StartDate>2020-01-01</StartDate><SENprovision>{pupil['sen_provision']}</SENprovision></SEN>"
            f"<SENneeds>{types}</SENneeds></SENhistory><StageAssessments><KeyStage><Stage>KS2</Stage>{given}</KeyStage>"
            "</StageAssessments></Pupil>"
        )
    return "".join(lines)


_OF_CTF = {
    "Reading": ("ENG", "REA"),
    "Mathematics": ("MAT", "MAT"),
    "English": ("ENG", "ENG"),
}
_IN_CTF = ("forename", "surname", "sex", "year_group", *REGISTER)


@settings(max_examples=20, deadline=None)
@given(schools(), st.booleans())
def test_what_stands_in_ctfs_is_read_kept_and_opened(school, each):
    name, pupils, results = school
    pupils = {
        number: {field: pupil[field] if field in _IN_CTF else "" for field in pupil}
        | {"year_group": pupil["year_group"] or "7"}
        for number, pupil in pupils.items()
    }
    results = {key: text for key, text in results.items() if key[1] == "KS2"}
    qualifier = "NS" if name == "gcse" else "NL"
    groups = [[number] for number in pupils] if each else [list(pupils)]
    files = []
    for place, group in enumerate(groups):
        body = ctf(
            {number: pupils[number] for number in group},
            {key: text for key, text in results.items() if key[0] in group},
        ).format(*[qualifier] * len(results))
        text = f"<CTfile><Header><DateTime>2026-10-01T08:00:00</DateTime></Header><CTFpupilData>{body}</CTFpupilData></CTfile>"
        files.append(NamedFile(name=f"{place}.xml", content=text.encode()))
    assert different(read_back(files, load(name)), expected(pupils, results)) == []
