# SPDX-License-Identifier: Apache-2.0
"""The pages say what the program does: its parameter table, its commands, its output format; and their links lead somewhere."""
import pathlib
import re
import shlex
import sys
import tempfile
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "support"))
import e2e  # noqa: E402
import h5py  # noqa: E402
import numpy as np  # noqa: E402

PAGES = [e2e.SOURCE / name for name in ("README.md", "CONTRIBUTING.md", "jobs/README.md")] + sorted((e2e.SOURCE / "docs").rglob("*.md"))
SCALE_BOOKKEEPING = {"CLASS", "NAME", "DIMENSION_LIST", "REFERENCE_LIST"}
PARAMETERS = {"C_m", "g_L", "E_L", "V_T", "Delta_T", "a", "b", "tau_w", "V_r", "V_peak", "t_ref"}
CONDITIONS = {"off", "on", "on_SCH23390"}


def commands(text):
    """What follows `modscape` in code: fenced, indented or between backticks."""
    fenced = re.findall(r"^```\w*\n(.*?)^```", text, re.DOTALL | re.MULTILINE)
    spans = re.findall(r"`([^`\n]+)`", re.sub(r"^```.*?^```", "", text, flags=re.DOTALL | re.MULTILINE))
    for line in [line for block in fenced for line in block.splitlines()] + spans:
        if match := re.search(r"(?:^|[\s/])modscape +([^#>|]+)", line):
            yield match[1].strip()


class Pages(e2e.Case):
    def test_models(self):
        self.assertEqual((e2e.SOURCE / "docs/models.md").read_text(), self.run_ok("info", "--markdown").out)

    def test_commands(self):
        helps, seen = {}, 0
        for page in [*PAGES, e2e.SOURCE / "analysis/README.md"]:
            for command in commands(page.read_text()) if page.exists() else ():
                name, *words = command.split()
                if name not in helps:
                    helps[name] = self.run_ok(name, "--help").out
                for flag in (word.split("=")[0] for word in words if re.match(r"--?[a-zA-Z]", word)):
                    self.assertRegex(helps[name], rf"(^|[\s,]){flag}\b", f"{page}: modscape {command}")
                seen += 1
        self.assertGreater(seen, 10)
        self.assertLessEqual({"study", "sweep", "continue", "simulate", "submit", "merge", "rerun", "compare", "status", "info", "doctor"}, set(helps))

    def test_table_of_the_readme(self):
        text = (e2e.SOURCE / "README.md").read_text()
        self.write("fi.csv", re.search(r"```csv\n(.*?)```", text, re.DOTALL)[1])
        command = next(command for command in commands(text) if "fi.csv" in command)
        self.run_ok(*shlex.split(command), "--check")

    def test_links(self):
        broken = [f"{page.relative_to(e2e.SOURCE)}: {link}" for page in PAGES for link in re.findall(r"\]\(([^)#\s]+)", page.read_text())
                  if "://" not in link and not (page.parent / link).exists()]
        self.assertEqual(broken, [])


class OutputFormat(e2e.Case):
    @classmethod
    def setUpClass(cls):
        folder = tempfile.TemporaryDirectory()
        cls.addClassCleanup(folder.cleanup)
        cls.results = pathlib.Path(folder.name)
        jobs = {"study": e2e.tiny_study_with_effects(), "sweep": e2e.example("small_sweep.toml", ("points = 64", "points = 4")), "simulate": e2e.example("simulate_bg2005.toml"),
                "continue": e2e.example("bifurcation_diagram.toml", ('"0 nS", "1 nS", "2 nS", "4 nS"', '"2 nS"'))}
        for kind, job in jobs.items():
            (cls.results / f"{kind}.toml").write_text(job)
            outcome = e2e.Run(cls.results, (kind, f"{kind}.toml")).wait()
            if outcome.code != 0:
                raise AssertionError(outcome)
        sections = re.split(r"^## ", (e2e.SOURCE / "docs/output-format.md").read_text(), flags=re.MULTILINE)
        cls.shared = [sections[0]] + [s for s in sections if s.startswith(("Live tables", "Provenance"))]
        cls.sections = {kind: next(s for s in sections if s.startswith(f"`modscape {kind}`")) for kind in jobs}

    def documented(self, kind):
        text = "\n".join([*self.shared, self.sections[kind]])
        spans = re.findall(r"`([^`]+)`", text) + re.findall(r"\(([\w, `]+)\)", text)
        names = {name for span in spans for name in re.split(r"[/ (),`]+", span)}
        return names | PARAMETERS | ({"<condition>", "round_<k>", "<from>_to_<to>"} & names)

    @staticmethod
    def general(name):
        if name in CONDITIONS:
            return "<condition>"
        if re.fullmatch(r"round_\d+", name):
            return "round_<k>"
        return "<from>_to_<to>" if "_to_" in name and name != "time_to_first_spike" else name

    def check(self, kind):
        known, missing = self.documented(kind), []

        def look(path, item):
            name = path.rsplit("/", 1)[-1]
            if name and self.general(name) not in known:
                missing.append(f"/{path}")
            missing.extend(f"/{path}@{a}" for a in item.attrs if a not in known | SCALE_BOOKKEEPING)
            if isinstance(item, h5py.Dataset):
                self.assertTrue(item.dtype.kind == "S" or {"units", "long_name"} <= set(item.attrs), path)
                self.assertTrue("long_name" in item.attrs or path.startswith("provenance/"), path)
            elif "status" in item or (name in CONDITIONS | {"complete"} and not path.startswith("provenance")):
                self.assertTrue("long_name" in item.attrs or path.startswith("refinement"), path)

        with h5py.File(self.results / f"{kind}.h5") as file:
            look("", file)
            file.visititems(look)
        self.assertEqual(missing, [])

    def test_study(self):
        self.check("study")

    def test_sweep(self):
        self.check("sweep")

    def test_continue(self):
        self.check("continue")

    def test_simulate(self):
        self.check("simulate")

    def test_the_other_way_round(self):
        """Columns of the tables of the page are in the file, with the unit the page gives."""
        with h5py.File(self.results / "study.h5") as file:
            rows = re.findall(r"^\| (`.+?`.*?) \| (.+?) \| (.+?) \|", self.sections["study"], re.MULTILINE)
            self.assertGreater(len(rows), 15)
            for names, shape, units in rows:
                columns = re.findall(r"`(\w+)`", names)
                for i, name in enumerate(columns):
                    holders = [group for group in (file["exploration"], file["models/off"], file["effect_rounds/off_to_on/round_0"], file["paths/off_to_on"]) if name in group]
                    self.assertTrue(holders, name)
                    unit = units.split(", ")[i % 2 if name[0] in "VI" and len(units.split(", ")) == 2 else i if ", " in units else 0]
                    column = holders[-1][name]
                    self.assertEqual(column.attrs["units"].decode(), unit, name)
                    self.assertEqual(column.ndim, len(shape.split(", ")), name)
                    self.assertEqual(column.dtype, np.dtype("<i4" if "(i32)" in names else "<f8"), name)

    def test_axes_are_attached(self):
        with h5py.File(self.results / "study.h5") as file:
            counts = file["models/off/counts"]
            self.assertEqual([dimension[0].name for dimension in counts.dims], ["/models/off/row", "/models/off/data_current"])
            self.assertEqual(file["fit/off/mean"].dims[0][0].name, "/fit/off/data_current")


if __name__ == "__main__":
    unittest.main()
