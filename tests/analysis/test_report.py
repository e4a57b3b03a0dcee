# SPDX-License-Identifier: Apache-2.0
"""The report on an invented results file: every file is there, its numbers are those of the results, the caveat travels with
every figure, and what cannot be drawn is refused by name with exit code 64."""
import contextlib
import csv
import html
import io
import pathlib
import shutil
import sys
import tempfile
import types
import unittest

SKIPPED = 77  # CTest's SKIP_RETURN_CODE
try:
    import h5py
    import matplotlib  # noqa: F401
    import numpy as np
    from scipy.integrate import solve_ivp
except ImportError as error:
    print(f"skipped: {error}; the report needs python3-h5py, python3-numpy, python3-scipy and python3-matplotlib")
    sys.exit(SKIPPED)

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2] / "analysis"))
import make_results  # noqa: E402
import report  # noqa: E402
from modscape_analysis import adex  # noqa: E402
from modscape_analysis.figures import FIGURES_OF, network_course, network_points  # noqa: E402
from modscape_analysis.results import crc32c  # noqa: E402

MODELS = 24
FIGURES = FIGURES_OF["study"]


def run(*argv):
    """Exit code and everything printed."""
    printed = io.StringIO()
    with contextlib.redirect_stdout(printed), contextlib.redirect_stderr(printed):
        try:
            code = report.main([str(a) for a in argv])
        except SystemExit as stop:
            code = stop.code
    return code, printed.getvalue()


class WithResults(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        folder = tempfile.TemporaryDirectory()
        cls.addClassCleanup(folder.cleanup)
        cls.folder = pathlib.Path(folder.name)
        cls.results = cls.folder / "results.h5"
        make_results.make(cls.results, MODELS)


class Report(WithResults):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.out = cls.folder / "new" / "report"
        cls.code, cls.printed = run(cls.results, "-o", cls.out)
        cls.file = h5py.File(cls.results, "r", locking=False)  # as the report opens it
        cls.addClassCleanup(cls.file.close)

    def column(self, figure, of="value", **wanted):
        """Values of the rows of a table that match."""
        lines = (self.out / f"{figure}.csv").read_text().splitlines()
        rows = csv.DictReader(line for line in lines if not line.startswith("#"))
        return [row[of] for row in rows if all(row[key] == value for key, value in wanted.items())]

    def same(self, figure, path, values=None, **wanted):
        expected = self.file[path][()] if values is None else values
        np.testing.assert_array_equal(np.array(self.column(figure, **wanted), float), np.ravel(expected))

    def test_every_file_is_there(self):
        self.assertEqual(self.code, 0, self.printed)
        expected = {f"{name}.{kind}" for name in FIGURES for kind in ("png", "svg", "csv")} | {"report.html"}
        expected |= {f"models_{condition}.csv" for condition in make_results.CONDITIONS}
        self.assertEqual({path.name for path in self.out.iterdir()}, expected)

    def test_models_are_written_as_they_are(self):
        for condition in make_results.CONDITIONS:
            with open(self.out / f"models_{condition}.csv", encoding="utf-8") as stream:
                header, *rows = csv.reader(stream)
            self.assertEqual(header, adex.PARAMETERS)
            for name, column in zip(header, zip(*rows, strict=True), strict=True):
                self.assertEqual([float(value) for value in column], list(self.file[f"models/{condition}/{name}"][()]))

    def test_tables_have_the_numbers_of_the_results(self):
        for c in make_results.CONDITIONS:
            for series in ("mean", "sd_floored", "held_out", "band_2_5", "predictive_97_5"):
                self.same("fi_curves", f"fit/{c}/{series}", group=c, series=series)
            self.same("fi_curves", f"fit/{c}/rheobases", group=c, series="cell_rheobase")
            self.same("identifiability", f"fit/{c}/spectrum", np.sort(self.file[f"fit/{c}/spectrum"]), group=c, panel="A")
            self.same("current_axis", f"models/{c}/I_SN", group=c, series="I_SN")
            self.same("current_axis", f"models/{c}/I_H", group=c, series="I_H")
            rest = (self.file[f"models/{c}/regime_asymptotic"][()] == 0).mean(axis=0)
            self.same("current_axis", "", rest, group=c, panel="regime_asymptotic", series="rest")
        self.same("pca", "", self.file["reduction/scores"][:MODELS, 1], group="off", series="score_PC2")
        self.same("pca", "reduction/off_to_on/silhouette_null", group="off → on", series="silhouette_null")
        self.same("verdict", "verdict/off_to_on/shift_draws", group="off → on", panel="shift", series="draw")
        self.same("effects", "effect/off_to_on/log_evidence_difference", group="off → on", panel="A", series="log_evidence_difference")
        self.same("verdict_by_family", "path_verdict/off_to_on/switching_share", group="off → on", panel="verdict", series="switching_share")
        self.same("effects", "effect/off_to_on/effect_low", group="off → on", panel="B", series="effect_low")
        self.same("verdict", "verdict/off_to_on/share_to", group="off → on", panel="regime_strings", series="on")

    def test_orbit_fires_as_the_results_say(self):
        drawn = np.array(self.column("phase_planes", series="spikes of the orbit"), float)
        stored = np.array(self.column("phase_planes", series="spikes in the results file"), float)
        self.assertEqual(drawn.size, len(make_results.CONDITIONS))
        np.testing.assert_allclose(drawn, stored, atol=1)  # the invented counts come from Euler steps

    def test_threshold_separates_rest_from_firing(self):
        """From beside the drawn manifold: to the left no spike without input, to the right one."""
        for condition in make_results.CONDITIONS:
            series = "stable manifold of the saddle, I = 0 pA, branch 0"
            p = dict(zip(adex.PARAMETERS, map(float, self.column("phase_planes", group=condition, series="parameter (mV, ms, pA, nS, pF)")), strict=True))
            V = np.array(self.column("phase_planes", "x", group=condition, series=series), float)
            w = np.array(self.column("phase_planes", group=condition, series=series), float)
            self.assertGreater(V.size, 20)
            for k in (0, V.size // 2, V.size - 2):
                for side in (-0.2, 0.2):
                    run = solve_ivp(lambda _, y: adex.rhs(p, *y, 0.0), (0, 500), (V[k] + side, w[k]), "LSODA", events=self.peak(p), rtol=1e-9)
                    self.assertEqual(run.status, int(side > 0), (condition, k, side))

    @staticmethod
    def peak(p):
        def reached(_, y):
            return y[0] - p["V_T"] - 8 * p["Delta_T"]

        reached.terminal = True
        return reached

    def test_caveat_travels_with_every_figure(self):
        page = (self.out / "report.html").read_text()
        escaped = html.escape(make_results.CAVEAT)
        self.assertGreaterEqual(page.count(f"Caveat: {escaped}"), len(FIGURES))
        self.assertNotIn(make_results.CAVEAT, page)
        for name in FIGURES:
            self.assertIn(f"# caveat: {make_results.CAVEAT}", (self.out / f"{name}.csv").read_text())

    def test_page_needs_nothing_else(self):
        page = (self.out / "report.html").read_text()
        self.assertEqual(page.count('src="data:image/png;base64,'), len(FIGURES))
        self.assertNotIn("<script", page)
        self.assertIn("Nobody et al. &amp; sons", page)
        self.assertIn("0.85", page)

    def test_page_answers_along_paths_first(self):
        page = (self.out / "report.html").read_text()
        self.assertIn("if it moved E_L", page)
        self.assertLess(page.index("The answer: along paths"), page.index("without any family"))
        self.assertLess(page.index('id="verdict_by_family"'), page.index('id="verdict"'))

    def test_second_run_has_nothing_to_do_and_force_gives_the_same_bytes(self):
        before = {path.name: path.read_bytes() for path in self.out.iterdir()}
        code, printed = run(self.results, "-o", self.out)
        self.assertEqual(code, 0)
        self.assertIn("nothing to do", printed)
        self.assertEqual(run(self.results, "-o", self.out, "--force")[0], 0)
        for name, content in before.items():
            self.assertEqual((self.out / name).read_bytes(), content, name)

    def test_only_one_figure(self):
        alone = self.folder / "alone"
        self.assertEqual(run(self.results, "-o", alone, "--only", "identifiability")[0], 0)
        self.assertEqual({path.name for path in alone.iterdir()}, {f"identifiability.{kind}" for kind in ("png", "svg", "csv")})


class BadInput(WithResults):
    def refused(self, path, *sentences):
        code, printed = run(path, "-o", self.folder / "refused")
        self.assertEqual(code, 64, printed)
        for sentence in sentences:
            self.assertIn(sentence, printed)
        self.assertFalse((self.folder / "refused").exists())

    @contextlib.contextmanager
    def changed(self):
        path = self.folder / "changed.h5"
        shutil.copy(self.results, path)
        with h5py.File(path, "r+") as file:
            yield file, path

    def test_missing_file(self):
        self.refused(self.folder / "none.h5", "no such file")

    def test_not_hdf5(self):
        path = self.folder / "text.h5"
        path.write_text("V = 3\n")
        self.refused(path, "truncated or not a results file")

    def test_truncated(self):
        path = self.folder / "cut.h5"
        path.write_bytes(self.results.read_bytes()[:20000])
        self.refused(path, "truncated or not a results file")

    def test_foreign_hdf5(self):
        with h5py.File(self.folder / "foreign.h5", "w") as file:
            file["x"] = 1
        self.refused(self.folder / "foreign.h5", "not a results file of modscape")

    def test_other_format_version(self):
        with self.changed() as (file, path):
            file.attrs["format_version"] = 99
        self.refused(path, "format version 99", "version 1")

    def test_missing_stage(self):
        with self.changed() as (file, path):
            del file["verdict/on_to_on_SCH23390"]
        self.refused(path, "stage verdict/on_to_on_SCH23390 is missing", "modscape study JOB.toml -o ")

    def test_study_without_effects(self):
        """No figure of them, and none is missed; asked for, it is refused."""
        with self.changed() as (file, path):
            text = make_results.JOB.replace("[effect]", "")
            del file["provenance/job_text"], file["effect"], file["path_verdict"]
            file["provenance"].create_dataset("job_text", data=np.array(text.encode()))
        self.assertEqual(run(path, "-o", self.folder / "partly", "--only", "fi_curves")[0], 0)
        code, printed = run(path, "-o", self.folder / "partly", "--only", "effects")
        self.assertEqual(code, 64)
        self.assertIn("a study without [effect]", printed)

    def test_results_of_effect_alone(self):
        """What needs no models is drawn; of the rest the message says what could be."""
        with self.changed() as (file, path):
            for group in ("models", "reduction", "verdict", "path_verdict", "complete"):
                del file[group]
        self.assertEqual(run(path, "-o", self.folder / "partly", "--only", "effects")[0], 0)
        self.assertTrue((self.folder / "partly" / "effects.png").exists())
        self.refused(path, "stage models/off is missing", "--only effects")

    def test_missing_effects(self):
        with self.changed() as (file, path):
            del file["effect/off_to_on"]
        self.refused(path, "stage effect/off_to_on is missing")

    def test_empty_and_torn_rows_do_not_count(self):
        with self.changed() as (file, path):
            file["models/on/status"][0] = 0
            file["models/on/I_SN"][1] += 1.0
        self.refused(path, "stage models/on is missing (22 of 24 rows are there)")

    def test_missing_dataset(self):
        with self.changed() as (file, path):
            del file["fit/on/spectrum"]
        code, printed = run(path, "-o", self.folder / "partly")
        self.assertEqual(code, 64)
        self.assertIn("/fit/on has no dataset 'spectrum'", printed)

    def test_bad_options(self):
        for argv in (["x.h5"], ["x.h5", "-o", "d", "--only", "nothing"], ["-o", "d"]):
            self.assertEqual(run(*argv)[0], 64, argv)

    def test_help_has_an_example(self):
        code, printed = run("--help")
        self.assertEqual(code, 0)
        self.assertIn("example:", printed)


class Parts(unittest.TestCase):
    def test_crc_has_its_published_check_value(self):
        self.assertEqual(crc32c(np.frombuffer(b"123456789", np.uint8)[None])[0], 0xE3069283)

    def test_adaptation_current_decays(self):
        p = {"C_m": 281.0, "g_L": 30.0, "E_L": -70.6, "V_T": -50.4, "Delta_T": 2.0, "a": 4.0, "tau_w": 144.0}
        dV, dw = adex.rhs(p, p["E_L"], 10.0, 0.0)
        self.assertAlmostEqual(dw, -10.0 / 144.0)
        self.assertAlmostEqual(dV, -10.0 / 281.0, places=4)

    def test_w_relaxes_to_a_times_depolarisation_while_held(self):
        p = {"E_L": -70.0, "V_r": -60.0, "a": 2.0, "tau_w": 100.0}
        self.assertAlmostEqual(adex.held(p, 50.0, 1e6), 20.0)
        self.assertAlmostEqual(adex.held(p, 50.0, 0.0), 50.0)


class Networks(unittest.TestCase):
    def course(self, *names):
        """The panels of a run in which the rate of the k-th population is k."""
        times = np.arange(0.5, 100)
        traces = {name: (times, np.zeros(len(times), int), np.linspace(-70, -40, len(times))) for name in sorted(names)}
        drawing = network_course.draw(types.SimpleNamespace(caveat="", populations=dict.fromkeys(names), times=times, bin=1.0, duration=100.0, transient=10.0, modulators={},
                                                            rates={name: np.full(len(times), float(k)) for k, name in enumerate(names)}, traces=traces))
        return drawing.figure.axes

    def test_many_populations_have_a_panel_each(self):
        self.assertEqual(len(self.course("RS", "FS", "TC")[0].lines), 3)
        *rates, traces = self.course("RS", "FS", "TC", "RE")
        self.assertEqual([[set(line.get_ydata()) for line in panel.lines] for panel in rates], [[{0.0}], [{1.0}], [{2.0}], [{3.0}]])
        places = {text.get_text(): text.get_position()[1] for text in traces.texts}
        self.assertEqual(sorted((name for name in places if len(name) > 1), key=places.get, reverse=True), ["RS 0", "FS 0", "TC 0", "RE 0"])

    def test_no_time_down_is_white(self):
        norm = network_points._norm("down_fraction", np.zeros(4))
        self.assertEqual((norm(0.0), norm(1.0) > 1), (0.0, True))
        self.assertEqual(network_points._norm("down_fraction", np.array([0.7, 0.8]))(0.8), 1.0)


if __name__ == "__main__":
    unittest.main()
