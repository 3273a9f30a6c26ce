"""Which commit is the release before: the newest tag behind this one, a stated commit where there is none."""

import subprocess

import pytest

from tests.faults.tree import NotInHistory, release_before

pytestmark = pytest.mark.served

WHO = ("-c", "user.name=x", "-c", "user.email=x@example.org", "-c", "commit.gpgsign=false", "-c", "tag.gpgsign=false")


def git(root, *asked):
    done = subprocess.run(["git", "-C", str(root), *WHO, *asked], capture_output=True, text=True, check=True)
    return done.stdout.strip()


def commit(root, *tags):
    git(root, "commit", "--quiet", "--allow-empty", "--message", "x")
    for tag in tags:
        git(root, "tag", "--annotate", "--message", tag, tag)
    return git(root, "rev-parse", "HEAD")


@pytest.fixture
def copy(tmp_path):
    root = tmp_path / "copy"
    root.mkdir()
    git(root, "init", "--quiet", "--initial-branch", "main")
    return root


def test_it_is_the_newest_tag_by_its_number_and_not_by_its_letters(copy):
    stated = commit(copy)
    for n in (9, 10):
        commit(copy, f"v{n}")
    commit(copy)
    assert release_before(copy, stated) == "v10"


def test_a_commit_that_is_a_release_itself_comes_after_the_one_before(copy):
    stated = commit(copy)
    commit(copy, "v1")
    commit(copy, "v2")
    assert release_before(copy, stated) == "v1"


def test_tags_of_another_name_or_another_line_do_not_count(copy):
    stated = commit(copy, "nightly-3")
    git(copy, "checkout", "--quiet", "-b", "other")
    commit(copy, "v7")
    git(copy, "checkout", "--quiet", "main")
    commit(copy)
    assert release_before(copy, stated) == stated


def test_a_copy_without_the_history_says_so_and_what_to_do(copy, tmp_path):
    stated = commit(copy)
    commit(copy)
    git(tmp_path, "clone", "--quiet", "--depth", "1", f"file://{copy}", "shallow")
    with pytest.raises(NotInHistory, match=f"no commit {stated[:12]}: git fetch --unshallow"):
        release_before(tmp_path / "shallow", stated)
    with pytest.raises(NotInHistory, match="not a git repository"):
        release_before(tmp_path, stated)
