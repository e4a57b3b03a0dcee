# SPDX-License-Identifier: Apache-2.0
"""C++ is as clang-format 19 leaves it (scripts/lint --fix does it); another version formats differently."""
import subprocess

import tree


def check(root):
    tool = tree.need("clang-format-19")
    style = f"--style=file:{root / '.clang-format'}"
    for path in tree.files(root, {".hpp", ".cpp"}, ("src", "drivers", "tests", "benchmarks")):
        result = subprocess.run([tool, style, "--dry-run", "-Werror", str(path)], capture_output=True, text=True)
        if result.returncode != 0:
            yield f"{path}: not formatted (scripts/lint --fix)"


if __name__ == "__main__":
    tree.run(check)
