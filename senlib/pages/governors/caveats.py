"""The questions of the governors' page and its fixed sentences: caveats, and why nothing can be said."""

from __future__ import annotations

SIDES = {"SEN": "with SEN", "no SEN": "without SEN"}

SURE = (
    "The line through a dot is its likely range (95 %): within it the true figure is likely to lie, as far as a group of this size "
    "can tell. Where none is seen, it is narrower than the dot."
)
SURE_ON_PAPER = "‘Likely’ is the range (95 %) within which the true figure is likely to lie, as far as a group of this size can tell."

PROGRESS = "Are our pupils with SEN making progress?"
ABSENCE = "Do pupils with SEN miss more of school?"
ATTENDANCE = "Does attendance hold them back?"
SPEND = "What do we spend?"
WORKS = "Does the help work?"
NEXT = "What are we doing next?"

# Short caveats, which stand with their answer on paper too.
NO_VERDICT = (
    "England’s figures are a size to think of, and no verdict: they are of another year or of other starts, or teachers gave the "
    "grades."
)
ANOTHER_YEAR = (
    "England’s figures are of another year: a size to think of, and no verdict."
)
TOGETHER = "That two things go together does not prove that one makes the other."
NO_STARTS = "Pupils whose start is not known are left out."
LEFT_OUT = "Pupils of whom it is not known whether they move on are left out."

# A large number may be hidden too, to guard a small one.
TOO_FEW = "It cannot be shown without the risk of pointing at somebody."

# Where one side is hidden and the other is not.
ONE_HIDDEN = "The figures of pupils {} are hidden, so the two cannot be compared."
NOBODY = "None of the pupils counted here has SEN in the school’s files."
EVERYBODY = "Every pupil counted here has SEN, so there is nobody to compare with."
AGAIN = "The SENCO can choose the files again on the front page"

# Why nothing can be said of pupils with SEN who are on roll, by Context.roll.
ROLL = {
    "empty": f"The school’s files have nobody on roll. {AGAIN}, with a list that says who is.",
    "none": "Nobody on roll has SEN in the school’s files.",
    "not known": NOBODY,
}
NOBODY_RECORDED = (
    "Pupils with SEN are on roll, but the school’s files have no attendance of theirs. "
    f"{AGAIN}, with a list that has it."
)
NOBODY_JUDGED = "Whether pupils with SEN move on cannot be said yet: that takes results on entry and current ones."
NO_RESULTS = (
    "No results of a year that has finished are held, so nothing can be said yet."
)
SEN_UNKNOWN = (
    "More than a tenth of pupils have no SEN code in the school’s files: they stand neither among those with SEN nor among "
    "those without, and what is said here is of the others alone."
)
NO_MAPS = "Nothing is written yet on the provision maps of pupils with SEN{}."
FILL_IN = "The SENCO can fill in provision maps in Task 5."
UNRECORDED = (
    "More than half of the pupils on roll have no attendance in the school’s files, so nothing can be said. "
    f"{AGAIN}, with a list that has attendance."
)

# Why England's figure may be missing though starts are known.
WITHHELD = "What England reached from the same starts is left out where it could tell where a few of the pupils started."
LITTLE = (
    "So few pupils here have SEN that hardly a figure can be shown without pointing at somebody. "
    "The questions below are still the right ones: ask the SENCO, who can answer them in words."
)
