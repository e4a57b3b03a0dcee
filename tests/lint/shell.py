# SPDX-License-Identifier: Apache-2.0
"""Every shell script passes shellcheck and stops at the first error."""
import subprocess

import tree

STRICT = "set -euo pipefail"


def check(root):
    tool = tree.need("shellcheck")
    for path in tree.shell_scripts(root):
        if STRICT not in path.read_text():
            yield f"{path}: no `{STRICT}`"
        result = subprocess.run([tool, "-x", "-P", "SCRIPTDIR", "-f", "gcc", str(path)], capture_output=True, text=True)
        yield from result.stdout.splitlines()


if __name__ == "__main__":
    tree.run(check)
