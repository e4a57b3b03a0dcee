# SPDX-License-Identifier: Apache-2.0
"""The scripts of `modscape submit`, with stand-ins for the commands of Slurm that note how they were called. (tests/slurm runs them
under a real Slurm.)"""
import os
import pathlib
import shutil
import signal
import subprocess
import sys
import time
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "support"))
import e2e  # noqa: E402

STAND_IN = """#!/usr/bin/env bash
echo "$(basename "$0") $(printf '<%s>' "$@")" >>{calls}
if [[ $(basename "$0") != scontrol ]]; then exit {code}; fi
"""
WAITING = """#!/usr/bin/env bash
trap 'echo "signal" >>{calls}; exit 75' USR1
echo started >>{calls}
for ((i = 0; i < 600; i++)); do sleep 0.1; done
"""


class Submit(e2e.Case):
    def setUp(self):
        super().setUp()
        self.jobs = self.folder / "it's my job"
        self.write("it's my job/sweep.toml", e2e.example("small_sweep.toml"))

    def submit(self, *arguments, **options):
        return self.run_program("submit", self.jobs / "sweep.toml", "-o", self.jobs / "out.h5", *arguments, **options)

    def refused(self, words, *arguments):
        outcome = self.submit(*arguments)
        self.assertEqual(outcome.code, e2e.BAD_INPUT, outcome)
        self.assertRegex(outcome.err, words)

    def scripts(self, *arguments):
        outcome = self.submit(*arguments)
        self.assertEqual(outcome.code, 0, outcome)
        return self.jobs / "out.sbatch", self.jobs / "out.merge.sbatch"

    def run_script(self, script, code=0, stand_in=STAND_IN, wait=True, **variables):
        """Runs a script as Slurm would; returns its exit code and how it called the launcher and scontrol."""
        tools = self.folder / "tools"
        tools.mkdir(exist_ok=True)
        calls = tools / "calls"
        calls.write_text("")
        for name in ("srun", "mpirun", "scontrol"):
            (tools / name).write_text((STAND_IN if name == "scontrol" else stand_in).format(calls=calls, code=code))
            (tools / name).chmod(0o755)
        env = {**os.environ, "PATH": f"{tools}:{os.environ['PATH']}", "SLURM_JOB_ID": "9", "SLURM_ARRAY_JOB_ID": "7", "SLURM_ARRAY_TASK_ID": "3",
               "SLURM_ARRAY_TASK_COUNT": "2", **variables}
        run = subprocess.Popen(["bash", script], env=env, cwd="/", stderr=subprocess.PIPE, text=True)
        if not wait:
            return run, calls
        self.errors = run.communicate(timeout=60)[1]
        return run.returncode, calls.read_text().splitlines()


class Scripts(Submit):
    def test_shellcheck(self):
        if not shutil.which("shellcheck"):
            self.skipTest("shellcheck is not installed")
        for profile in ("local", "generic"):
            for shards in (1, 64):
                for script in self.scripts("--profile", profile, "--shards", shards, "--force")[:1 + (shards > 1)]:
                    checked = subprocess.run(["shellcheck", script], capture_output=True, text=True)
                    self.assertEqual(checked.returncode, 0, checked.stdout + script.read_text())

    def test_an_element_computes_its_shard_whatever_the_array(self):
        script, merge = self.scripts("--profile", "generic", "--shards", "64", "--ranks", "2")
        code, calls = self.run_script(script)
        self.assertEqual((code, len(calls)), (0, 1))
        self.assertTrue(calls[0].startswith("srun <--kill-on-bad-exit=1><--mpi=pmix><--ntasks=2>"), calls)
        self.assertTrue(calls[0].endswith(f"<sweep><{self.jobs}/sweep.toml><--shard><3/64><-o><{self.jobs}/out.shard-03-of-64.h5>"), calls)
        for k in (3, 12):
            (self.jobs / f"out.shard-{k:02}-of-64.h5").touch()
        (self.jobs / "out.shard-0-of-4.h5").touch()  # of another cut
        code, calls = self.run_script(merge)
        self.assertTrue(calls[0].endswith(f"<merge><{self.jobs}/out.h5><{self.jobs}/out.shard-03-of-64.h5><{self.jobs}/out.shard-12-of-64.h5>"), calls)

    def test_requeue(self):
        for profile in ("local", "generic"):
            script, _ = self.scripts("--profile", profile, "--shards", "64", "--force")
            for code in (0, 3, 64, 70, 74, 137):
                self.assertEqual((self.run_script(script, code)[0], len(self.run_script(script, code)[1])), (code, 1))
            for restarts in ({}, {"SLURM_RESTART_COUNT": "49"}):
                code, calls = self.run_script(script, 75, **restarts)
                self.assertEqual((code, calls[1:]), (75, ["scontrol <requeue><7_3>"]))  # this element, not the array
            code, calls = self.run_script(script, 75, SLURM_RESTART_COUNT="50")
            self.assertEqual((code, len(calls)), (75, 1))
            self.assertIn("not done after 50 restarts", self.errors)
        script, _ = self.scripts("--profile", "generic", "--shards", "1", "--force")
        self.assertEqual(self.run_script(script, 75)[1][1:], ["scontrol <requeue><9>"])

    def test_signal_is_passed_on_to_mpirun(self):
        script, _ = self.scripts("--profile", "local", "--shards", "4")
        run, calls = self.run_script(script, stand_in=WAITING, wait=False)
        end = time.monotonic() + 30
        while "started" not in calls.read_text() and time.monotonic() < end:
            time.sleep(0.02)
        run.send_signal(signal.SIGUSR1)
        run.communicate(timeout=30)
        self.assertEqual(run.returncode, 75)
        self.assertEqual(calls.read_text().splitlines(), ["started", "signal", "scontrol <requeue><7_3>"])

    def test_written_scripts_are_not_replaced_unasked(self):
        script, _ = self.scripts("--profile", "generic", "--shards", "4")
        time_written = script.stat().st_mtime_ns
        self.scripts("--profile", "generic", "--shards", "4")
        self.assertEqual(script.stat().st_mtime_ns, time_written)
        self.refused("out.sbatch: exists and says something else", "--profile", "generic", "--shards", "8")
        self.scripts("--profile", "generic", "--shards", "8", "--force")

    def test_dry_run_writes_nothing(self):
        outcome = self.submit("--profile", "generic", "--shards", "4", "--throttle", "2", "--dry-run")
        self.assertEqual(outcome.code, 0, outcome)
        self.assertIn("#SBATCH --array=0-3%2\n", outcome.out)
        self.assertIn("srun", outcome.out.split("# ---- ")[1])
        self.assertEqual([path.name for path in self.jobs.iterdir()], ["sweep.toml"])

    def test_own_profile(self):
        self.write("site.toml", '[profile]\nlauncher = "srun"\naccount = "p1"\nmodules = ["hdf5"]\nmax_jobs = 10\nshards = 9\n')
        out = self.submit("--profile", self.folder / "site.toml", "--account", "p2", "--sbatch=--exclusive", "--dry-run").out
        for line in ("#SBATCH --account=p2\n", "#SBATCH --exclusive\n", "\nmodule load hdf5\n", "#SBATCH --array=0-8\n"):
            self.assertIn(line, out)
        self.refused(r"11 jobs \(the merge included\), but profile site has max_jobs = 10 \(--shards 9\)", "--profile", self.folder / "site.toml", "--shards", "10")


    def test_throttle_of_a_profile_is_for_arrays(self):
        self.write("site.toml", "[profile]\nthrottle = 16\n")
        for job in (e2e.EXAMPLES / "small_study.toml", e2e.EXAMPLES / "landscape.toml"):
            out = self.run_ok("submit", job, "--profile", "site.toml", "-o", self.folder / "x.h5", "--dry-run").out
            self.assertNotIn("--array", out)

    def test_setup_may_read_variables_that_are_not_set(self):
        """As `module` and the activation scripts of many sites do; ours may not."""
        self.write("site.toml", '[profile]\nsetup = ["echo \\"$NOT_SET_HERE\\""]\n')
        for script in self.scripts("--profile", self.folder / "site.toml", "--shards", "4"):
            code, calls = self.run_script(script)
            self.assertEqual((code, len(calls)), (0, 1), self.errors)
            self.assertIn("set -u\n", script.read_text().split("NOT_SET_HERE")[1])

    def test_an_array_without_its_merge_is_said(self):
        """A second submission would start the array again."""
        tools = self.folder / "tools"
        tools.mkdir()
        (tools / "sbatch").write_text('#!/bin/sh\ncase "$*" in *dependency*) echo "too many jobs" >&2; exit 1;; esac\necho "12;here"\n')
        (tools / "sbatch").chmod(0o755)
        outcome = self.submit("--profile", "generic", "--shards", "4", "--now", env={**os.environ, "PATH": f"{tools}:{os.environ['PATH']}"})
        self.assertEqual(outcome.code, e2e.BAD_INPUT, outcome)
        self.assertIn("submitted job 12 with 4 elements\n", outcome.out)
        self.assertIn("exit code 1: too many jobs (only the merge was not submitted: sbatch --dependency=afterany:12 ", outcome.err)


class Refusals(Submit):
    def test_all(self):
        self.refused(r"there is no profile genric \(did you mean generic\?\)", "--profile", "genric")
        self.refused("65 shards of a design of 64 points", "--profile", "generic", "--shards", "65")
        self.refused('--sbatch: "nodes=2" is not an option', "--profile", "generic", "--sbatch=nodes=2")
        self.refused('account: "p1 p2" is not one word', "--profile", "generic", "--account", "p1 p2")
        self.refused("--time: soon is not a time of Slurm", "--profile", "generic", "--time", "soon")
        self.refused("is not longer than the 120 s", "--profile", "generic", "--time", "1")
        self.refused("there is only one job to run", "--profile", "generic", "--shards", "1", "--throttle", "3")
        self.run_ok("sweep", self.jobs / "sweep.toml", "--shard", "1/4", "-o", self.jobs / "out.shard-0-of-4.h5")
        self.refused("holds shard 1/4, this is shard 0/4", "--profile", "generic", "--shards", "4")
        for job, words in (("simulate_bg2005.toml", "a single neuron needs no cluster"), ("small_study.toml", "a study is one job")):
            outcome = self.run_program("submit", e2e.EXAMPLES / job, "--profile", "generic", "--shards", "2", "-o", self.folder / "x.h5")
            self.assertEqual(outcome.code, e2e.BAD_INPUT)
            self.assertIn(words, outcome.err)
        outcome = self.submit("--profile", "generic", ranks=1)
        self.assertEqual(outcome.code, e2e.BAD_INPUT)
        self.assertIn("run it without mpirun", outcome.err)

    def test_results_that_lie_there(self):
        """A job may grow by rounds; another job's file is refused now, not when the merge comes to it."""
        rounds = '[[round]]\nkind = "extend"\npoints = 8\n'
        quick = (("points = 64", "points = 8"), ('method = "cvode"', 'method = "ensemble"'))
        self.write("short.toml", e2e.example("small_sweep.toml", *quick))
        self.write("grown.toml", e2e.example("small_sweep.toml", *quick) + rounds)
        self.run_ok("sweep", "short.toml", "-o", self.jobs / "out.h5")
        self.refused("out.h5: holds the results of another job", "--profile", "generic", "--shards", "4")
        self.run_ok("submit", "short.toml", "-o", self.jobs / "out.h5", "--profile", "generic", "--shards", "4", "--dry-run")
        self.run_ok("submit", "grown.toml", "-o", self.jobs / "out.h5", "--profile", "generic", "--dry-run")

    def test_no_slurm_here(self):
        empty = self.folder / "empty"
        empty.mkdir()
        outcome = self.submit("--profile", "generic", "--shards", "4", "--now", env={"PATH": str(empty)})
        self.assertEqual(outcome.code, e2e.BAD_INPUT)
        self.assertIn("sbatch: exit code 127: sbatch: No such file or directory", outcome.err)


if __name__ == "__main__":
    unittest.main()
