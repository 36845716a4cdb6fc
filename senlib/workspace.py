"""The workspace: which school is open, where the SENCO’s own data are kept, and the store for her notes."""

from __future__ import annotations

import hashlib
import os
import secrets
import shutil
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import pandas as pd

from senlib import ROOT, national, open_sample, private, samples
from senlib.frameworks import load
from senlib.school import school_file
from senlib.school.faults import FaultyFile
from senlib.school.school import School, open_and_renew, open_school, save_school
from senlib.school.school_file import NotKept
from senlib.workbook import portable
from senlib.workbook.closed_store import ClosedStore
from senlib.workbook.store import Store, StoreError

OWN = "own"

# Under the data folder: the SENCO's own school, and the files in which an earlier version kept it.
_OWN_FOLDER, _SET_ASIDE = "school", "school-before-version-2"
# What the workbook keeps in the folder of her own things, by name; the rest in it is hers and no business of ours.
KEPT = (
    "school",
    "school.*",
    "school-*",
    ".school*",
    ".loading-*",
    "workbook.*",
    "codes.key",
    "room",
    national.FOLDER,
    ".opening-*",
)

# The school in the folder that was named to the server.
FOLDER = "folder"

# The form under which the store keeps figures that the SENCO typed in herself, whose they may be, and the source of each.
FIGURES = "national figures"
# What a typed figure is of, in the order in which its field has it.
_FIGURE = ["stage", "year", "subject", "group", "entry", "reach", "whose"]
TYPED = "typed in from your LEA’s pack"
TYPED_SOURCES = {
    national.ENGLAND: "typed in here as England’s",
    "your LEA": TYPED,
    "similar schools": "typed in here as similar schools’",
}

# Set for each page by the command that serves it; without them (in JupyterLab) the sample school and the usual folder.
SCHOOL_VARIABLE, DATA_VARIABLE = "SENLIB_SCHOOL", "SENLIB_DATA"

# Set for each page in a room (senlib.serve.room_server): whether it is the leader's or a participant's.
ROOM_VARIABLE, LEADER, PARTICIPANT = "SENLIB_ROOM", "leader", "participant"
# Set for the leader's pages: where participants come in, and the code, as they are read out.
ADDRESS_VARIABLE, CODE_VARIABLE = "SENLIB_ROOM_ADDRESS", "SENLIB_ROOM_CODE"

ROOM_RULE = (
    "In a session only the sample schools can be opened: many people use this computer now, and files about real pupils are "
    "not for all of them. Load your own school when you are by yourself."
)


def source_words(source: str, *, with_publisher: bool = False) -> str:
    """The source of a figure in words: a publication's title, with its publisher where asked for, or that it was typed in.

    >>> source_words("typed in here as England’s"), source_words("hansard-2007-12-11")[:16]
    ('typed in here as England’s', 'GCSE mathematics')
    """
    if source in TYPED_SOURCES.values():
        return source
    publication = national.source(source)
    if with_publisher:
        return f"{publication.title}, {publication.publisher}"
    return publication.title


_NO_SCHOOL_BEFORE = "There is no school that was kept before this one."


@dataclass(frozen=True)
class SchoolBefore:
    """The school that was kept before the SENCO's own: its name, and when it was kept."""

    name: str
    kept: datetime


@dataclass(frozen=True)
class Workspace:
    """One sitting at the workbook: the school that is open, and the store of this school's notes.

    `trouble` is what is wrong with her files or with the store, and what to do about it; '' where nothing is. `notes` are sentences
    on what lies beside them and is none of the school. `room` is 'leader' or 'participant' in a session's room, where sample
    schools alone can be opened, and '' outside one.
    """

    data: Path
    school: School
    chosen: str
    folder: str
    store: Store
    settings: Store
    trouble: str = ""
    room: str = ""
    notes: tuple[str, ...] = ()

    @property
    def own_folder(self) -> Path:
        """Where the SENCO's own school is kept, whether or not there is one yet."""
        return self.data / _OWN_FOLDER

    @property
    def can_go_back(self) -> SchoolBefore | None:
        """The school that `go_back` would open; None where there is none."""
        path = None if self.room else school_file.before(self.own_folder)
        if path is None:
            return None
        facts = school_file.facts(path)
        written = datetime.fromisoformat(facts["written"])
        return SchoolBefore(facts["name"], written.astimezone())

    def choices(self) -> dict[str, str]:
        """The schools that can be opened: key and name, the folder named to the server and her own first."""
        schools = {}
        if self.folder:
            schools[FOLDER] = f"Folder: {Path(self.folder).name}"
        if os.path.isdir(self.own_folder):
            schools[OWN] = "Your own school"
        for name in samples():
            schools[name] = f"Sample: {load(name).short_title}"
        return schools

    def figures(self) -> pd.DataFrame | None:
        """Figures that the SENCO typed in, then England's: of the editions that she added, and those in the package.

        None where she typed and added none: measures then take what is in the package. A typed figure is kept under
        'stage|year|subject|group|entry|reach|whose', as a percentage; blank takes it back. `whose` is a key of TYPED_SOURCES;
        those of an earlier version have none, and were her LEA's. Where she typed England's own, hers stands.
        """
        added = self._added()
        typed = self._typed()
        if typed.empty and added is None:
            return None
        figures = national.figures(self.school.framework.name, added=added)
        if typed.empty:
            return figures
        typed = typed[figures.columns].astype(figures.dtypes)
        both = pd.concat([typed, figures], ignore_index=True)
        return both.drop_duplicates(_FIGURE)

    def matrix(self) -> pd.DataFrame | None:
        """England's matrix with the editions that she added; None where there are none: measures take what is in the package."""
        added = self._added()
        if added is None:
            return None
        return national.matrix(self.school.framework.name, added=added)

    def _added(self) -> pd.DataFrame | None:
        if self.school.framework.name != "gcse":
            return None
        added = national.added(self.data)
        return None if added.empty else added

    def _typed(self) -> pd.DataFrame:
        answers = self.store.latest(FIGURES)
        rows = []
        for field, value in answers.items():
            of = [*field.split("|"), "your LEA"][: len(_FIGURE)]
            if value:
                rows.append([*of, float(value)])
        typed = pd.DataFrame(rows, columns=[*_FIGURE, "percent"])
        typed["source"] = typed["whose"].map(TYPED_SOURCES)
        return typed.assign(kind="figure", pupils=pd.NA)

    def code_key(self) -> bytes:
        """The secret from which pupils' codes are made, kept so that a pupil has the same code next term."""
        path = self.data / "codes.key"
        if not path.exists():
            private.folder(path.parent)
            private.file(path).write_bytes(secrets.token_bytes(32))
        return path.read_bytes()

    def keep(self, school: School) -> None:
        """Keep a school as the SENCO's own, and open it from now on; the one before stays as one step back.

        Raises StoreError or OSError where it cannot be kept, as in a room; the school that was open then stays so, as it was.
        """
        self._open_own(lambda: save_school(school, self.own_folder, keep_before=True))

    def go_back(self) -> None:
        """Open the school that was kept before; the one that was kept until now takes its place, so that this can be undone.

        Raises StoreError or OSError where that cannot be done, and where there is no school before; all then stays as it was.
        """
        if self.can_go_back is None and not self.room:
            raise StoreError(_NO_SCHOOL_BEFORE)
        self._open_own(lambda: school_file.change_places(self.own_folder))

    def _open_own(self, kept: Callable[[], None]) -> None:
        """Open her own school from now on, if it can be kept."""
        if self.room:
            raise StoreError(ROOM_RULE)
        settings = self.settings.latest("settings")
        self.choose(OWN)  # first, for a school that was written cannot be taken back
        try:
            kept()
        except OSError as error:
            self.choose(settings.get("school", ""))
            if isinstance(error, NotKept):
                raise StoreError(str(error)) from None
            raise

    def delete_everything(self) -> None:
        """Delete every answer in the file, of this school and of all others, the SENCO's own school, what rooms wrote, the editions
        of DfE's figures that were added, and the secret behind codes.

        Raises StoreError or OSError where something is left, and says what.
        """
        path = self.settings.path
        for name in self.settings.workbooks():
            Store(path, workbook=name).delete_everything()
        # A closed store refuses, in words; an empty one has no answers to name its workbook.
        self.settings.delete_everything()
        names_of_folders = (_OWN_FOLDER, _SET_ASIDE, "room", national.FOLDER)
        left_behind = school_file.left_behind(self.own_folder)
        for folder in (*left_behind, *map(self.data.joinpath, names_of_folders)):
            if folder.is_dir():
                shutil.rmtree(folder)
        (self.data / "codes.key").unlink(missing_ok=True)

    def choose(self, key: str) -> None:
        """Open this school from now on: 'folder', 'own', or the name of a framework for its sample."""
        self.settings.save(form="settings", field="school", value=key)


def open_workspace(environment: Mapping[str, str] | None = None) -> Workspace:
    """Sit down at the workbook: the school chosen last, else the folder named to the server, else the sample.

    Where her own school's files can no longer be read, the sample; where the store cannot be used, one that is closed; and
    `trouble` says so. Raises FaultyFile or FileNotFoundError where the folder that was named cannot be read.
    """
    environment = os.environ if environment is None else environment
    usual = Path.home() / private.USUAL_FOLDER
    data = Path(environment.get(DATA_VARIABLE) or usual)
    room = environment.get(ROOM_VARIABLE, "")
    folder = "" if room else environment.get(SCHOOL_VARIABLE, "")
    settings = _store(data / "workbook.sqlite", workbook="settings")
    own = data / _OWN_FOLDER
    chosen = _chosen(settings, folder=folder, own=own)
    trouble = ""
    try:
        school = _open(chosen, folder=folder, own=own)
    except FaultyFile as faulty:
        if chosen != OWN:
            raise
        # It was damaged, or changed by hand. The pages must open all the same, for the way back is on one of them.
        trouble = _unreadable(own, faulty)
        chosen, school = "levels", open_sample("levels")
    store = _beside(settings, workbook=_notes_of(chosen, folder))
    if chosen in samples():
        _with_examples(store, chosen)
    if isinstance(store, ClosedStore):
        trouble = f"{trouble} {store.words}".strip()
    return Workspace(
        data=data,
        school=school,
        chosen=chosen,
        folder=folder,
        store=store,
        settings=settings,
        trouble=trouble,
        room=room,
        notes=_notes(chosen, school=school, data=data),
    )


def _open(chosen: str, *, folder: str, own: Path) -> School:
    if chosen == FOLDER:
        return open_school(folder)
    if chosen == OWN:
        return open_and_renew(own, aside=own.with_name(_SET_ASIDE))
    return open_sample(chosen)


def _unreadable(own: Path, faulty: FaultyFile) -> str:
    """That her own school cannot be opened; why, and what to do, where it is the one file that is at fault."""
    words = f"Your own school in {own} can no longer be read, so this is a sample."
    for fault in faulty.faults:
        if fault.file == school_file.FILE:
            return f"{words} {fault}"
    return f"{words} Choose your files again on the front page."


def _notes(chosen: str, *, school: School, data: Path) -> tuple[str, ...]:
    """What was passed over in a folder; of her own school, that the files in which an earlier version kept it are still there."""
    aside = data / _SET_ASIDE
    if chosen == FOLDER:
        return school.notes
    if chosen != OWN or not aside.is_dir():
        return ()
    note = (
        f"Your school is now kept in one file. The files in which it was kept before are in {aside}: "
        "delete that folder when you no longer need it."
    )
    return (note,)


def _with_examples(store: Store, sample: str) -> None:
    """Give a sample school the example answers that come with it, where nobody has written anything about it yet."""
    examples = ROOT / "data" / "sample" / sample / "workbook.json"
    # Where they cannot be kept the sample is opened without; of a store that is out of order `trouble` says so.
    with suppress(StoreError):
        is_open = not isinstance(store, ClosedStore)
        if is_open and not store.forms() and examples.is_file():
            answers = portable.read(examples.read_bytes())
            portable.import_into(store, answers)


def _store(path: Path, *, workbook: str) -> Store:
    """A workbook's store, or one that is closed where not every answer in it can be read."""
    try:
        store = Store(path, workbook=workbook)
        # Read whole, so that what is wrong is known before anything is written beside it, and not in the middle of a page.
        store.everything()
    except StoreError as error:
        words = f"{error} This page shows none of your answers and saves none; when that is put right, open it again."
        return ClosedStore(path, workbook=workbook, words=words)
    return store


def _beside(store: Store, *, workbook: str) -> Store:
    """The store of another workbook in the same file; closed where that one is, without trying the file again."""
    if isinstance(store, ClosedStore):
        return ClosedStore(store.path, workbook=workbook, words=store.words)
    return _store(store.path, workbook=workbook)


def _chosen(settings: Store, *, folder: str, own: Path) -> str:
    """The school chosen last, as long as it is there; else the folder named to the server, else the sample."""
    usual = FOLDER if folder else "levels"
    chosen = settings.latest("settings").get("school", usual)
    if isinstance(settings, ClosedStore) and not folder:
        chosen = OWN  # which was open last cannot be read: her own school's figures, where there are any
    is_there = chosen in samples() or (chosen == OWN and os.path.isdir(own))
    return chosen if is_there else usual


def _notes_of(chosen: str, folder: str) -> str:
    """Whose notes these are. A folder's belong to it wherever it is named from."""
    if chosen != FOLDER:
        return chosen
    return f"folder-{hashlib.sha256(str(Path(folder).resolve()).encode()).hexdigest()[:12]}"
