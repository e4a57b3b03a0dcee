# SPDX-License-Identifier: Apache-2.0
"""Every check must see a planted violation and stay silent about a clean tree."""
import pathlib
import shutil
import tempfile
import unittest

import clang_format
import files
import layers
import shell

SPDX = "// SPDX-License-Identifier: Apache-2.0\n"
STYLE = pathlib.Path(__file__).resolve().parents[2] / ".clang-format"


class Planted(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.root = pathlib.Path(folder.name)

    def plant(self, name, text):
        path = self.root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)

    def found(self, check, name, text):
        """The problems that `check` reports for this one file."""
        self.plant(name, text)
        return "\n".join(check(self.root))


class Layers(Planted):
    def test_lower_rows_and_the_module_itself_are_allowed(self):
        text = '#include "core/error.hpp"\n#include "sweep/points.hpp"\n#include <vector>\n'
        self.assertEqual(self.found(layers.check, "src/sweep/a.cpp", text), "")

    def test_higher_row(self):
        self.assertIn("models may not include solvers", self.found(layers.check, "src/models/a.cpp", '#include "solvers/b.hpp"\n'))

    def test_own_row(self):
        self.assertIn("io may not include config", self.found(layers.check, "src/io/a.hpp", '#include "config/job.hpp"\n'))

    def test_fenced_libraries(self):
        for header in ["<mpi.h>", "<hdf5.h>", "<cvode/cvode.h>", "<petscsnes.h>", "<slepceps.h>", "<toml++/toml.h>", "<CLI/CLI.hpp>"]:
            self.assertIn("belongs to", self.found(layers.check, "src/core/a.hpp", f"#include {header}\n"), header)

    def test_library_in_its_module(self):
        self.assertEqual(self.found(layers.check, "src/parallel/a.hpp", "#include <mpi.h>\n"), "")

    def test_drivers_may_include_any_module(self):
        self.assertEqual(self.found(layers.check, "drivers/a.cpp", '#include "study/run.hpp"\n#include <CLI/CLI.hpp>\n'), "")

    def test_module_without_a_row(self):
        self.assertIn("has no row", self.found(layers.check, "src/misc/a.hpp", ""))


class Files(Planted):
    def test_clean(self):
        self.assertEqual(self.found(files.check, "src/core/a.hpp", SPDX + "#pragma once\n"), "")

    def test_violations(self):
        cases = {
            "no SPDX line": "int a;\n",
            "a tab": SPDX + "\tint a;\n",
            "trailing whitespace": SPDX + "int a; \n",
            "a reminder": SPDX + "// TO" + "DO: later\n",
            "somebody's machine": SPDX + 'auto a = "/ho' + 'me/me/file";\n',
            "split it": SPDX + "int a;\n" * 600,
            "no newline": SPDX + "int a;",
        }
        for problem, text in cases.items():
            self.assertIn(problem, self.found(files.check, "src/core/a.cpp", text))

    def test_header_without_guard(self):
        self.assertIn("#pragma once", self.found(files.check, "src/core/a.hpp", SPDX))
        self.assertIn("HWY_TARGET_TOGGLE", self.found(files.check, "src/core/a-inl.hpp", SPDX + "#pragma once\n"))

    def test_script_without_licence(self):
        self.assertIn("no SPDX line", self.found(files.check, "scripts/go", "#!/bin/bash\nset -euo pipefail\n"))

    def test_build_folder_is_not_ours(self):
        self.assertEqual(self.found(files.check, "build/release/a.cpp", "\t\n"), "")


@unittest.skipUnless(shutil.which("clang-format-19"), "clang-format-19 is not installed")
class Format(Planted):
    def setUp(self):
        super().setUp()
        shutil.copy(STYLE, self.root)

    def test_clean(self):
        self.assertEqual(self.found(clang_format.check, "src/core/a.cpp", "int a = 1;\n"), "")

    def test_unformatted(self):
        self.assertIn("not formatted", self.found(clang_format.check, "src/core/a.cpp", "int  a=1 ;\n"))


@unittest.skipUnless(shutil.which("shellcheck"), "shellcheck is not installed")
class Shell(Planted):
    def test_clean(self):
        self.assertEqual(self.found(shell.check, "scripts/a", "#!/usr/bin/env bash\nset -euo pipefail\ntrue\n"), "")

    def test_unquoted_variable(self):
        self.assertIn("SC2086", self.found(shell.check, "scripts/a", '#!/bin/bash\nset -euo pipefail\nls $1\n'))

    def test_not_strict(self):
        self.assertIn("set -euo pipefail", self.found(shell.check, "scripts/a", "#!/bin/bash\ntrue\n"))


if __name__ == "__main__":
    unittest.main()
