# SPDX-License-Identifier: Apache-2.0
"""A sweep in shards: cut, merged, checked, run again in part. The merged file is the one that a single job writes."""
import pathlib
import re
import subprocess
import sys
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "support"))
import e2e  # noqa: E402
import h5py  # noqa: E402
import numpy as np  # noqa: E402

POINTS, SHARDS = 103, 4  # not a multiple
JOB = (("points = 64", f"points = {POINTS}"), ('method = "cvode"', 'method = "ensemble"'))
FAILING = (*JOB, ('method = "ensemble"', 'method = "ensemble"\nmax_rhs = 3000'), ("max_failed = 0", "max_failed = -1"))


class Shards(e2e.Case):
    def setUp(self):
        super().setUp()
        self.write("sweep.toml", e2e.example("small_sweep.toml", *JOB))

    def shard(self, index, count=SHARDS):
        return f"sweep.shard-{index}-of-{count}.h5"

    def make(self, *indices, job="sweep.toml", ranks=None):
        for index in indices or range(SHARDS):
            self.run_ok("sweep", job, "--shard", f"{index}/{SHARDS}", ranks=ranks)

    def refused(self, words, *arguments):
        outcome = self.run_program(*arguments)
        self.assertEqual(outcome.code, e2e.BAD_INPUT, outcome)
        self.assertRegex(outcome.err, words)

    def incomplete(self, *words):
        outcome = self.run_program("merge", "sweep.h5")
        self.assertEqual(outcome.code, e2e.STOPPED, outcome)
        for part in words:
            self.assertIn(part, outcome.out)
        self.assertFalse((self.folder / "sweep.h5").exists())
        self.assertFalse((self.folder / "sweep.h5.tmp").exists())


class Merge(Shards):
    def test_is_the_single_file(self):
        self.run_ok("sweep", "sweep.toml", "-o", "whole.h5", ranks=2)
        self.make(3, 1)
        self.make(0, 2, ranks=3)
        merged = self.run_ok("merge", "sweep.h5").out
        self.assertRegex(merged, rf"^sweep.h5: {POINTS} rows done, 0 failed, from {SHARDS} files; ")
        self.assert_identical("whole.h5", "sweep.h5")
        self.run_ok("merge", "in_any_order.h5", *(self.shard(k) for k in (2, 0, 3, 1)))
        self.assert_identical("whole.h5", "in_any_order.h5")
        self.run_ok("merge", "packed.h5", "whole.h5")  # a whole file is checked and compressed
        self.assert_identical("whole.h5", "packed.h5")
        with h5py.File(self.folder / "sweep.h5") as file:
            self.assertEqual(file["sweep/counts"].compression, "gzip")
            self.assertEqual([d[0].name for d in file["sweep/counts"].dims], ["/sweep/row", "/sweep/current"])
            lines = file["provenance/shard_sessions"][()]
            self.assertEqual(sorted(set(re.findall(rb'"shard":"(\d/\d)"', b"".join(lines)))), [b"0/4", b"1/4", b"2/4", b"3/4"])
            np.testing.assert_array_equal(file["provenance/sweep/attempts"], 1)

    def test_verification_of_a_shard_is_not_that_of_the_whole(self):
        for index in range(SHARDS):
            self.run_ok("sweep", "sweep.toml", "--shard", f"{index}/{SHARDS}", "--verify", "2")
        self.run_ok("merge", "sweep.h5")
        with h5py.File(self.folder / "sweep.h5") as file:
            self.assertNotIn("verification", file["provenance"])
        self.assertIn("verified 20 runs", self.run_ok("sweep", "sweep.toml", "-o", "sweep.h5", "--verify", "20").out)
        self.run_ok("merge", "packed.h5", "sweep.h5")
        with h5py.File(self.folder / "packed.h5") as file:
            self.assertEqual(len(file["provenance/verification/row"]), 20)

    def test_is_read_as_any_file(self):
        self.make()
        self.run_ok("merge", "sweep.h5")
        self.assertEqual(self.progress("sweep.h5"), {"/sweep": (POINTS, POINTS)})
        self.assertIn(f"{POINTS} rows done", self.run_ok("sweep", "sweep.toml", "-o", "sweep.h5", ranks=2).out)

    def test_twice(self):
        self.make()
        self.run_ok("merge", "sweep.h5")
        before = (self.folder / "sweep.h5").read_bytes()
        self.assertEqual(self.run_ok("merge", "sweep.h5").out, "nothing to do: sweep.h5 is complete\n")
        self.assertEqual((self.folder / "sweep.h5").read_bytes(), before)
        (self.folder / self.shard(2)).touch()
        self.refused(r"sweep.h5: exists, and \S+shard-2-of-4.h5 is newer \(--force merges again\)", "merge", "sweep.h5")
        self.run_ok("merge", "sweep.h5", "--force")

    def test_names_what_is_missing(self):
        self.make(0, 1, 3)
        with h5py.File(self.folder / self.shard(1), "r+") as file:
            file["sweep/status"][3:5] = 0
            file["sweep/counts"][9, 2] += 1  # a flipped value: the checksum no longer fits
        self.incomplete("29 rows are missing (1 of 4 shards have no file, 1 are incomplete)", "shard 2/4 (no file): rows /sweep 52-77",
                        "shard 1/4 (sweep.shard-1-of-4.h5): rows /sweep 29-30, /sweep 35\n", "modscape sweep JOB --shard 1/4")
        self.make(1, 2)
        self.run_ok("merge", "sweep.h5")
        self.run_ok("sweep", "sweep.toml", "-o", "whole.h5")
        self.assert_identical("whole.h5", "sweep.h5")

    def test_refuses(self):
        self.make(0, 1)
        a, b = self.shard(0), self.shard(1)
        self.refused("no shards of it were found", "merge", "other.h5")
        self.refused("nowhere/out.h5: the folder nowhere does not exist", "merge", "nowhere/out.h5")
        self.refused("no such file", "merge", "out.h5", a, "nowhere.h5")
        (self.folder / "copy.h5").write_bytes((self.folder / a).read_bytes())
        self.refused(r"copy.h5: is shard 0/4, as sweep.shard-0-of-4.h5 is", "merge", "out.h5", a, b, "copy.h5")
        self.run_ok("sweep", "sweep.toml", "--shard", "2/8")
        self.refused(r"is shard 2/8, but \S+ is shard 0/4", "merge", "out.h5", a, self.shard(2, 8))
        self.run_ok("sweep", "sweep.toml", "-o", "whole.h5")
        self.refused(r"is the whole job, but \S+ is shard 0/4", "merge", "out.h5", a, "whole.h5")
        self.write("other.toml", e2e.example("small_sweep.toml", *JOB, ("seed = 1", "seed = 2")))
        self.run_ok("sweep", "other.toml", "--shard", "2/4")
        self.refused("other.shard-2-of-4.h5: holds another job than", "merge", "out.h5", a, "other.shard-2-of-4.h5")
        (self.folder / "cut.h5").write_bytes((self.folder / b).read_bytes()[:20000])
        self.refused("cut.h5", "merge", "out.h5", a, "cut.h5")
        self.write("text.h5", "not HDF5")
        self.refused("text.h5", "merge", "out.h5", a, "text.h5")
        with h5py.File(self.folder / b, "r+") as file:
            file["sweep/current"][0] += 1
        self.refused("/sweep/current is not the same as in", "merge", "out.h5", a, b)
        self.assertFalse((self.folder / "out.h5").exists())

    def test_format_and_arithmetic_are_not_mixed(self):
        self.make(0, 1)
        with h5py.File(self.folder / self.shard(1), "r+") as file:
            file.attrs["arithmetic"] = "another"
        self.refused("@arithmetic is not the same as in", "merge", "out.h5", self.shard(0), self.shard(1))
        with h5py.File(self.folder / self.shard(1), "r+") as file:
            file.attrs["format_version"] = np.int32(99)
        self.refused("has format version 99", "merge", "out.h5", self.shard(0), self.shard(1))


class FailedWrite(Shards):
    def test_merge(self):
        self.make()
        limited = ("bash", "-c", 'trap "" XFSZ; ulimit -f 100; exec "$@"', "limited")  # kB; beyond, a write fails as on a full disk
        outcome = self.run_program("merge", "sweep.h5", prefix=limited)
        self.assertEqual(outcome.code, 74, outcome)
        self.assertIn("sweep.h5.tmp", outcome.err)
        self.assertEqual([path.name for path in self.folder.glob("sweep.h5*")], [])


class FullDisk(Shards):
    def setUp(self):
        super().setUp()
        self.disk = self.folder / "disk"
        self.disk.mkdir()
        made = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=300k", "tmpfs", self.disk], capture_output=True, text=True)
        if made.returncode != 0:
            self.skipTest(f"a small file system cannot be mounted: {made.stderr.strip()}")
        self.addCleanup(subprocess.run, ["umount", self.disk], check=True)

    def test_merge(self):
        self.make()
        self.refused(r"disk/sweep.h5: the results need \d+ bytes, \d+ are available", "merge", "disk/sweep.h5", *map(self.shard, range(SHARDS)))
        self.assertEqual(e2e.files_in(self.disk), [])


class Identity(Shards):
    def test_a_shard_is_no_other(self):
        self.make(1)
        path = self.shard(1)
        for shard in ("2/4", "1/8", "0/2"):
            self.refused("holds shard 1/4, this is shard " + shard, "sweep", "sweep.toml", "--shard", shard, "-o", path)
        self.refused("holds shard 1/4, this is the whole job", "sweep", "sweep.toml", "-o", path)
        self.run_ok("sweep", "sweep.toml", "-o", "whole.h5")
        self.refused("holds the whole job, this is shard 0/2", "sweep", "sweep.toml", "--shard", "0/2", "-o", "whole.h5")
        self.assertIn("26 rows done", self.run_ok("sweep", "sweep.toml", "--shard", "1/4", ranks=2).out)

    def test_coordinates_are_design_indices(self):
        self.make()
        rows = []
        for index in range(SHARDS):
            with h5py.File(self.folder / self.shard(index)) as file:
                self.assertEqual((file.attrs["shard_index"], file.attrs["shard_count"]), (index, SHARDS))
                self.assertEqual((file["sweep"].attrs["first_row"], file["sweep"].attrs["all_rows"]), (len(rows), POINTS))
                rows += list(file["sweep/row"])
        self.assertEqual(rows, list(range(POINTS)))

    def test_refusals(self):
        for text in ("4/4", "1", "a/b", "-1/4"):
            self.assertEqual(self.run_program("sweep", "sweep.toml", f"--shard={text}").code, e2e.BAD_INPUT)
        self.refused("200 shards of a design of 103 points", "sweep", "sweep.toml", "--shard", "7/200")
        self.assert_tidy("sweep.toml")

    def test_plan(self):
        plan = self.run_ok("sweep", "sweep.toml", "--shard", "1/4", "--dry-run").out
        self.assertIn("rows          26 in 1 table (shard 1/4: points 26 to 51)\n", plan)


class Status(Shards):
    def test_totals(self):
        self.make(0, 3)
        out = self.run_ok("status", self.shard(0), self.shard(3)).out
        self.assertRegex(out, r"sweep.shard-0-of-4.h5 +26/26 rows\nsweep.shard-3-of-4.h5 +25/25 rows\nall 2 files +51/51 rows\nno file of shards 1,2 of 4\n")
        self.assertRegex(self.run_ok("status", self.shard(3)).out, r"^sweep.shard-3-of-4.h5 is shard 3/4\n/sweep +25/25 done\n")


class Rerun(Shards):
    """Rows fail because of a low cost limit. That is part of the job, so the same rows fail again: what is seen here is that they
    were computed again, and that nothing else was."""

    def setUp(self):
        super().setUp()
        self.write("sweep.toml", e2e.example("small_sweep.toml", *FAILING))

    def statuses(self, path):
        with h5py.File(self.folder / path) as file:
            return file["sweep/status"][()], file["provenance/sweep/attempts"][()]

    def check(self, path, *arguments):
        before, _ = self.statuses(path)
        failed = before > 1
        self.assertTrue(0 < failed.sum() < len(failed), "the test needs both kinds")
        out = self.run_ok("rerun", "--failed", path).out
        self.assertIn(f"/sweep: {failed.sum()} rows with status cost_limit\n", out)
        after, attempts = self.statuses(path)
        np.testing.assert_array_equal(after, np.where(failed, 0, before))
        np.testing.assert_array_equal(attempts, np.where(failed, 0, 1))
        self.assertEqual(self.run_ok("rerun", "--failed", path).out, f"{path} has no such rows; nothing was changed\n")
        self.run_ok("sweep", "sweep.toml", *arguments, "-o", path, ranks=2)
        again, attempts = self.statuses(path)
        np.testing.assert_array_equal(again, before)
        np.testing.assert_array_equal(attempts, 1)

    def test_whole_and_merged(self):
        self.run_ok("sweep", "sweep.toml", "-o", "whole.h5")
        self.make()
        self.run_ok("merge", "sweep.h5")
        for path in ("whole.h5", "sweep.h5"):
            self.check(path)
        self.assert_identical("whole.h5", "sweep.h5")

    def test_shard(self):
        self.make(1)
        self.check(self.shard(1), "--shard", f"1/{SHARDS}")

    def test_every_kind_of_failure(self):
        bounds = (("C_m = ", 'V_r = {from = "-60 mV", to = "10 mV"}\nC_m = '), ('V_r = "-60 mV"\n', ""), ("max_failed = 0", "max_failed = -1"))
        self.write("sweep.toml", e2e.example("small_sweep.toml", *JOB, *bounds))
        self.run_ok("sweep", "sweep.toml")
        failed = (self.statuses("sweep.h5")[0] == 7).sum()
        self.assertGreater(failed, 0)
        for arguments in (("--status", "out_of_bounds"), ()):
            out = self.run_ok("rerun", "--failed", *arguments, "sweep.h5").out
            self.assertIn(f"/sweep: {failed} rows with status out_of_bounds\n", out)
            self.run_ok("sweep", "sweep.toml")

    def test_one_kind_of_failure(self):
        self.run_ok("sweep", "sweep.toml")
        before, _ = self.statuses("sweep.h5")
        self.run_ok("rerun", "--failed", "--status", "crashed,non_finite", "sweep.h5")
        np.testing.assert_array_equal(self.statuses("sweep.h5")[0], before)
        self.refused(r"cost_limt is not a failure \(did you mean cost_limit\?\)", "rerun", "--failed", "--status", "cost_limt", "sweep.h5")
        self.refused("say which rows", "rerun", "sweep.h5")

    def test_refuses_rows_that_rounds_were_derived_from(self):
        job = e2e.example("small_sweep.toml", *FAILING)
        self.run_ok("sweep", "sweep.toml")
        before, _ = self.statuses("sweep.h5")
        self.write("sweep.toml", job + '[[round]]\nkind = "extend"\npoints = 8\n[[round]]\nkind = "refine"\nby = "counts"\npoints = 8\n')
        self.run_ok("sweep", "sweep.toml")
        self.refused(r"the points of /round_2 were derived from /round_1, of which \d+ rows would be computed again.*--force", "rerun", "--failed", "sweep.h5")
        np.testing.assert_array_equal(self.statuses("sweep.h5")[0], before)

    def test_refuses_while_a_job_writes(self):
        self.write("long.toml", e2e.example("small_sweep.toml", ("points = 64", "points = 100000")))
        run = self.start("sweep", "long.toml")
        self.assertTrue(run.until((self.folder / "long.h5").exists))
        self.refused("long.h5: is being written by process", "rerun", "--failed", "long.h5")
        run.kill()

    def test_refuses_studies(self):
        self.write("study.toml", e2e.tiny_study(("points = 96", "points = 64"), ("rounds = 2", "rounds = 0")))
        self.run_ok("study", "study.toml")
        self.refused("study.h5: is not the result of a sweep", "rerun", "--failed", "study.h5")


if __name__ == "__main__":
    unittest.main()
