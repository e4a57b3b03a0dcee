# SPDX-License-Identifier: Apache-2.0
"""modscape network with [vary]: one row per point and seed, the same on any number and grouping of ranks, after kills, stops and in shards."""
import pathlib
import signal
import subprocess
import sys
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "support"))
import e2e  # noqa: E402
import h5py  # noqa: E402
import numpy as np  # noqa: E402

AXES = ('adaptation = {from = "0 pA", to = "60 pA", count = 4}', 'drive = {from = "3 Hz", to = "12 Hz", count = 4, scale = "log"}')
SMALL = (("[population.RS]\nsize = 800", "[population.RS]\nsize = 80"), ("size = 200", "size = 20"), ("indegree = 80", "indegree = 16"), ("indegree = 20", "indegree = 4"))


def small(*changes, duration="60 ms", adaptation='["0 pA", "60 pA"]', drive='["6 Hz", "9 Hz", "14 Hz"]', ranks_per_point=1):
    """Six points, two seeds, a hundred neurons."""
    text = e2e.example("network_landscape.toml", *SMALL, (AXES[0], f"adaptation = {adaptation}"), (AXES[1], f"drive = {drive}"), ('duration = "1 s"', f'duration = "{duration}"'),
                       ('transient = "300 ms"', 'transient = "10 ms"'), ("ranks_per_point = 1 ", f"ranks_per_point = {ranks_per_point} "), *changes)
    return text.replace('"1.5 nS"', '"7.5 nS"').replace('weight = "5 nS"', 'weight = "25 nS"')


class NetworkPoints(e2e.WithReference):
    def use_points(self, *changes, **options):
        self.use("network", small(*changes, **options))

    def test_the_same_on_any_number_and_grouping_of_ranks(self):
        self.use_points()
        reference = self.reference()
        self.write("pairs.toml", small(ranks_per_point=2))
        for job, ranks in (("job.toml", 2), ("job.toml", 3), ("pairs.toml", 2), ("pairs.toml", 4)):
            self.run_ok("network", job, "-o", "other.h5", ranks=ranks)
            self.assert_identical(reference, "other.h5")
            (self.folder / "other.h5").unlink()
        with h5py.File(reference) as file:
            self.check_rows(file["points"])

    def check_rows(self, table):
        self.assertTrue((table["status"][()] == 1).all())
        np.testing.assert_array_equal(table["adaptation"][()], np.repeat([0, 60], 6))
        np.testing.assert_array_equal(table["drive"][()], np.tile(np.repeat([6, 9, 14], 2), 2))
        np.testing.assert_array_equal(table["seed"][()], np.tile([1, 2], 6))
        self.assertEqual((table["drive"].attrs["units"], table["rate"].attrs["population_names"]), (b"Hz", b"0 RS, 1 FS, 2 thalamus"))
        drive, sources = table["drive"][()], table["rate"][:, 2]
        self.assertLess(abs(sources / drive - 1).max(), 5 / np.sqrt(800 * 0.05 * 6))  # Poisson, 50 ms
        self.assertGreater(len(np.unique(table["rate"][:, 0])), 6)

    def test_a_row_is_the_run_that_its_values_mean(self):
        self.use_points()
        text = small()
        start, end = text.index("[vary]"), text.index("[network]")
        own = e2e.edited(text[:start] + text[end:], ('rate = "5 Hz"', 'rate = "9 Hz"'), ("seed = 1", "seed = 2"))
        self.write("own.toml", own)
        self.run_ok("network", "own.toml", "-o", "own.h5")
        with h5py.File(self.reference()) as points, h5py.File(self.folder / "own.h5") as own:
            row = 9  # 60 pA, 9 Hz, second seed
            for name in set(points["points"]) - {"adaptation", "drive", "seed", "row", "population", "status", "crc"}:
                np.testing.assert_array_equal(points[f"points/{name}"][row], own[f"statistics/{name}"][()], name)

    def test_killed_and_run_again(self):
        self.use_points()
        for ranks, passage in ((1, 2), (3, 1), (2, 1)):
            outcome = self.run_program("network", "job.toml", "-o", "killed.h5", ranks=ranks, env={"MODSCAPE_FAULT": f"row:{passage}"})  # on whichever rank gets there
            self.assertNotEqual(outcome.code, 0)
        self.write("pairs.toml", small(ranks_per_point=2))
        self.run_ok("network", "pairs.toml", "-o", "killed.h5", ranks=2)
        self.assert_identical(self.reference(), "killed.h5")

    def test_sigkill_in_the_middle_of_a_network(self):
        self.use_points(duration="400 ms")
        run = self.start("network", "job.toml", "-o", "killed.h5", ranks=2)
        self.assertTrue(run.until(lambda: self.rows_begun("killed.h5") > 2), "ended before")
        run.kill()
        self.run_ok("network", "job.toml", "-o", "killed.h5", ranks=3)
        self.assert_identical(self.reference(), "killed.h5")

    def rows_begun(self, name):
        try:
            with h5py.File(self.folder / name, "r", locking=False) as file:
                return int((file["provenance/points/attempts"][()] > 0).sum())
        except OSError:
            return 0

    def test_stopped_networks_do_not_count_as_attempts(self):
        self.use_points(duration="400 ms")
        stopped = 0
        for _ in range(4):  # a row that three sessions began and did not finish would be given up
            run = self.start("network", "job.toml", "-o", "stopped.h5", ranks=2)
            if run.until(lambda: self.rows_begun("stopped.h5") > self.rows_done("stopped.h5")):
                run.signal_launcher(signal.SIGUSR1)
            outcome = run.wait()
            if outcome.code == 0:
                break
            self.assertEqual(outcome.code, e2e.STOPPED, outcome)
            stopped += 1
            self.assertEqual(self.rows_begun("stopped.h5"), self.rows_done("stopped.h5"))
        self.assertGreater(stopped, 1)
        self.run_ok("network", "job.toml", "-o", "stopped.h5")
        self.assert_identical(self.reference(), "stopped.h5")

    def rows_done(self, name):
        try:
            with h5py.File(self.folder / name, "r", locking=False) as file:
                return int((file["points/status"][()] > 0).sum())
        except OSError:
            return 0

    def test_shards_merge_to_the_whole(self):
        self.use_points()
        for shard in range(3):
            self.run_ok("network", "job.toml", "--shard", f"{shard}/3", "-o", f"part-{shard}.h5", ranks=2)
        self.run_ok("merge", "merged.h5", *(f"part-{shard}.h5" for shard in range(3)))
        with h5py.File(self.reference()) as whole, h5py.File(self.folder / "merged.h5") as merged:
            for name, values in whole["points"].items():
                np.testing.assert_array_equal(values[()], merged["points"][name][()], name)
        self.assertEqual(self.progress("merged.h5"), {"/points": (12, 12)})

    def test_a_runaway_is_a_row(self):
        self.write("job.toml", small(("seeds = 2", "seeds = 1\nmax_failed = 2"), ("seed = 1", 'seed = 1\nmax_rate = "160 Hz"'), duration="120 ms", adaptation='["20 pA", "60 pA"]', drive='["1 Hz", "60 Hz"]'))
        outcome = self.run_ok("network", "job.toml", "-o", "out.h5", ranks=2)
        self.assertIn("(2 runaway_excitation)", outcome.out)
        with h5py.File(self.folder / "out.h5") as file:
            np.testing.assert_array_equal(file["points/status"][()], [1, 8, 1, 8])
            self.assertTrue(np.isnan(file["points/rate"][1]).all())
            np.testing.assert_array_equal(file["points/drive"][()], [1, 60, 1, 60])
        self.write("strict.toml", (self.folder / "job.toml").read_text().replace("max_failed = 2", "max_failed = 1"))
        self.assertEqual(self.run_program("network", "strict.toml", "-o", "strict.h5").code, 3)

    def test_refusals(self):
        self.write("job.toml", small(('adaptation = "population.RS.neuron.b"', 'adaptation = "population.RS.neuron.b"\nreset = "population.RS.neuron.V_r"'),
                                     ('adaptation = ["0 pA"', 'reset = ["-65 mV", "-20 mV"]\nadaptation = ["0 pA"')))
        refused = self.run_program("network", "job.toml", "--check")
        self.assertEqual(refused.code, e2e.BAD_INPUT, refused)
        self.assertIn("reset = -20 mV, adaptation = 0 pA, drive = 6 Hz (point 6): ", refused.err)
        self.assertIn("6 of the 12 points looked at are impossible", refused.err)
        self.write("taken.toml", small().replace("drive =", "rate ="))
        self.assertIn("the results have a column of that name", self.run_program("network", "taken.toml", "--check").err)
        self.write("pairs.toml", small(ranks_per_point=2))
        outcome = self.run_program("network", "pairs.toml", "-o", "out.h5", ranks=3)
        self.assertEqual(outcome.code, e2e.BAD_INPUT)
        self.assertIn("groups of 2 ranks do not fit into 3 ranks", outcome.err)
        self.write("large.toml", e2e.example("network_landscape.toml", ("[population.RS]\nsize = 800", "[population.RS]\nsize = 400000000"), ("probability = 0.1", "probability = 1e-5")))
        large = self.run_program("network", "large.toml", "-o", "out.h5")
        self.assertEqual(large.code, e2e.BAD_INPUT)
        self.assertRegex(large.err, r"takes [0-9.]+ GB per rank on 1 rank; a node has [0-9.]+ GB for each of its 1")
        self.assertFalse((self.folder / "out.h5").exists())
        shard = self.run_program("network", e2e.EXAMPLES / "small_network.toml", "--shard", "0/2")
        self.assertIn("this job is a single network", shard.err)

    def test_scripts_for_slurm(self):
        self.use_points(ranks_per_point=2)
        script = self.run_ok("submit", "job.toml", "--profile", "generic", "--ranks", "4", "--dry-run").out
        self.assertRegex(script, r'"\$program" network ')
        self.assertNotIn("--array", script)
        self.assertIn("--array=0-2", self.run_ok("submit", "job.toml", "--profile", "generic", "--ranks", "4", "--shards", "3", "--dry-run").out)
        odd = self.run_program("submit", "job.toml", "--profile", "generic", "--ranks", "3", "--dry-run")
        self.assertEqual(odd.code, e2e.BAD_INPUT, odd)
        self.assertIn("groups of 2 ranks do not fit into 3 ranks", odd.err)
        single = self.run_ok("submit", e2e.EXAMPLES / "small_network.toml", "--profile", "generic", "--dry-run").out
        self.assertNotIn("--array", single)

    def test_plan_status_and_figures(self):
        self.use_points()
        plan = self.run_ok("network", "job.toml", "--dry-run", ranks=2).out
        for words in ("networks      12: 6 points x 2 seeds, 2 at a time, of 1 rank", "neurons       100, and 800 sources", "time          about"):
            self.assertIn(words, plan)
        self.assertEqual(self.progress(self.reference()), {"/points": (12, 12)})
        self.report(self.reference(), "two")
        self.write("line.toml", small().replace('drive = "population.thalamus.rate"\n', "").replace('drive = ["6 Hz", "9 Hz", "14 Hz"]\n', ""))
        self.run_ok("network", "line.toml", "-o", "line.h5")
        self.report("line.h5", "one")

    def report(self, results, name):
        report = subprocess.run([sys.executable, e2e.SOURCE / "analysis/report.py", results, "-o", name], cwd=self.folder, capture_output=True, text=True)
        self.assertEqual(report.returncode, 0, report.stderr)
        self.assertGreater((self.folder / name / "network_points.png").stat().st_size, 10000)
        self.assertIn("Networks over", (self.folder / name / "report.html").read_text())


if __name__ == "__main__":
    unittest.main()
