# SPDX-License-Identifier: Apache-2.0
"""Bifurcation diagrams from outside, on 1 to 3 ranks: closed forms and published numbers in the file (tolerances at each check),
along the current, a parameter and a dose; interruptions, failed points and what is refused."""
import pathlib
import sys
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "support"))
import e2e  # noqa: E402
import h5py  # noqa: E402
import numpy as np  # noqa: E402

EXAMPLE = e2e.example("bifurcation_diagram.toml")
NEURON = EXAMPLE[EXAMPLE.index("[neuron]"):EXAMPLE.index("[axes]")]
HEAD = '[job]\nkind = "continue"\n' + NEURON
G_L, E_L, V_T, DELTA_T, C_M, TAU_W = 12, -70, -50, 2, 200, 300


def saddle_node(a, e_l=E_L):
    """I_SN and V_SN (Touboul & Brette 2008)."""
    v = V_T + DELTA_T * np.log(1 + a / G_L)
    return (G_L + a) * (v - e_l - DELTA_T), v


def hopf(a):
    ratio = C_M / G_L / TAU_W
    v = V_T + DELTA_T * np.log(1 + ratio)
    return (G_L + a) * (v - E_L - DELTA_T) + G_L * DELTA_T * (a / G_L - ratio), v


class Diagrams(e2e.Case):
    def diagram(self, job, *options, name="out.h5", **how):
        self.write("job.toml", job)
        self.run_ok("continue", "job.toml", "-o", name, *options, **how)
        return self.special(name)

    def special(self, name, row=0):
        """{kind: list of {column: value}} of one row, in the order of the file."""
        with h5py.File(self.folder / name) as file:
            table = file["continuation"]
            kinds = dict(entry.split() for entry in table["special_kind"].attrs["kind_meanings"].decode().split(", "))
            found = {}
            for s in np.flatnonzero(table["special_kind"][row]):
                point = {key: table[f"special_{key}"][row, s] for key in ("value", "V", "w", "period", "multiplier", "omega", "coefficient")}
                found.setdefault(kinds[str(table["special_kind"][row, s])], []).append(point)
            self.assertEqual(table["unexplained"][row], 0)
            self.assertEqual(table["complete"][row], 1)
            return found

    def test_along_the_current(self):
        """EQ-3, EQ-4, EQ-7, BI-1 through the whole program; a = 0 has a SNIC, the others a Hopf and a homoclinic point."""
        self.diagram(EXAMPLE)
        for row, a in enumerate((0, 1, 2, 4)):
            found = self.special("out.h5", row)
            np.testing.assert_allclose([found["fold"][0]["value"], found["fold"][0]["V"]], saddle_node(a), rtol=1e-9)
            if a == 0:
                self.assertEqual(set(found), {"fold", "saddle_node_homoclinic"})
                np.testing.assert_allclose(found["saddle_node_homoclinic"][0]["value"], saddle_node(0)[0], atol=1e-3)
                continue
            self.assertEqual(set(found), {"fold", "hopf", "homoclinic"})
            np.testing.assert_allclose([found["hopf"][0]["value"], found["hopf"][0]["V"]], hopf(a), rtol=1e-9)
            self.assertGreater(found["hopf"][0]["coefficient"], 0)  # always subcritical
            self.assertLess(found["homoclinic"][0]["value"], found["hopf"][0]["value"])
        found = self.special("out.h5", 2)
        self.assertAlmostEqual(found["hopf"][0]["coefficient"], 34.9434, delta=1e-3)
        self.assertAlmostEqual(found["hopf"][0]["omega"], 0.004714, delta=1e-6)
        self.assertAlmostEqual(found["homoclinic"][0]["value"], 256.0864, delta=1e-3)

    def test_cycles_at_published_currents(self):
        """NM (facts of the same neuron): period at the ends of the range."""
        self.diagram(HEAD + "[continue]\nfrom = 300\nto = 600\n[axes]\na = [2]\n")
        with h5py.File(self.folder / "out.h5") as file:
            table = file["continuation"]
            self.assertEqual(list(table["branch_kind"][0, :2]), [2, 0], "no equilibrium is left")
            count = table["branch_points"][0, 0]
            value, period, multiplier, stable = (table[name][0, 0, :count] for name in ("value", "period", "multiplier", "stable"))
        np.testing.assert_allclose([period[0], period[-1]], [293.095094, 55.419130], atol=1e-5)
        np.testing.assert_allclose([multiplier[0], multiplier[-1]], [2e-5, 0.204595], atol=1e-5)
        self.assertTrue(np.all(stable == 1))
        self.assertEqual([value[0], value[-1]], [300, 600])

    def test_period_doublings_along_the_reset(self):
        """MAP-3: the cascade of Touboul & Brette 2008; each doubling is followed to the next."""
        job = HEAD.replace(NEURON, """[neuron]
C_m = 281
g_L = 30
E_L = -70.6
V_T = -50.4
Delta_T = 2
a = 4
b = 80
tau_w = 40
V_peak = 0
""") + '[protocol]\namplitude = 800\n[continue]\nparameter = "V_r"\nfrom = -52\nto = -48.1\n'
        doublings = [point["value"] for point in self.diagram(job)["period_doubling"]]
        self.assertAlmostEqual(doublings[0], -48.739782142, delta=1e-7)
        self.assertEqual(len(doublings), 3)
        self.assertTrue(np.all(np.diff(doublings) > 0))
        with h5py.File(self.folder / "out.h5") as file:
            self.assertEqual(list(file["continuation/branch_spikes"][0, :4]), [1, 2, 4, 0])

    def test_along_a_parameter_and_along_a_dose(self):
        """At constant current the fold comes where I_SN(E_L) is that current: along E_L itself, and along a dose that shifts it."""
        current, a = 230, 2
        closed = (V_T + DELTA_T * np.log(1 + a / G_L) - DELTA_T) - current / (G_L + a)
        common = "[axes]\na = [2]\n[protocol]\namplitude = 230\n"
        job = HEAD.replace('E_L = "-70 mV"\n', "") + common + '[continue]\nparameter = "E_L"\nfrom = -75\nto = -60\ncycles = false\n'
        self.assertAlmostEqual(self.diagram(job)["fold"][0]["value"], closed, delta=1e-8)
        dose = HEAD + common + ('[continue]\nparameter = "dopamine"\nfrom = 0\nto = "10 uM"\ncycles = false\n[modulator.dopamine]\n'
                                '[[receptor]]\nname = "D1"\nmodulator = "dopamine"\nEC50 = "1 uM"\n'
                                '[[effect]]\nreceptor = "D1"\nrule = "shift"\nparameter = "E_L"\nby = "5 mV"\nmeasured_at = "10 uM"\n')
        weight = (closed - E_L) / 5 * 10 / 11
        self.assertAlmostEqual(self.diagram(dose, "--force")["fold"][0]["value"], weight / (1 - weight), delta=1e-7)

    def test_any_number_of_ranks_and_shards(self):
        job = EXAMPLE.replace('"0 nS", "1 nS", "2 nS", "4 nS"', ", ".join(str(a) for a in range(8)))
        for ranks in (1, 2, 3):
            self.diagram(job, name=f"{ranks}.h5", ranks=ranks)
        self.assert_identical("1.h5", "2.h5")
        self.assert_identical("1.h5", "3.h5")
        for shard in range(2):
            self.run_ok("continue", "job.toml", "--shard", f"{shard}/2", "-o", f"job.shard-{shard}-of-2.h5")
        self.run_ok("merge", "job.h5")
        self.assert_identical("1.h5", "job.h5")

    def test_killed_in_the_middle(self):
        self.diagram(EXAMPLE.replace('"0 nS", "1 nS", "2 nS", "4 nS"', ", ".join(str(a) for a in range(8))), name="whole.h5")
        for point, passage in (("between", 2), ("row", 1)):
            outcome = self.run_program("continue", "job.toml", "-o", "out.h5", ranks=2, env={"MODSCAPE_FAULT": f"{point}:{passage}:kill", "MODSCAPE_CHUNK_ROWS": "1"})
            self.assertNotEqual(outcome.code, 0)
            self.run_ok("continue", "job.toml", "-o", "out.h5", ranks=3)
            self.assert_identical("out.h5", "whole.h5")
            (self.folder / "out.h5").unlink()

    def test_impossible_points_are_rows_that_say_so(self):
        """V_peak at or below V_r is no neuron: the row fails, the job does not."""
        self.write("job.toml", HEAD.replace('V_peak = "0 mV"\n', "") + "[axes]\nV_peak = [0, -60]\n[continue]\nfrom = 200\nto = 300\n")
        outcome = self.run_ok("continue", "job.toml", "-o", "out.h5")
        self.assertIn("1 rows done, 1 failed (1 out_of_bounds)", outcome.out)
        self.assertIn("1/2 done, 1 failed (1 out_of_bounds)", self.run_ok("status", "out.h5").out)
        with h5py.File(self.folder / "out.h5") as file:
            self.assertEqual(list(file["continuation/status"]), [1, 7])
            self.assertEqual(file["continuation/branches"][1], -1)
            self.assertTrue(np.isnan(file["continuation/value"][1]).all())

    def test_few_points_end_a_branch_with_a_reason(self):
        self.diagram(HEAD + "[continue]\nfrom = 200\nto = 600\nmax_points = 10\ncycles = false\n")
        with h5py.File(self.folder / "out.h5") as file:
            table = file["continuation"]
            ends = dict(entry.split() for entry in table["branch_end"].attrs["end_meanings"].decode().split(", "))
            self.assertIn("points", {ends[str(code)] for code in table["branch_end"][0, 0]})

    def test_submit_cuts_the_design(self):
        self.write("job.toml", EXAMPLE)
        script = self.run_ok("submit", "job.toml", "--profile", "local", "--shards", "4", "--dry-run").out
        self.assertRegex(script, r"continue \"\$job\" --shard [^ ]*/4")
        self.assertEqual(self.run_program("submit", "job.toml", "--profile", "local", "--shards", "5").code, e2e.BAD_INPUT)

    def test_plan(self):
        self.write("job.toml", EXAMPLE)
        self.assertRegex(self.run_ok("continue", "job.toml", "--dry-run").out, r"diagrams +4 along amplitude, cycles of up to 4 spikes\noutput +[\d.]+ MB\ntime +about")
        self.run_ok("continue", "job.toml", "--check")

    def test_refusals(self):
        self.write("job.toml", EXAMPLE.replace('parameter = "amplitude"', 'parameter = "amplitud"'))
        outcome = self.run_program("continue", "job.toml")
        self.assertEqual(outcome.code, e2e.BAD_INPUT)
        self.assertIn("there is no parameter amplitud to continue in (did you mean amplitude?)", outcome.err)
        outcome = self.run_program("sweep", "job.toml")
        self.assertEqual(outcome.code, e2e.BAD_INPUT)
        self.assertIn("run: modscape continue", outcome.err)


if __name__ == "__main__":
    unittest.main(verbosity=2)
