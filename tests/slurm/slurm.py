# SPDX-License-Identifier: Apache-2.0
"""What `modscape submit` writes, run by a real Slurm (cluster.py), through mpirun (profile local) and srun (profile generic):
throttled arrays, elements that are killed, told to stop, requeued or redone alone, the merge job, the signal before the limit."""
import datetime
import os
import pathlib
import re
import signal
import subprocess
import sys
import time
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "support"))
import cluster  # noqa: E402
import e2e  # noqa: E402

if cluster.missing():
    print(f"skipped: {', '.join(cluster.missing())} not found; the Slurm tests need the packages slurm-wlm and munge")
    sys.exit(e2e.SKIPPED)

if not os.path.ismount("/sys/fs/cgroup"):
    print("skipped: nothing is mounted on /sys/fs/cgroup, without which slurmd does not start (a chroot, a container)")
    sys.exit(e2e.SKIPPED)

SHARDS, ROWS, RANKS, THROTTLE = 4, 320, 2, 2
PROFILES = e2e.SOURCE / "slurm" / "profiles"
SLURM = None  # the cluster of this run


def setUpModule():
    global SLURM
    SLURM = cluster.Cluster().__enter__()
    unittest.addModuleCleanup(SLURM.__exit__)


def sweep(points):
    return e2e.example("small_sweep.toml", ("points = 64", f"points = {points}"))


class SlurmCase(e2e.Case):
    def submit(self, *arguments):
        """The numbers of the jobs that were submitted."""
        out = self.run_ok("submit", *arguments, "--now", env=SLURM.env).out
        return re.findall(r"^submitted job (\d+)", out, re.MULTILINE)

    def state(self, job):
        return SLURM.job(job).get("JobState", "")

    def rows(self, path):
        """Finished rows of a file that may not be there yet."""
        if not (self.folder / path).exists():
            return 0
        return self.progress(path)["/sweep"][0]

    def log(self, name):
        path = self.folder / name
        return path.read_text(errors="replace") if path.exists() else ""

    def wait_for(self, condition, what, logs="*.log"):
        try:
            SLURM.wait(condition, what)
        except AssertionError as error:
            text = "".join(f"--- {path.name}\n{path.read_text(errors='replace')}" for path in sorted(self.folder.rglob(logs)))
            raise AssertionError(f"{error}\n{text}") from None

    def start_requeued(self):
        """Slurm starts a requeued job after two minutes, when its old credential has expired for certain; five seconds do here."""
        for line in SLURM.command("squeue", "--array", "--noheader", "--states=PENDING", "--format=%i|%V|%r").splitlines():
            job, requeued, reason = line.split("|")
            waited = datetime.datetime.now() - datetime.datetime.fromisoformat(requeued)
            if reason == "BeginTime" and waited.total_seconds() > 5:
                SLURM.command("scontrol", "update", f"jobid={job}", "StartTime=now", check=False)  # it may start meanwhile

    def wait_done(self, job):
        def ended():
            self.start_requeued()
            return self.state(job) in ("COMPLETED", "FAILED", "CANCELLED", "TIMEOUT", "NODE_FAIL")
        self.wait_for(ended, f"job {job} to end")

    def wait_requeued(self, job):
        self.wait_for(lambda: SLURM.job(job).get("Restarts") == "1", f"the requeue of job {job}")

    def wait_until_under_way(self, path, element, rows):
        """Some rows are done, others not, and the element runs."""
        def under_way():
            self.start_requeued()
            return self.state(element) == "RUNNING" and 0 < self.rows(path) < rows
        self.wait_for(under_way, f"{element} to be under way")


class Array(SlurmCase):
    """The same story with both launchers: every element is interrupted in another way, or not at all."""
    reference = None

    def setUp(self):
        super().setUp()
        self.write("my jobs/sweep.toml", sweep(ROWS))
        if Array.reference is None:
            self.run_ok("sweep", "my jobs/sweep.toml", "-o", "reference.h5", ranks=2)
            Array.reference = (self.folder / "reference.h5").read_bytes()
        (self.folder / "reference.h5").write_bytes(Array.reference)

    def shard(self, index):
        return f"my jobs/sweep.shard-{index}-of-{SHARDS}.h5"

    def watch_throttle(self):
        running = SLURM.command("squeue", "--array", "--noheader", "--states=RUNNING", "--name=sweep", "--format=%i").splitlines()
        self.assertLessEqual(len(running), THROTTLE)
        self.most_running = max(self.most_running, len(running))

    def kill_a_rank(self, index):
        """SIGKILL to one rank of the element, as the kernel does when memory runs out."""
        ranks = []
        for entry in pathlib.Path("/proc").glob("[0-9]*"):
            try:
                words = (entry / "cmdline").read_bytes().split(b"\0")
            except OSError:
                continue
            if e2e.is_modscape(int(entry.name)) and f"{index}/{SHARDS}".encode() in words and str(self.folder).encode() in b"".join(words):
                ranks.append(int(entry.name))
        self.assertEqual(len(ranks), RANKS)
        os.kill(max(ranks), signal.SIGKILL)

    def story(self, profile):
        array, merge = self.submit("my jobs/sweep.toml", "--profile", profile, "--shards", SHARDS, "--ranks", RANKS, "--throttle", THROTTLE,
                                   "--time", "00:20:00", "-o", "my jobs/sweep.h5")
        rows = ROWS // SHARDS
        self.most_running = 0
        # Element 0 is told to stop: 75, requeued by its own script, done.
        self.wait_until_under_way(self.shard(0), f"{array}_0", rows)
        self.watch_throttle()
        with SLURM.signalled(f"{array}_0", *(["--batch"] if profile == "local" else [])):  # to whom --signal sends it
            self.wait_requeued(f"{array}_0")
        log = self.log(f"my jobs/sweep-{array}_0.log")
        self.assertIn("stopped early, run the same command again", log)
        # Element 2 loses a rank: it fails, a person requeues it, it resumes.
        self.wait_until_under_way(self.shard(2), f"{array}_2", rows)
        self.watch_throttle()
        self.kill_a_rank(2)
        self.wait_for(lambda: self.state(f"{array}_2") == "FAILED", "the end of element 2")
        kept = self.rows(self.shard(2))
        self.assertGreater(kept, 0)
        SLURM.command("scontrol", "requeue", f"{array}_2")
        self.wait_done(merge)
        self.assertEqual(self.most_running, THROTTLE)
        log = self.log(f"my jobs/sweep-merge-{merge}.log")
        self.assertEqual(self.state(merge), "COMPLETED", log)
        self.assertRegex(log, rf"sweep\.h5: {ROWS} rows done, 0 failed, from {SHARDS} files")
        for index in range(SHARDS):
            self.assertEqual((self.state(f"{array}_{index}"), self.rows(self.shard(index))), ("COMPLETED", rows))
        self.assert_identical("reference.h5", "my jobs/sweep.h5")
        self.redo_alone()

    def redo_alone(self):
        """Shards 1 and 3 are lost: merge says which command brings them back, and that command does."""
        kept = [(self.folder / self.shard(index)).stat().st_mtime_ns for index in (0, 2)]
        for path in (self.shard(1), self.shard(3), "my jobs/sweep.h5"):
            (self.folder / path).unlink()
        outcome = self.run_program("merge", self.folder / "my jobs/sweep.h5")
        self.assertEqual(outcome.code, e2e.STOPPED, outcome)
        self.assertIn(f"{ROWS // 2} rows are missing (2 of {SHARDS} shards have no file, 0 are incomplete)", outcome.out)
        command = re.search(r"^  (sbatch .*)$", outcome.out, re.MULTILINE)[1]
        self.assertIn("--array=1,3 ", command)
        merge = re.search(r"\d+$", SLURM.command("bash", "-c", command))[0]
        self.wait_done(merge)
        self.assertEqual(self.state(merge), "COMPLETED", self.log(f"my jobs/sweep-merge-{merge}.log"))
        self.assert_identical("reference.h5", "my jobs/sweep.h5")
        self.assertEqual([(self.folder / self.shard(index)).stat().st_mtime_ns for index in (0, 2)], kept)

    def test_mpirun(self):
        self.story("local")

    def test_srun(self):
        self.story("generic")


class Limit(SlurmCase):
    """Slurm itself sends the signal before the limit, and it reaches the ranks through both launchers."""

    def test_both_launchers(self):
        self.write("sweep.toml", sweep(100000))
        jobs = {}
        for profile in ("local", "generic"):
            text = (PROFILES / f"{profile}.toml").read_text()
            self.write(f"{profile}.toml", re.sub(r"drain = \d+", "drain = 115", text))  # of 120 s; looked at every 30 s
            jobs[profile], = self.submit("sweep.toml", "--profile", f"{profile}.toml", "--shards", 1, "--ranks", RANKS, "--time", "00:02:00", "-o", f"{profile}.h5")
        for profile, job in jobs.items():
            self.wait_requeued(job)
            SLURM.command("scancel", job)
            self.assertIn("stopped early, run the same command again", self.log(f"{profile}-{job}.log"))
            self.assertGreater(self.rows(f"{profile}.h5"), 0)


class Study(SlurmCase):
    def test_one_job(self):
        self.write("study.toml", e2e.tiny_study())
        jobs = self.submit("study.toml", "--profile", "generic", "--ranks", RANKS, "-o", "study.h5")
        self.assertEqual(len(jobs), 1)
        self.wait_for(lambda: "exploration" in self.log(f"study-{jobs[0]}.log"), "the exploration")
        with SLURM.signalled(jobs[0]):
            self.wait_requeued(jobs[0])
        self.wait_done(jobs[0])
        self.assertEqual(self.state(jobs[0]), "COMPLETED", self.log(f"study-{jobs[0]}.log"))
        self.run_ok("study", "study.toml", "-o", "reference.h5", ranks=2)
        self.assert_identical("reference.h5", "study.h5")


class Refused(SlurmCase):
    def test_more_elements_than_this_slurm_allows(self):
        self.write("sweep.toml", sweep(1000))
        outcome = self.run_program("submit", "sweep.toml", "--profile", "generic", "--shards", "65", "--now", env=SLURM.env)
        self.assertEqual(outcome.code, e2e.BAD_INPUT)
        self.assertIn("65 array elements, but this Slurm has MaxArraySize = 64", outcome.err)

    def test_what_sbatch_says(self):
        self.write("sweep.toml", sweep(1000))
        outcome = self.run_program("submit", "sweep.toml", "--profile", "generic", "--partition", "nowhere", "--now", env=SLURM.env)
        self.assertEqual(outcome.code, e2e.BAD_INPUT)
        self.assertIn("invalid partition specified: nowhere", outcome.err)


if __name__ == "__main__":
    started = time.monotonic()
    program = unittest.main(exit=False)
    print(f"{time.monotonic() - started:.0f} s", file=sys.stderr)
    sys.exit(not program.result.wasSuccessful())
