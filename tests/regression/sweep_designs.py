# SPDX-License-Identifier: Apache-2.0
"""Sweep designs from outside, on 1 and 2 ranks: points of each kind in the file, rounds, jobs that grow, plans of a billion points,
modulator doses. Exact, but for the boundary of refined points (within a few widths of the grid) and the size of a plan (a quarter)."""
import pathlib
import re
import signal
import subprocess
import sys
import time
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "support"))
import e2e  # noqa: E402
import h5py  # noqa: E402
import numpy as np  # noqa: E402

HEAD = '[job]\nkind = "sweep"\n[integrator]\nmethod = "ensemble"\n'
FAST = HEAD + '[protocol]\nstep_duration = "20 ms"\n'
LANDSCAPE = e2e.example("landscape.toml")
DESIGN, ROUNDS = LANDSCAPE[:LANDSCAPE.index("[[round]]")], LANDSCAPE[LANDSCAPE.index("[protocol]"):]
REFINE = '[[round]]\nkind = "refine"\npoints = {}\n'


class Designs(e2e.Case):
    def columns(self, job, *names, ranks=None, table="sweep"):
        self.write("job.toml", job)
        self.run_ok("sweep", "job.toml", "-o", "out.h5", "--force", ranks=ranks)
        with h5py.File(self.folder / "out.h5") as file:
            return [file[f"{table}/{name}"][()] for name in names]

    def test_grid_and_conditional_axes(self):
        job = FAST + 'currents = [100]\n[axes]\na = [0, 2]\ntau_w = {values = [50, 100], when = {a = [2]}}\n'
        a, tau_w = self.columns(job, "a", "tau_w", ranks=2)
        np.testing.assert_array_equal(a, [0, 2, 2])
        np.testing.assert_array_equal(tau_w, [np.nan, 50, 100])

    def test_where_an_axis_does_not_exist_the_neuron_has_its_own_value(self):
        job = HEAD + '[neuron]\nb = 300\n[protocol]\namplitude = 900\n[axes]\na = [0, 4]\nb = {values = [0, 300], when = {a = [4]}}\n'
        conditional, = self.columns(job, "counts")
        plain, = self.columns(job.replace("a = [0, 4]\nb = {values = [0, 300], when = {a = [4]}}", "a = [0, 4]"), "counts")
        np.testing.assert_array_equal(conditional[[0, 2]], plain)
        self.assertGreater(conditional[1], conditional[2])

    def test_table(self):
        self.write("points.csv", "C_m (nF),amplitude,step_duration_s\n0.2,800,0.2\n0.1,0.9 nA,0.3\n")
        c_m, amplitude, duration, counts = self.columns(HEAD + '[design]\nkind = "csv"\nfile = "points.csv"\n', "C_m", "amplitude", "step_duration", "counts")
        np.testing.assert_array_equal(np.c_[c_m, amplitude, duration], [[200, 800, 200], [100, 900, 300]])
        self.assertEqual(counts.shape, (2,))

    def test_latin_hypercube(self):
        a, b = self.columns(FAST + 'currents = [100]\n[design]\nkind = "latin_hypercube"\npoints = 50\n[ranges]\na = {from = 0, to = 50}\nb = {from = 1, to = 51}\n', "a", "b")
        np.testing.assert_array_equal(np.sort(np.floor(a)), np.arange(50))
        np.testing.assert_array_equal(np.sort(np.floor(b)), np.arange(1, 51))

    def test_extension_is_the_longer_sobol_design(self):
        text = FAST + 'currents = [100]\n[ranges]\na = {from = 0, to = 5}\n[design]\npoints = %d\n'
        longer, = self.columns(text % 30, "a")
        first, = self.columns(text % 20 + '[[round]]\nkind = "extend"\npoints = 10\n', "a")
        with h5py.File(self.folder / "out.h5") as file:
            np.testing.assert_array_equal(np.r_[first, file["round_1/a"][()]], longer)

    def test_holding_and_delay(self):
        """Holding below the rheobase, long before the step, is the state the step starts from."""
        job = HEAD + '[protocol]\ndelay = "2 s"\namplitude = 700\n[axes]\nholding = [0, 200, 400]\n'
        counts, latency = self.columns(job, "counts", "time_to_first_spike")
        self.assertTrue(np.all(np.diff(counts) > 0), counts)
        self.assertTrue(np.all(latency[1:] < latency[0]) and np.all(latency >= 0), latency)

    def test_asymptotic_regime(self):
        regimes, = self.columns(HEAD + "[protocol]\ncurrents = [100, 1000]\n[sweep]\nasymptotic = true\n[axes]\na = [4]\n", "regime_asymptotic")
        self.assertEqual(regimes.shape, (1, 2))
        self.assertEqual(regimes[0, 0], 0)
        self.assertIn(regimes[0, 1], (3, 9))  # tonic, or beside a stable rest


    def test_impossible_points_are_rows_that_say_so(self):
        status, a = self.columns(FAST + "currents = [100]\n[axes]\na = [0, 1]\nV_r = [-60, 5]\n", "status", "V_r")
        np.testing.assert_array_equal(status, [1, 7, 1, 7])
        np.testing.assert_array_equal(a, [-60, 5, -60, 5])
        closed = e2e.example("dose_response.toml", ('g = "-1.5 nS"', 'g = "-6 nS"'), ('method = "ensemble"', 'method = "cvode"'))
        status, counts, regime = self.columns(closed, "status", "counts", "regime")
        np.testing.assert_array_equal(np.unique(status), [1, 7])  # the leak would be negative at high doses
        self.assertEqual(status[-1], 7)
        self.assertTrue(np.isnan(counts[-1]).all())
        np.testing.assert_array_equal(np.unique(regime[-1]), [-1])

    def test_runs_that_failed_have_no_numbers(self):
        """Nor those after them: no row says "rest" that was not computed."""
        job = e2e.example("small_sweep.toml", ('method = "cvode"', 'method = "ensemble"\nmax_rhs = 3000'), ("max_failed = 0", "max_failed = -1\nasymptotic = true"))
        status, *columns = self.columns(job, "status", "counts", "regime", "regime_asymptotic")
        self.assertEqual(set(status), {1, 5})
        for row in np.flatnonzero(status == 5):
            counts, regime, settled = (column[row] for column in columns)
            known = ~np.isnan(counts)
            self.assertFalse(known[-1])
            self.assertTrue((np.diff(known.astype(int)) <= 0).all(), known)
            np.testing.assert_array_equal(regime >= 0, known)
            np.testing.assert_array_equal(settled, -1)


class Verification(e2e.Case):
    def test_a_sample_against_cvode(self):
        """Stored outside equality, for a finished file too; the same sample on any number of ranks."""
        self.write("job.toml", e2e.example("small_sweep.toml", ('method = "cvode"', 'method = "ensemble"')))
        self.run_ok("sweep", "job.toml", "-o", "plain.h5")
        outcome = self.run_ok("sweep", "job.toml", "-o", "verified.h5", "--verify", "30", ranks=2)
        self.assertIn("verified 30 runs with CVODE: 0 wrong spike counts", outcome.out)
        self.assert_identical("plain.h5", "verified.h5")
        self.run_ok("sweep", "job.toml", "-o", "plain.h5", "--verify", "30")
        with h5py.File(self.folder / "plain.h5") as one, h5py.File(self.folder / "verified.h5") as two:
            a, b = one["provenance/verification"], two["provenance/verification"]
            for name in a:
                np.testing.assert_array_equal(a[name], b[name], name)
            self.assertLess(a.attrs["worst"], 1e-2)  # ms; tolerance 1e-4 per interval, some near their rheobase
            self.assertGreater(np.asarray(a["spikes"]).sum(), 30)
            np.testing.assert_array_equal(a.attrs["worst"], np.max(a["time_difference"]))

    def test_again_and_with_more_runs(self):
        self.write("job.toml", e2e.example("small_sweep.toml", ('method = "cvode"', 'method = "ensemble"')))
        first = self.run_ok("sweep", "job.toml", "-o", "a.h5", "--verify", "10").out
        self.assertIn("verified 10 runs", first)
        self.assertEqual(self.run_ok("sweep", "job.toml", "-o", "a.h5", "--verify", "10", ranks=2).out, first)
        self.assertIn("verified 20 runs", self.run_ok("sweep", "job.toml", "-o", "a.h5", "--verify", "20", ranks=2).out)
        with h5py.File(self.folder / "a.h5") as file:
            self.assertEqual(len(file["provenance/verification/row"]), 20)

    def test_runs_that_failed_are_not_compared(self):
        job = e2e.example("small_sweep.toml", ('method = "cvode"', 'method = "ensemble"\nmax_rhs = 3000'), ("max_failed = 0", "max_failed = -1"))
        self.write("job.toml", job)
        self.assertRegex(self.run_ok("sweep", "job.toml", "-o", "a.h5", "--verify", "30").out, r"verified [12]?\d runs with CVODE: 0 wrong")

    def test_a_loose_integration_is_found_out(self):
        """A wrong reference would be as good as none: CVODE at rtol 1e-3 differs by far more."""
        self.write("job.toml", e2e.example("small_sweep.toml", ('method = "cvode"', 'method = "cvode"\nrtol = 1e-3')))
        self.run_ok("sweep", "job.toml", "-o", "loose.h5", "--verify", "30")
        with h5py.File(self.folder / "loose.h5") as file:
            self.assertGreater(file["provenance/verification"].attrs["worst"], 0.1)


class Rounds(e2e.Case):
    def sweep(self, job, output, *options, **how):
        self.write("job.toml", job)
        return self.run_program("sweep", "job.toml", "-o", output, *options, **how)

    def test_a_grown_job_keeps_its_rows_and_is_the_whole_job(self):
        grown = DESIGN
        self.assertEqual(self.sweep(grown + ROUNDS, "out.h5").code, 0)
        with h5py.File(self.folder / "out.h5") as file:
            first = {name: file[f"sweep/{name}"][()].tobytes() for name in file["sweep"]}
        for points in (40, 30):
            grown += REFINE.format(points)
            self.assertEqual(self.sweep(grown + ROUNDS, "out.h5", "--check").code, 0)
            outcome = self.sweep(grown + ROUNDS, "out.h5", ranks=2)
            self.assertEqual(outcome.code, 0, outcome)
            self.assertNotIn("sweep  ", outcome.err)  # nothing of the earlier rounds is computed again
        self.assertEqual(self.sweep(grown + ROUNDS, "whole.h5", ranks=2).code, 0)
        self.assert_identical("out.h5", "whole.h5")
        with h5py.File(self.folder / "out.h5") as file:
            self.assertEqual({name: file[f"sweep/{name}"][()].tobytes() for name in file["sweep"]}, first)
            self.assertEqual(file["provenance/job_text"][()].decode().count("[[round]]"), 2)
        shorter = self.sweep(DESIGN + ROUNDS, "out.h5")
        self.assertEqual(shorter.code, e2e.BAD_INPUT)
        self.assertIn("holds the results of another job", shorter.err)
        self.assert_tidy("job.toml", "out.h5", "whole.h5")

    def test_killed_while_growing(self):
        self.assertEqual(self.sweep(DESIGN + ROUNDS, "out.h5").code, 0)
        before = (self.folder / "out.h5").read_bytes()
        job = DESIGN + REFINE.format(30) + ROUNDS
        self.assertEqual(self.sweep(job, "out.h5", env={"MODSCAPE_FAULT": "grow"}).code, -signal.SIGKILL)
        self.assertEqual((self.folder / "out.h5").read_bytes(), before)
        self.assertEqual(self.sweep(job, "out.h5").code, 0)
        self.assertEqual(self.sweep(job, "whole.h5").code, 0)
        self.assert_identical("out.h5", "whole.h5")
        self.assert_tidy("job.toml", "out.h5", "whole.h5")

    def test_points_concentrate_at_the_rheobase(self):
        """Fires or not, over (a, I), with a w that follows at once: the boundary is I_SN, in closed form."""
        job = f"""{HEAD}
[neuron]
C_m = 200
g_L = 10
E_L = -70
V_T = -50
Delta_T = 2
b = 0
tau_w = 1
V_r = -60
[protocol]
step_duration = 2000
[ranges]
a = {{from = 0, to = 8}}
amplitude = {{from = 100, to = 400}}
[design]
points = 128
{REFINE.format(60)}by = "counts"
{REFINE.format(120)}"""
        self.assertEqual(self.sweep(job, "out.h5").code, 0)
        near = []
        with h5py.File(self.folder / "out.h5") as file:
            for table in ("sweep", "round_2"):
                a, current, regime = (file[f"{table}/{name}"][()] for name in ("a", "amplitude", "regime"))
                rheobase = (10 + a) * (18 + 2 * np.log1p(a / 10))
                near.append(np.mean(np.abs(current - rheobase) < 15))
                fires = regime != 0
                self.assertTrue(np.all(current[fires] > rheobase[fires] - 2))
        self.assertLess(near[0], 0.2)
        self.assertGreater(near[1], 0.7)

    def test_nothing_to_refine(self):
        outcome = self.sweep(FAST + "amplitude = 0\n[axes]\na = [0, 1, 2]\n" + REFINE.format(5), "out.h5")
        self.assertEqual(outcome.code, e2e.BAD_INPUT)
        self.assertIn("round 1: no two neighbouring points of the rounds before differ in regime", outcome.err)
        self.assertEqual(self.progress("out.h5"), {"/sweep": (3, 3), "/round_1": (0, 5)})


class Plans(e2e.Case):
    def plan(self, job):
        self.write("job.toml", job)
        start = time.monotonic()
        text = self.run_ok("sweep", "job.toml", "--dry-run").out
        return text, time.monotonic() - start

    def test_a_billion_points(self):
        for design in ('[axes]\na = {from = 0, to = 4, count = 50000}\nb = {from = 0, to = 80, count = 20000}\n',
                       '[ranges]\na = {from = 0, to = 4}\n[design]\nkind = "latin_hypercube"\npoints = 1000000000\n',
                       '[ranges]\na = {from = 0, to = 4}\n[design]\npoints = 1000000000\n[[round]]\nkind = "extend"\npoints = 5\n'):
            text, seconds = self.plan(FAST + "amplitude = 500\n" + design)
            self.assertRegex(text, r"points +1000000000 x 1 step")
            self.assertLess(seconds, 3)  # a second, and as much as a busy machine may add

    def test_size_and_rows_are_those_of_the_run(self):
        job = FAST + 'amplitude = 0\n[axes]\na = {from = 0, to = 4, count = 200}\nb = {from = 0, to = 80, count = 200}\n'
        text, _ = self.plan(job)
        number, unit = re.search(r"output +([\d.]+) (\w)B", text).groups()
        self.run_ok("sweep", "job.toml")
        size = (self.folder / "job.h5").stat().st_size
        self.assertLess(abs(float(number) * {"k": 1e3, "M": 1e6}[unit] - size), 0.25 * size)
        self.assertIn("rows          40000 in 1 table", text)


class Doses(e2e.Case):
    def test_measured_effect_is_the_neuron_with_changed_parameters(self):
        """At measured_at the run is that of a neuron written down with the modulated parameters; at the reference, of the base."""
        job = e2e.example("dose_response.toml", ('{from = "1 nM", to = "1 mM", count = 13, scale = "log"}', '["0 uM", "10 uM"]'),
                          ('rule = "conductance"\ng = "-1.5 nS"\nE_rev = "-90 mV"', 'rule = "shift"\nparameter = "V_T"\nby = "-3 mV"'))
        self.write("dose.toml", job)
        self.run_ok("sweep", "dose.toml")
        plain = job[:job.index("[modulator")].replace('cell_type = "dSPN"\n', "") + job[job.index("[protocol]"):]
        plain = e2e.edited(plain, ('V_T = "-45 mV"\n', ""), ('b = "40 pA"\n', "")) + '[design]\nkind = "list"\npoints = [{V_T = -45, b = 40}, {V_T = -48, b = 24}]\n'
        self.write("plain.toml", plain)
        self.run_ok("sweep", "plain.toml")
        with h5py.File(self.folder / "dose.h5") as dose, h5py.File(self.folder / "plain.h5") as given:
            self.assertEqual(dose["sweep/dopamine"].attrs["units"], b"uM")
            for name in ("counts", "regime"):
                np.testing.assert_array_equal(dose[f"sweep/{name}"], given[f"sweep/{name}"])
            np.testing.assert_allclose(dose["sweep/time_to_first_spike"], given["sweep/time_to_first_spike"], rtol=1e-9)
            self.assertTrue(np.all(dose["sweep/counts"][1] >= dose["sweep/counts"][0]))


class Landscape(e2e.Case):
    def report(self, results, folder):
        return subprocess.run([sys.executable, e2e.SOURCE / "analysis/report.py", self.folder / results, "-o", self.folder / folder], capture_output=True, text=True)

    def test_two_axes_are_drawn(self):
        for name in ("landscape", "dose_response"):
            self.write(f"{name}.toml", e2e.example(f"{name}.toml"))
            self.run_ok("sweep", f"{name}.toml")
            drawn = self.report(f"{name}.h5", name)
            self.assertEqual(drawn.returncode, 0, drawn.stderr)
            self.assertEqual({path.name for path in (self.folder / name).iterdir()}, {"report.html", *(f"landscape.{kind}" for kind in ("png", "svg", "csv"))})
        rows = (self.folder / "landscape/landscape.csv").read_text().splitlines()
        self.assertEqual(sum(row.startswith("counts,round 2,counts,") for row in rows), 400)
        self.assertIn("regime,round 0,regime,-4.0,nS,rest,regime", rows)

    def test_three_axes_are_not(self):
        self.write("small_sweep.toml", e2e.example("small_sweep.toml", ("points = 64", "points = 4"), ('method = "cvode"', 'method = "ensemble"')))
        self.run_ok("sweep", "small_sweep.toml")
        refused = self.report("small_sweep.h5", "out")
        self.assertEqual(refused.returncode, 64)
        self.assertIn("varies C_m, g_L, current: a landscape is drawn of sweeps along two axes", refused.stderr)


if __name__ == "__main__":
    unittest.main()
