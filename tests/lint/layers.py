# SPDX-License-Identifier: Apache-2.0
"""Who may include what (docs/design.md): a module includes lower rows and itself, never a neighbour in its own row;
each outside library is included by one module only."""
import re

import tree

ROWS = [  # top first
    {"drivers"},
    {"study"},
    {"brain"},
    {"fit", "network", "dynamics"},
    {"sweep", "batch"},
    {"solvers", "ephys"},
    {"io", "config"},
    {"models"},
    {"parallel"},
    {"core"},
]
ROW_OF = {module: index for index, row in enumerate(ROWS) for module in row}
FENCED = {  # start of the header's name -> the module that may include it
    "mpi.h": "parallel",
    "hdf5": "io",
    "H5": "io",
    "cvode": "solvers",
    "ida": "solvers",
    "kinsol": "solvers",
    "arkode": "solvers",
    "nvector": "solvers",
    "sunmatrix": "solvers",
    "sunlinsol": "solvers",
    "sunnonlinsol": "solvers",
    "sundials": "solvers",
    "petsc": "solvers",
    "slepc": "solvers",
    "toml++": "config",
    "CLI/": "drivers",
    "nanoflann": "sweep",
    "kissfft": "network",
}
INCLUDE = re.compile(r'^\s*#\s*include\s*[<"]([^>"]+)[>"]')


def include_problem(module, header):
    """None, or why a file of `module` may not include `header`."""
    for start, owner in FENCED.items():
        if header.startswith(start) and module != owner:
            return f"<{header}> belongs to {owner}"
    other = header.split("/")[0]
    if "/" not in header or other not in ROW_OF or other == module:
        return None
    if ROW_OF[other] <= ROW_OF[module]:
        return f'"{header}": {module} may not include {other}, which is not below it'
    return None


def check(root):
    for path in tree.files(root, {".hpp", ".cpp", ".in"}, ("src", "drivers")):
        parts = path.relative_to(root).parts
        module = "drivers" if parts[0] == "drivers" else parts[1]
        if module not in ROW_OF:
            yield f"{path}: module {module} has no row in tests/lint/layers.py"
            continue
        for number, line in enumerate(path.read_text().splitlines(), 1):
            match = INCLUDE.match(line)
            problem = include_problem(module, match[1]) if match else None
            if problem:
                yield f"{path}:{number}: {problem}"


if __name__ == "__main__":
    tree.run(check)
