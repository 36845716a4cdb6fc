"""People: how a page names a pupil."""

from __future__ import annotations


def person_name(person: object) -> str:
    """A pupil as the page names her; the pupil's code where the school keeps no names.

    >>> from types import SimpleNamespace as P
    >>> person_name(P(surname="Khan", forename="Amina", pupil_id="1")), person_name(P(surname="", forename="", pupil_id="P-7F3K"))
    ('Khan, Amina', 'P-7F3K')
    """
    return ", ".join(part for part in (person.surname, person.forename) if part) or person.pupil_id
