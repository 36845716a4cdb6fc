"""The five files that a school has of its pupils this autumn, written anew: everyone in them is invented."""

from __future__ import annotations

import csv
import random
from pathlib import Path

import openpyxl

FORENAMES = [
    "Ada",
    "Bea",
    "Cal",
    "Dev",
    "Eli",
    "Fay",
    "Gus",
    "Hal",
    "Ida",
    "Jed",
    "Kit",
    "Lou",
    "Max",
    "Nan",
    "Ola",
    "Pip",
    "Ria",
    "Sam",
    "Tia",
    "Uma",
]
SURNAMES = [
    "Ash",
    "Birch",
    "Cole",
    "Dean",
    "Elm",
    "Fir",
    "Gorse",
    "Hazel",
    "Ivy",
    "Jute",
    "Kale",
    "Larch",
    "Maple",
    "Oak",
    "Pine",
    "Rowan",
]
YEARS = (7, 8, 9, 10, 11)
NEEDS = ("SPLD", "MLD", "SLCN", "SEMH", "ASD", "HI")

# What a system's list of a class holds beside what the workbook needs.
OTHERWISE = {
    "Legal Surname": "surname",
    "Preferred Forename": "forename",
    "Middle Name": "",
    "Former Surname": "",
    "DOB": "dob",
    "Age": "",
    "Admission Number": "number",
    "ULN": "",
    "UCI": "",
    "Candidate No": "",
    "House": "house",
    "Tutor": "",
    "Enrolment Status": "enrolment",
    "Date of Admission": "admitted",
    "Date of Leaving": "",
    "Address": "address",
    "Postcode": "postcode",
    "Telephone": "",
    "Email": "",
    "Parental Salutation": "",
    "Religion": "",
    "Nationality": "",
    "Country of Birth": "",
    "First Language": "",
    "Traveller Source": "",
    "Mode of Travel": "travel",
    "Photo Consent": "yes",
    "Dietary Needs": "",
    "Medical Flag": "no",
}


def people(*, of_each_year: int = 40, seed: int = 13) -> list[dict[str, str]]:
    """Pupils of Years 7 to 11, each a dict."""
    draw = random.Random(seed)
    made = []
    for year in YEARS:
        for _ in range(of_each_year):
            place = len(made)
            sen = draw.choices(("", "K", "E"), (80, 16, 4))[0]
            made.append(
                {
                    "upn": f"A{823000000000 + place * 7919:012d}"[:13],
                    "surname": draw.choice(SURNAMES),
                    "forename": draw.choice(FORENAMES),
                    "year": str(year),
                    "form": f"{year}{draw.choice('ABCD')}",
                    "sex": draw.choice("MF"),
                    "dob": f"{draw.randint(1, 28):02d}/{draw.randint(1, 12):02d}/{2026 - year - 5}",
                    "sen": sen,
                    "need": draw.choice(NEEDS) if sen else "",
                    "fsm": draw.choices(("Y", "N"), (1, 3))[0],
                    "eal": draw.choices(("Y", "N"), (1, 5))[0],
                    "ethnicity": draw.choice(("WBRI", "MWAS", "APKN")),
                    "attendance": f"{draw.uniform(82, 100):.1f}",
                    "reading": draw.choices(
                        (str(draw.randint(82, 118)), "B", ""), (90, 6, 4)
                    )[0],
                    "maths": draw.choices(
                        (str(draw.randint(82, 118)), "B", ""), (90, 6, 4)
                    )[0],
                    "grade": str(draw.randint(1, 8)),
                    "number": str(4000 + place),
                    "house": draw.choice(("Red", "Blue")),
                    "enrolment": "C",
                    "admitted": f"01/09/{2033 - year}",
                    "address": "1 Any Street",
                    "postcode": "ZZ1 1ZZ",
                    "travel": "Walk",
                    "yes": "Yes",
                    "no": "No",
                }
            )
    return made


def write_five(folder: Path, *, of_each_year: int = 40) -> list[Path]:
    """A SIMS-like list of 40 columns, a SEN register, two subject leaders' lists and the key stage 2 results."""
    folder.mkdir(parents=True, exist_ok=True)
    pupils = people(of_each_year=of_each_year)
    known = {
        "UPN": "upn",
        "Surname": "surname",
        "Forename": "forename",
        "Year Group": "year",
        "Reg Group": "form",
        "Gender": "sex",
        "FSM Eligible": "fsm",
        "EAL": "eal",
        "Ethnicity Code": "ethnicity",
        "% Attendance": "attendance",
        "House Points": "number",
    }
    paths = [folder / "class list.csv"]
    _write(paths[0], pupils, known | OTHERWISE)
    register = folder / "SEN register.xlsx"
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.append(["SEN register, autumn term"])
    sheet.append([])
    sheet.append(["UPN", "Name", "SEN Status", "Primary Need", "Key worker"])
    for one in pupils:
        if one["sen"]:
            name = f"{one['surname']}, {one['forename']}"
            sheet.append([one["upn"], name, one["sen"], one["need"], "JB"])
    book.save(register)
    paths.append(register)
    older = [one for one in pupils if int(one["year"]) >= 9]
    for subject, heading in (
        ("maths", "Maths Autumn 1"),
        ("english", "English Language Autumn 1"),
    ):
        paths.append(folder / f"{subject}.csv")
        _write(paths[-1], older, {"UPN": "upn", heading: "grade", "Set": "house"})
    paths.append(folder / "key stage 2.csv")
    _write(
        paths[-1], pupils, {"UPN": "upn", "READSCORE": "reading", "MATSCORE": "maths"}
    )
    return paths


def _write(path: Path, rows: list[dict[str, str]], columns: dict[str, str]) -> None:
    with path.open("w", newline="", encoding="utf-8") as stream:
        writer = csv.writer(stream)
        writer.writerow(columns)
        writer.writerows(
            [row.get(name, "") for name in columns.values()] for row in rows
        )
