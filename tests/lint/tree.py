# SPDX-License-Identifier: Apache-2.0
"""What the lint checks share: the project's files, the report and the exit code."""
import os
import pathlib
import shutil
import sys

SKIPPED = 77  # CTest's SKIP_RETURN_CODE
NOT_OURS = {".git", "build", "out", "__pycache__", ".pytest_cache", ".ccache"}


def files(root, suffixes=None, folders=(".",)):
    """Sorted files below the given folders of root; suffixes=None takes every file."""
    for folder in folders:
        for directory, names, leaves in os.walk(pathlib.Path(root) / folder):
            names[:] = sorted(name for name in names if name not in NOT_OURS)
            for leaf in sorted(leaves):
                path = pathlib.Path(directory) / leaf
                if suffixes is None or path.suffix in suffixes:
                    yield path


def shell_scripts(root):
    """Files that a shell runs, with or without a suffix."""
    for path in files(root):
        if path.suffix in {".py", ".cpp", ".hpp"} or not path.is_file():
            continue
        with path.open("rb") as stream:
            first = stream.readline()
        if first.startswith(b"#!") and b"sh" in first.split(b"/")[-1]:
            yield path


def need(*tools):
    """The first of the tools that is installed; otherwise the check is skipped."""
    for tool in tools:
        if shutil.which(tool):
            return tool
    print(f"skipped: {' or '.join(tools)} is not installed")
    sys.exit(SKIPPED)


def run(check):
    """main() of a check: check(root) yields one sentence per problem."""
    root = pathlib.Path(sys.argv[1]).resolve()
    problems = list(check(root))
    print("\n".join(problems) if problems else "nothing to complain about")
    sys.exit(1 if problems else 0)
