"""The desk: which school lies open, where a SENCO's own data are kept, and the store her notes go into."""

from __future__ import annotations

import hashlib
import os
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from senlib import ROOT, national, open_sample
from senlib.frameworks import load, names
from senlib.school.faults import FaultyFile
from senlib.school.school import School, open_school, save_school
from senlib.workbook.store import Store

OWN = "own"

# The school in the folder that was named to the server.
FOLDER = "folder"

# The source of a figure that the SENCO typed in herself.
TYPED = "typed in from your LEA's pack"

# Told to each page by the command that serves it; without them (in JupyterLab) the sample school and the usual folder.
SCHOOL_VARIABLE, DATA_VARIABLE = "SENLIB_SCHOOL", "SENLIB_DATA"


@dataclass(frozen=True)
class Desk:
    """One sitting at the workbook: the school that is open, and the store of this school's notes."""

    data: Path
    school: School
    chosen: str
    folder: str
    store: Store
    settings: Store
    trouble: str = ""

    @property
    def own_folder(self) -> Path:
        """Where the SENCO's own school is kept, whether or not there is one yet."""
        return self.data / "school"

    def choices(self) -> dict[str, str]:
        """The schools that can be opened: key and name, the folder named to the server and her own first."""
        named = {FOLDER: f"Folder: {Path(self.folder).name}"} if self.folder else {}
        own = {OWN: "Your own school"} if self.own_folder.is_dir() else {}
        return named | own | {name: f"Sample: {load(name).short_title}" for name in names()}

    def figures(self) -> pd.DataFrame:
        """National figures that are held, and those that the SENCO typed in from her LEA's pack, which come first.

        A typed figure is kept under 'stage|year|subject|group|entry|reach', as a percentage; blank takes it back.
        """
        held = national.figures(self.school.framework.name)
        rows = [
            (*field.split("|"), float(value)) for field, value in self.store.latest("national figures").items() if value
        ]
        typed = pd.DataFrame(rows, columns=["stage", "year", "subject", "group", "entry", "reach", "percent"])
        typed = typed.assign(year=typed["year"].astype("int64"), kind="figure", source=TYPED, pupils=pd.NA)
        keys = ["stage", "year", "subject", "group", "entry", "reach"]
        return pd.concat([typed[held.columns], held], ignore_index=True).drop_duplicates(keys) if len(typed) else held

    def code_key(self) -> bytes:
        """The secret from which pupils' codes are made, kept so that a pupil has the same code next term."""
        path = self.data / "codes.key"
        if not path.exists():
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(secrets.token_bytes(32))
            path.chmod(0o600)
        return path.read_bytes()

    def keep(self, school: School) -> None:
        """Keep a school as the SENCO's own, in place of the one before, and open it from now on."""
        save_school(school, self.own_folder)
        self.choose(OWN)

    def choose(self, key: str) -> None:
        """Open this school from now on: 'folder', 'own', or the name of a framework for its sample."""
        self.settings.save(form="settings", field="school", value=key)


def open_desk(environment: Mapping[str, str] | None = None) -> Desk:
    """Sit down at the workbook: the school chosen last, else the folder named to the server, else the sample.

    Where her own school's files can no longer be read, the sample, and `trouble` says so. Raises FaultyFile or
    FileNotFoundError where the folder that was named cannot be read.
    """
    environment = os.environ if environment is None else environment
    data = Path(environment.get(DATA_VARIABLE) or Path.home() / "senco-workbook")
    folder = environment.get(SCHOOL_VARIABLE, "")
    settings = Store(data / "workbook.sqlite", workbook="settings")
    own = data / "school"
    possible = {FOLDER: folder, OWN: own.is_dir(), **dict.fromkeys(names(), True)}
    chosen = settings.latest("settings").get("school", FOLDER)
    if not possible.get(chosen):
        chosen = FOLDER if folder else "levels"
    trouble = ""
    try:
        school = open_school({FOLDER: folder, OWN: own}.get(chosen, ROOT / "data" / "sample" / chosen))
    except FaultyFile:
        if chosen != OWN:
            raise
        # Someone changed the files by hand. The pages must open all the same, for the way back is on one of them.
        trouble = f"Your own school in {own} can no longer be read, so this is a sample. Load your files again on the front page."
        chosen, school = "levels", open_sample("levels")
    store = Store(data / "workbook.sqlite", workbook=_notes_of(chosen, folder))
    return Desk(data=data, school=school, chosen=chosen, folder=folder, store=store, settings=settings, trouble=trouble)


def _notes_of(chosen: str, folder: str) -> str:
    """Whose notes these are. A folder's belong to it wherever it is named from."""
    if chosen != FOLDER:
        return chosen
    return f"folder-{hashlib.sha256(str(Path(folder).resolve()).encode()).hexdigest()[:12]}"
