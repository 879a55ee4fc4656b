"""Reading the checked out commit without git's help; git itself makes the repositories."""

import subprocess
from pathlib import Path

import pytest
from onedata._git import commit_of


def git(folder: Path, *arguments: str) -> str:
    command = ["git", "-c", "user.name=a", "-c", "user.email=a@example.org", "-c", "init.defaultBranch=main"]
    answer = subprocess.run([*command, *arguments], cwd=folder, capture_output=True, text=True, check=True)
    return answer.stdout.strip()


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    folder = tmp_path / "repository"
    folder.mkdir()
    git(folder, "init", "-q")
    git(folder, "commit", "-q", "--allow-empty", "-m", "one")
    return folder


def test_a_branch_is_followed_to_its_commit(repository: Path) -> None:
    below = repository / "a" / "b"
    below.mkdir(parents=True)
    assert commit_of(below) == git(repository, "rev-parse", "HEAD")


def test_packed_references_are_read(repository: Path) -> None:
    git(repository, "pack-refs", "--all")
    assert not (repository / ".git" / "refs" / "heads" / "main").exists()
    assert commit_of(repository) == git(repository, "rev-parse", "HEAD")


def test_a_detached_head_is_a_commit(repository: Path) -> None:
    git(repository, "checkout", "-q", "--detach")
    assert commit_of(repository) == git(repository, "rev-parse", "HEAD")


def test_a_linked_work_tree_has_its_own_commit(repository: Path, tmp_path: Path) -> None:
    other = tmp_path / "other"
    git(repository, "worktree", "add", "-q", "-b", "side", str(other))
    git(other, "commit", "-q", "--allow-empty", "-m", "two")
    assert commit_of(other) == git(other, "rev-parse", "HEAD") != commit_of(repository)


def test_there_is_no_commit_before_the_first(tmp_path: Path) -> None:
    git(tmp_path, "init", "-q")
    assert commit_of(tmp_path) is None


def test_there_is_no_commit_outside_of_a_repository(tmp_path: Path) -> None:
    assert commit_of(tmp_path) is None


def test_a_ring_of_references_ends(repository: Path) -> None:
    (repository / ".git" / "HEAD").write_text("ref: HEAD\n")
    assert commit_of(repository) is None
