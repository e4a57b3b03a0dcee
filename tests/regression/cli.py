# SPDX-License-Identifier: Apache-2.0
"""The subcommands from outside: help, checks, plans, second runs, own tables, one neuron, comparing, doctor, a full disk."""
import pathlib
import re
import shlex
import shutil
import subprocess
import sys
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "support"))
import e2e  # noqa: E402
import h5py  # noqa: E402
import numpy as np  # noqa: E402

SUBCOMMANDS = ("study", "effect", "sweep", "continue", "landscape", "network", "simulate", "submit", "merge", "rerun", "compare", "status", "info", "doctor")
JOBS = (("simulate", "simulate_bg2005.toml"), ("sweep", "small_sweep.toml"), ("study", "small_study.toml"))
SMALL_SWEEP = (("points = 64", "points = 4"), ('method = "cvode"', 'method = "ensemble"'))
GAUGE = ("--gauge", "E_L=-70 mV", "V_T=-50 mV")
HYPERPOLARIZED = """
[job]
kind = "simulate"
[neuron]
model = "adex"
C_m = "200 pF"
g_L = "10 nS"
[protocol]
duration = "2000 ms"
[[protocol.step]]
start = "200 ms"
stop = "600 ms"
amplitude = "-250 pA"
[integrator]
method = "cvode"
rtol = 1e-10
"""


def published(name):
    """Spike times of a set in tests/support/adex_sets.hpp."""
    text = (e2e.SOURCE / "tests/support/adex_sets.hpp").read_text()
    return [float(t) for t in re.search(rf'\{{"{name}",.*?\{{([\d., ]+)\}}\}}', text, re.DOTALL)[1].split(",")]


class Help(e2e.Case):
    def test_every_subcommand(self):
        overview = self.run_ok("--help").out
        for name in SUBCOMMANDS:
            self.assertRegex(overview, rf"\n  {name} ")
            text = self.run_ok(name, "--help").out
            examples = [line.strip() for line in text.split("Example", 1)[1].splitlines() if " modscape " in f" {line.strip()} "]
            self.assertTrue(examples, text)
            for example in examples:
                words = shlex.split(example.split(">")[0])
                words = words[words.index("modscape") + 1:]
                self.assertEqual(words[0], name)
                for word in words[1:]:
                    if word.endswith(".toml"):
                        self.assertTrue((e2e.SOURCE / word).is_file(), example)
                    if word.startswith("-"):
                        self.assertRegex(text, rf"(^|[\s,]){word}\b", example)

    def test_version(self):
        self.assertRegex(self.run_ok("--version").out, r"^modscape \d+\.\d+\.\d+ \(")


class Plans(e2e.Case):
    def test_check_and_dry_run(self):
        for kind, base in JOBS:
            self.write(f"{kind}.toml", e2e.example(base))
            checked = self.run_ok(kind, f"{kind}.toml", "--check").out
            self.assertRegex(checked, r"^the job is valid \(hash [0-9a-f]{12}\)\n$")
            plan = self.run_ok(kind, f"{kind}.toml", "--dry-run").out
            for line in (r"^rows +(about )?\d+", r"^output +[\d.]+ [kM]?B", r"^time +about .* on 1 rank$"):
                self.assertRegex(plan, re.compile(line, re.MULTILINE))
        self.assertRegex(plan, r"exploration +256 points x 24 currents")
        self.assertRegex(plan, r"rows +736 in 13 tables")
        self.assertIn("points        64 x 8 currents", self.run_ok("sweep", "sweep.toml", "--dry-run", ranks=2).out)
        self.assert_tidy("simulate.toml", "study.toml", "sweep.toml")


class SecondRun(e2e.Case):
    def check_untouched(self, *arguments):
        self.run_ok(*arguments)
        path = self.folder / "out.h5"
        first, time = path.read_bytes(), path.stat().st_mtime_ns
        self.assertIn("nothing to do: out.h5 is complete", self.run_ok(*arguments).out)
        self.assertEqual((path.read_bytes(), path.stat().st_mtime_ns), (first, time))
        self.run_ok(*arguments, "--check")
        self.assert_tidy("job.toml", "out.h5")

    def test_study(self):
        self.write("job.toml", e2e.tiny_study(("points = 96", "points = 64"), ("rounds = 2", "rounds = 0")))
        self.check_untouched("study", "job.toml", "-o", "out.h5")

    def test_simulate(self):
        self.write("job.toml", e2e.example("simulate_bg2005.toml"))
        self.check_untouched("simulate", "job.toml", "-o", "out.h5")

    def test_forced(self):
        self.write("job.toml", e2e.example("small_sweep.toml", *SMALL_SWEEP))
        self.run_ok("sweep", "job.toml")
        self.write("job.toml", e2e.example("small_sweep.toml", *SMALL_SWEEP, ("seed = 1", "seed = 2")))
        self.assertEqual(self.run_program("sweep", "job.toml").code, e2e.BAD_INPUT)
        self.run_ok("sweep", "job.toml", "--force")
        self.run_ok("sweep", "job.toml")
        self.assert_tidy("job.toml", "job.h5")


def own_job(table):
    return f"""
[job]
kind = "study"
title = "own data"
[data]
fi = "{table}"
[[condition]]
name = "ctl"
[[condition]]
name = "drug"
[[pair]]
from = "ctl"
to = "drug"
[gauge]
E_L = "-70 mV"
V_T = "-50 mV"
[exploration]
points = 48
[fit]
rounds = 0
accepted = 3
min_ess = 1
"""


class OwnTable(e2e.Case):
    """Four cells in two conditions, written in every form a table may have."""
    CURRENTS = (50, 100, 150, 200)
    COUNTS = {"ctl": ((0, 1, 5, 9), (0, 3, 6, 12), (0, 0, 4, 8), (0, 2, 7, 11)), "drug": ((0, 4, 8, 12), (0, 6, 9, 14), (0, 2, 8, 10), (0, 5, 9, 12))}

    def cells(self, header, factor):
        rows = [f"{condition},c{cell},{current},{factor * count}" for condition, cells in self.COUNTS.items() for cell, counts in enumerate(cells)
                for current, count in zip(self.CURRENTS, counts)]
        return "\n".join([header, *rows]) + "\n"

    def means(self, header, factor, per_cell):
        rows = []
        for condition, cells in self.COUNTS.items():
            mean, sem = np.mean(cells, 0), np.std(cells, 0, ddof=1) / 2
            rows += [f"{condition},{i},{factor * m:.17g},{factor * s * (2 if per_cell else 1):.17g},4" for i, m, s in zip(self.CURRENTS, mean, sem)]
        return "\n".join([header, *rows]) + "\n"

    def tables(self):
        return {"counts.csv": self.cells("condition,cell,current_pA,count", 1), "spikes.csv": self.cells("Condition,CELL,current,Spikes", 1),
                "rates.csv": self.cells("condition,cell,current_pA,rate_Hz", 2),
                "sem.csv": self.means("condition,current_pA,mean_count,sem,n", 1, False), "sd.csv": self.means("condition,current,mean,sd,n", 1, True),
                "sem_rates.csv": self.means("condition,current_pA,mean_rate_Hz,sem,n", 2, False)}

    def study(self, table):
        self.write(table, self.tables()[table])
        self.write(f"{table}.toml", own_job(table))
        self.run_ok("study", f"{table}.toml", "-o", f"{table}.h5")
        return f"{table}.h5"

    def test_counts_and_rates_give_the_same_result(self):
        for reference, others in (("counts.csv", ("spikes.csv", "rates.csv")), ("sem.csv", ("sd.csv", "sem_rates.csv"))):
            self.study(reference)
            for table in others:
                self.assert_identical(f"{reference}.h5", self.study(table))
        with h5py.File(self.folder / "counts.csv.h5") as cells, h5py.File(self.folder / "sem.csv.h5") as means:
            for name in ("ctl", "drug"):
                for what in ("mean", "sem", "data_current"):
                    np.testing.assert_allclose(cells[f"fit/{name}/{what}"], means[f"fit/{name}/{what}"], rtol=1e-14)
                self.assertEqual(cells[f"fit/{name}"].attrs["cells"], 4)
                self.assertEqual(means[f"fit/{name}"].attrs["cells"], 4)

    def test_from_makes_a_job(self):
        for table in ("rates.csv", "sem.csv"):
            self.write(table, self.tables()[table])
            plan = self.run_ok("study", "--from", table, *GAUGE, "--dry-run").out
            self.assertIn("exploration   20480 points x 6 currents (50 to 300 pA)", plan)
            self.assertIn("refinement    2 conditions x 5 rounds x 1024 points", plan)

    def test_from_is_the_job_it_stores(self):
        self.write("counts.csv", self.tables()["counts.csv"])
        outcome = self.run_program("study", "--from", "counts.csv", *GAUGE, "-o", "out.h5", "--max-walltime", "0.01")
        self.assertEqual(outcome.code, e2e.STOPPED, outcome)
        with h5py.File(self.folder / "out.h5") as file:
            self.write("stored.toml", file["provenance/job_text"][()].decode())
            self.assertEqual(file["provenance"].attrs["job_hash"].decode()[:12], self.run_ok("study", "stored.toml", "--check").out[-14:-2])
        self.run_ok("study", "stored.toml", "-o", "out.h5", "--check")

    def test_cell_type(self):
        table = e2e.SOURCE / "jobs/data/zhai2025_fi.csv"
        refused = self.run_program("study", "--from", table, *GAUGE, "--check")
        self.assertEqual(refused.code, e2e.BAD_INPUT)
        self.assertIn("the table has the cell types dSPN, iSPN", refused.err)
        self.run_ok("study", "--from", table, *GAUGE, "--cell-type", "iSPN", "--check")


class Simulate(e2e.Case):
    def simulate(self, job, name="out"):
        self.write(f"{name}.toml", job)
        self.run_ok("simulate", f"{name}.toml")
        with h5py.File(self.folder / f"{name}.h5") as file:
            trace = {k: file[f"trace/{k}"][()] for k in ("time", "V", "w", "I")} if "trace" in file else None
            return file["spikes/times"][()], trace, dict(file["spikes"].attrs)

    @staticmethod
    def bg2005(*changes):
        return e2e.example("simulate_bg2005.toml", *changes)

    def test_published_times(self):
        expected = published("BG2005")
        times, _, _ = self.simulate(self.bg2005(('start = "50 ms"', 'start = "0 ms"'), ("[record]", "[integrator]\nrtol = 1e-12\n[record]")))
        np.testing.assert_allclose(times[:len(expected)], expected, rtol=0, atol=1e-6)
        times, _, attributes = self.simulate(self.bg2005(), "example")  # 50 ms at E_L, where the exponential is not quite zero
        np.testing.assert_allclose(times[:len(expected)] - 50, expected, rtol=0, atol=1e-3)
        self.assertEqual((len(times), attributes["status"], attributes["method"], attributes["V_peak"]), (14, b"done", b"cvode", 20))
        with h5py.File(self.folder / "example.h5") as file:
            for name, unit in (("spikes/times", b"ms"), ("spikes/w_after", b"pA"), ("trace/V", b"mV"), ("trace/w", b"pA"), ("trace/I", b"pA"), ("trace/time", b"ms")):
                self.assertEqual((file[name].dtype, file[name].attrs["units"]), (np.dtype("<f8"), unit))

    def test_hyperpolarized(self):
        times, trace, attributes = self.simulate(HYPERPOLARIZED)
        self.assertEqual((times.shape, times.dtype, trace, attributes["status"]), ((0,), np.dtype("<f8"), None, b"done"))
        _, trace, _ = self.simulate(HYPERPOLARIZED + '[record]\ntrace = true\ninterval = "1 ms"\n', "trace")
        self.assertEqual(len(trace["time"]), 2001)
        self.assertAlmostEqual(trace["V"][0], -70.6, 12)
        a = np.array([[-10 / 200, -1 / 200], [4 / 144, -1 / 144]])  # linear here: the exponential is below 1e-3 pA
        steady = -np.linalg.solve(a, [-250 / 200, 0])
        rates, modes = np.linalg.eig(a)
        expected = steady - (modes * np.exp(rates * 400)) @ np.linalg.solve(modes, steady)
        np.testing.assert_allclose([trace["V"][600] + 70.6, trace["w"][600]], expected, rtol=0, atol=1e-3)
        self.assertAlmostEqual(trace["V"][2000], -70.6, 2)

    def test_trace(self):
        times, trace, _ = self.simulate(self.bg2005())
        np.testing.assert_allclose(trace["time"], np.arange(5001) / 10, atol=1e-9)
        inside = (trace["time"] >= 50) & (trace["time"] < 450)
        np.testing.assert_array_equal(trace["I"], np.where(inside, 1000, 0))
        self.assertLessEqual(trace["V"].max(), 20)
        self.assertGreater(np.diff(trace["w"]).max(), 70)  # b = 80.5 pA at a spike
        self.assertEqual((np.diff(trace["w"]) > 70).sum(), len(times))

    def test_holding_current(self):
        steps = '[[protocol.step]]\nstart = "0 ms"\nstop = "500 ms"\namplitude = "100 pA"\n[record]'
        by_step, trace, _ = self.simulate(self.bg2005(("[record]", steps)), "step")
        by_holding, held, _ = self.simulate(self.bg2005(('duration = "500 ms"', 'duration = "500 ms"\nholding = "100 pA"')), "holding")
        np.testing.assert_allclose(by_holding, by_step, rtol=0, atol=1e-6)
        np.testing.assert_array_equal(held["I"], trace["I"])
        self.assertEqual((held["I"].min(), held["I"].max()), (100, 1100))

    def test_junction_potential(self):
        times, trace, _ = self.simulate(self.bg2005(), "without")
        same, shifted, _ = self.simulate(self.bg2005(('duration = "500 ms"', 'duration = "500 ms"\njunction_potential = "-14 mV"')), "with")
        np.testing.assert_array_equal(same, times)
        np.testing.assert_array_equal(shifted["V"], trace["V"] - 14)
        np.testing.assert_array_equal(shifted["w"], trace["w"])


class Files(e2e.Case):
    def setUp(self):
        super().setUp()
        for name, seed in (("a", 1), ("b", 1), ("c", 2)):
            self.write(f"{name}.toml", e2e.example("small_sweep.toml", *SMALL_SWEEP, ("seed = 1", f"seed = {seed}")))
            self.run_ok("sweep", f"{name}.toml")

    def test_compare(self):
        self.assert_identical("a.h5", "b.h5")
        self.assert_identical("a.h5", "a.h5")
        outcome = self.run_program("compare", "a.h5", "c.h5")
        self.assertEqual((outcome.code, outcome.err), (1, ""))
        self.assertRegex(outcome.out, r"/sweep/C_m: 4 of 4 values differ, first at element 0: ")
        self.assertNotIn("/provenance", outcome.out)
        with h5py.File(self.folder / "b.h5", "r+") as file:
            file["sweep/counts"][2, 1] += 1
        outcome = self.run_program("compare", "a.h5", "b.h5")
        self.assertEqual(outcome.code, 1)
        self.assertRegex(outcome.out, r"^/sweep/counts: 1 of 32 values differ, first at element 17: .*\n$")

    def test_status(self):
        self.assertEqual(self.progress("a.h5"), {"/sweep": (4, 4)})
        before = (self.folder / "a.h5").stat().st_mtime_ns
        self.assertRegex(self.run_ok("status", "a.h5").out, r"all tables +4/4 rows\n")
        self.assertEqual((self.folder / "a.h5").stat().st_mtime_ns, before)


class Info(e2e.Case):
    def test_versions_and_models(self):
        text, markdown = self.run_ok("info").out, self.run_ok("info", "--markdown").out
        for words in (r"^modscape \d+\.\d+", r"hdf5 +1\.", r"mpi +\S", r"SUNDIALS +\d", r"results format \d+", r"model adex"):
            self.assertRegex(text, re.compile(words, re.MULTILINE))
        for name in ("C_m", "g_L", "E_L", "V_T", "Delta_T", "a", "b", "tau_w", "V_r", "V_peak", "t_ref"):
            self.assertRegex(text, rf"\n  {name} +\S+ \S+ +[>≥]")
            self.assertIn(f"\n| `{name}` |", markdown)


class Doctor(e2e.Case):
    def test_here(self):
        healthy = shutil.disk_usage(self.folder).free >= 1 << 30
        for ranks, launch in ((None, "1 rank"), (2, "2 ranks")):
            outcome = self.run_program("doctor", ranks=ranks)
            self.assertEqual(outcome.code, 0 if healthy else e2e.BAD_INPUT, outcome)
            self.assertRegex(outcome.out, rf"^ok +launch +{launch}\nok +parallel write .* 0 wrong\n")
            self.assert_tidy()

    def test_single_processes_where_ranks_were_meant(self):
        outcome = self.run_program("doctor", env={"SLURM_NTASKS": "4"})
        self.assertEqual(outcome.code, e2e.BAD_INPUT)
        self.assertRegex(outcome.out, r"^BAD +launch +SLURM_NTASKS=4 announces 4 ranks, but MPI sees only this one")
        self.assert_tidy()

    def test_folder_that_takes_no_files(self):
        outcome = self.run_program("doctor", "/proc")
        self.assertEqual(outcome.code, e2e.BAD_INPUT)
        self.assertRegex(outcome.out, r"BAD +parallel write +/proc/\S+: the folder /proc cannot be written")


class FullDisk(e2e.Case):
    JOB = e2e.tiny_study(("points = 96", "points = 64"), ("rounds = 2", "rounds = 1"))

    def setUp(self):
        super().setUp()
        self.disk = self.folder / "disk"
        self.disk.mkdir()
        made = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=100k", "tmpfs", self.disk], capture_output=True, text=True)
        if made.returncode != 0:
            self.skipTest(f"a small file system cannot be mounted: {made.stderr.strip()}")
        self.addCleanup(subprocess.run, ["umount", self.disk], check=True)
        self.write("job.toml", self.JOB)

    def resize(self, size):
        subprocess.run(["mount", "-o", f"remount,size={size}", self.disk], check=True)

    def test_study(self):
        self.run_ok("study", "job.toml", "-o", "reference.h5")
        size = (self.folder / "reference.h5").stat().st_size
        outcome = self.run_program("study", "job.toml", "-o", "disk/out.h5")
        self.assertEqual(outcome.code, e2e.BAD_INPUT)
        self.assertRegex(outcome.err, r"disk/out.h5: the results need \d+ bytes, \d+ are available, \d+ are missing")
        self.assertEqual(e2e.files_in(self.disk), [])
        self.resize(int(1.7 * size))  # room for the file, not for the copy that a stage needs
        outcome = self.run_program("study", "job.toml", "-o", "disk/out.h5")
        self.assertEqual(outcome.code, 74, outcome)
        self.assertRegex(outcome.err, r"stage fit/off needs a copy of disk/out.h5 \(\d+ bytes, \d+ are available\)")
        self.assertEqual(e2e.files_in(self.disk), ["out.h5", "out.h5.sampler"])
        self.assertEqual(self.progress("disk/out.h5")["/exploration"], (64, 64))
        self.resize(4 * size)
        resumed = self.run_ok("study", "job.toml", "-o", "disk/out.h5", ranks=2)
        self.assertNotRegex(resumed.err, re.compile("^(exploration|refine) ", re.MULTILINE))
        self.assert_identical("reference.h5", "disk/out.h5")
        self.assertEqual(e2e.files_in(self.disk), ["out.h5"])


if __name__ == "__main__":
    unittest.main()
