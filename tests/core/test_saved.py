from __future__ import annotations

import stat
import sys
from pathlib import Path

import pytest

from bowerbird.core.errors import EnvironmentFailure, UsageError
from bowerbird.core.saved import Saved, SavedFile, SavedSearch


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "saved.toml"


def test_what_is_saved_is_there_again(path: Path) -> None:
    SavedFile(path).change(lambda now: now.with_search("Sea", 'boats "at sea"  kind:photo').with_search("日本", "東京"))
    SavedFile(path).remember("a dog")
    again = SavedFile(path).now
    assert again.searches == (SavedSearch("Sea", 'boats "at sea" kind:photo'), SavedSearch("日本", "東京"))
    assert again.recent == ("a dog",)


def test_a_name_stands_for_one_search_in_whatever_capitals() -> None:
    saved = Saved().with_search("Sea", "boats").with_search("Hills", "hills").with_search("sea", "ships")
    assert [(each.name, each.question) for each in saved.searches] == [("sea", "ships"), ("Hills", "hills")]
    assert saved.search(" SEA ").question == "ships"
    assert [each.name for each in saved.without_search("SEA").searches] == ["Hills"]
    with pytest.raises(UsageError, match="lakes"):
        saved.without_search("lakes")


@pytest.mark.parametrize(("name", "question"), [("", "boats"), ("Sea", "  "), ("a\nb", "boats"), ("x" * 101, "boats"),
    ("a\u2028b", "boats"), ("\u200d", "boats"), ("a\0", "boats"), ("\udcff", "boats")])  # fmt: skip
def test_what_is_no_name_or_no_question_is_refused(name: str, question: str) -> None:
    with pytest.raises(UsageError):
        Saved().with_search(name, question)


@pytest.mark.parametrize("name", ["👩\u200d👧 at the sea", "می\u200cخواهم", "12\u00a0000 boats", "a/b"])
def test_a_name_may_have_joiners_and_other_spaces(path: Path, name: str) -> None:
    SavedFile(path).change(lambda now: now.with_search(name, "boats"))
    assert SavedFile(path).now.search(name).question == "boats"


def test_the_last_questions_are_few_and_each_is_there_once() -> None:
    saved = Saved()
    for question in ("do", "a dog", "A dog on  a beach", "cats", "a DOG on a beach"):
        saved = saved.with_question(question)
    assert saved.recent == ("a DOG on a beach", "cats", "do"), "one that was typed on replaces what it was begun with"
    assert saved.with_question(" ") == saved.with_question("x" * 3000) == saved
    for number in range(99):
        saved = saved.with_question(f"{number} boats")
    assert (len(saved.recent), saved.recent[0]) == (30, "98 boats")


def test_an_emptied_file_stands_for_the_last_good_one_and_says_so(path: Path) -> None:
    SavedFile(path).change(lambda now: now.with_search("Sea", "boats"))
    path.write_bytes(bytes(4096))
    file = SavedFile(path)
    assert file.now.search("sea").question == "boats" and "saved.toml was empty" in file.notice


@pytest.mark.parametrize("wrong", ["recent = [", 'searches = [{name = "Sea"}]', "searches = 3", 'recent = "abc"'])
def test_a_file_that_is_not_understood_is_said_and_kept_as_it_is(path: Path, wrong: str) -> None:
    path.write_text(wrong)
    file = SavedFile(path)
    assert file.now == Saved() and "saved.toml" in file.notice
    file.remember("a dog")
    with pytest.raises(EnvironmentFailure, match=r"saved\.toml"):
        file.change(lambda now: now.with_search("Sea", "boats"))
    with pytest.raises(EnvironmentFailure, match=r"saved\.toml"):
        file.question("Sea")
    assert path.read_text() == wrong


def test_what_is_forgotten_is_in_no_copy(path: Path) -> None:
    file = SavedFile(path)
    file.remember("a secret")
    file.change(lambda _: Saved())
    assert path.with_name("saved.toml.bak").exists()
    assert not any(b"secret" in each.read_bytes() for each in path.parent.iterdir())


@pytest.mark.skipif(sys.platform == "win32", reason="modes are POSIX")
def test_the_files_are_for_the_user_alone(path: Path) -> None:
    SavedFile(path).remember("a dog")
    assert {each.name: stat.S_IMODE(each.stat().st_mode) for each in path.parent.iterdir()} == {
        "saved.toml": 0o600,
        "saved.toml.bak": 0o600,
    }
