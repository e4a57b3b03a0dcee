# SPDX-License-Identifier: Apache-2.0
"""Every text file is clean: licence line, no tabs, no trailing blanks, no reminders, no paths of somebody's machine."""
import re

import tree

TEXT = {".cpp", ".hpp", ".in", ".py", ".sh", ".sbatch", ".toml", ".cmake", ".txt", ".md", ".json", ".cff", ".yml", ""}
LICENSED = {".cpp", ".hpp", ".py", ".sbatch"}
LONGEST = 500  # lines of one file in src and drivers
REMINDER = re.compile(r"\b(TO" + r"DO|FIX" + r"ME|X" + r"XX)\b")
MACHINE_PATH = re.compile(r"(?<![\w./$}-])/(?:work|ho" + r"me)(?:/|\b)")
VERBATIM = {"LICENSE"}


def line_problems(line):
    if "\t" in line:
        yield "a tab"
    if line != line.rstrip():
        yield "trailing whitespace"
    if REMINDER.search(line):
        yield "a reminder: open an issue or do it"
    if MACHINE_PATH.search(line):
        yield "a path of somebody's machine"


def file_problems(path, text, licensed, limited):
    lines = text.splitlines()
    if licensed and not any("SPDX-License-Identifier: Apache-2.0" in line for line in lines[:3]):
        yield "no SPDX line at the top"
    guard = "HWY_TARGET_TOGGLE" if path.name.endswith("-inl.hpp") else "#pragma once"  # the former is read once per instruction set
    if path.suffix == ".hpp" and guard not in text:
        yield f"a header without {guard}"
    if limited and len(lines) > LONGEST:
        yield f"{len(lines)} lines; split it ({LONGEST} at most)"
    if text and not text.endswith("\n"):
        yield "no newline at the end"


def check(root):
    scripts = set(tree.shell_scripts(root))
    for path in tree.files(root, TEXT):
        if path.name in VERBATIM:
            continue
        try:
            text = path.read_text()
        except UnicodeDecodeError:
            yield f"{path}: not UTF-8"
            continue
        limited = path.relative_to(root).parts[0] in {"src", "drivers"}
        for problem in file_problems(path, text, path.suffix in LICENSED or path in scripts, limited):
            yield f"{path}: {problem}"
        for number, line in enumerate(text.split("\n"), 1):
            for problem in line_problems(line):
                yield f"{path}:{number}: {problem}"


if __name__ == "__main__":
    tree.run(check)
