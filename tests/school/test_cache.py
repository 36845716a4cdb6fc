"""What is counted of a school is kept until it is forgotten; nothing then holds the school."""

import gc
import weakref

from senlib import open_school
from senlib.measures.conversion import conversion, matrix
from senlib.school import cache


def test_counted_once_until_it_is_forgotten():
    asked = []

    @cache.kept
    def count(school, *, by):
        asked.append((school, by))
        return len(asked)

    assert [
        count("a", by="sex"),
        count("a", by="sex"),
        count("a", by="need"),
        count("b", by="sex"),
    ] == [1, 1, 2, 3]
    cache.forget()
    assert count("a", by="sex") == 4


def test_a_forgotten_school_is_let_go(tmp_path):
    (tmp_path / "school.toml").write_text(
        'framework = "levels"\nacademic_year = 2005\n'
    )
    (tmp_path / "pupils.csv").write_text("pupil_id,sen_provision,ks4_year\n1,A,2006\n")
    (tmp_path / "results.csv").write_text(
        "pupil_id,stage,subject,result\n1,KS2,English,3\n1,KS3,English,5\n"
    )
    school = open_school(tmp_path)
    conversion(school), matrix(school)
    held = weakref.ref(school)
    del school
    gc.collect()
    assert held() is not None
    cache.forget()
    gc.collect()
    assert held() is None


def test_what_is_handed_out_can_be_changed_without_harm(tmp_path):
    from senlib import open_sample

    school = open_sample("levels")
    table = matrix(school)
    table["pupils"] = 0
    assert matrix(school)["pupils"].sum() > 0
    rates = conversion(school)
    rates["pupils"] = 0
    assert conversion(school)["pupils"].sum() > 0
