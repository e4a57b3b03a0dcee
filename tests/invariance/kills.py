# SPDX-License-Identifier: Apache-2.0
"""A job is killed or stopped in every state and then run again, on another number of ranks: the result is that of an
uninterrupted run. `kills.py quick` runs the class Quick, `kills.py full` all. Kills come from MODSCAPE_FAULT (src/io/fault.hpp)
or as SIGKILL to the launcher and all ranks. Each is seeded and must really hit the state it names."""
import pathlib
import random
import signal
import sys
import time
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "support"))
import e2e  # noqa: E402
import h5py  # noqa: E402

SEED = 20051
CONDITIONS = ("off", "on", "on_SCH23390")
STAGES = ("fit/off", "fit/on", "fit/on_SCH23390", "reduction", "verdict/off_to_on", "verdict/on_to_on_SCH23390", "complete")
# Tables of e2e.tiny_study() in the order they are filled, with their rows.
TABLES = [("/exploration", 96)]
TABLES += [(f"/refinement/{c}/round_{k}", 32) for k in (0, 1) for c in CONDITIONS]
TABLES += [(f"/{kind}/{c}", 5) for c in CONDITIONS for kind in ("models", "null")]
KILLED = []  # a line per kill


CHUNK_ROWS = 2  # fixed, so that a passage number names a place in the job


def writes(rows):
    """Writes of one rank alone for a table."""
    return -(-rows // CHUNK_ROWS)


def passage(table, rng):
    """A write within the table, neither before its first row nor after its last, as a passage number of the whole job."""
    names = [name for name, _ in TABLES]
    before = sum(writes(rows) for _, rows in TABLES[:names.index(table)])
    return before + rng.randint(1, writes(dict(TABLES)[table]) - 1)


class Killed(e2e.WithReference):
    def setUp(self):
        super().setUp()
        self.rng = random.Random(f"{SEED} {self._testMethodName}")
        self.use("study", e2e.tiny_study())

    def use_sweep(self, method):
        self.use("sweep", e2e.example("small_sweep.toml", ('method = "cvode"', f'method = "{method}"')))

    def job(self, ranks, env=None, more=()):
        return self.start(self.kind, "job.toml", "-o", "out.h5", *more, ranks=ranks, env=env)

    def fault(self, point, passages, ranks=1, rank=None):
        env = {"MODSCAPE_FAULT": f"{point}:{passages}", "MODSCAPE_CHUNK_ROWS": str(CHUNK_ROWS)}
        if rank is not None:
            env["MODSCAPE_FAULT_RANK"] = str(rank)
        started = time.monotonic()
        outcome = self.job(ranks, env).wait()
        self.assertNotIn(outcome.code, (0, e2e.BAD_INPUT, e2e.STOPPED), f"not killed: {outcome}")
        KILLED.append(f"{self.kind} {point}:{passages} on {ranks} ranks, {time.monotonic() - started:.1f} s")

    def kill_when(self, condition_of, ranks, longest_delay):
        run = self.job(ranks)
        self.assertTrue(run.until(lambda: condition_of(run)), "ended too early")
        delay = self.rng.uniform(0, longest_delay)
        time.sleep(delay)
        outcome = run.kill()
        self.assertNotEqual(outcome.code, 0, f"not killed: {outcome}")
        KILLED.append(f"{self.kind} SIGKILL to all of {ranks} ranks after {delay:.2f} s")

    def kill_after(self, words, ranks, longest_delay=0.1):
        self.kill_when(lambda run: words in run.text(1), ranks, longest_delay)

    def resume(self, ranks):
        outcome = self.job(ranks).wait()
        self.assertEqual(outcome.code, 0, outcome)
        self.assert_identical(self.reference(), "out.h5")
        self.assert_tidy("job.toml", "out.h5")
        return outcome

    def assert_unfinished(self, table):
        """The table is the first that lacks rows."""
        done = self.progress("out.h5")
        self.assertEqual(next(name for name, rows in TABLES if done[name] != (rows, rows)), table)

    def check_row(self, point, table, resume_ranks):
        self.fault(point, passage(table, self.rng))
        self.assert_unfinished(table)
        self.resume(resume_ranks)

    def check_stage(self, number, ranks, resume_ranks):
        self.fault("stage", number, ranks)
        with h5py.File(self.folder / "out.h5") as file:
            self.assertEqual([stage in file for stage in STAGES], [k + 1 < number for k in range(len(STAGES))])
        self.resume(resume_ranks)

    def check_stop(self, interrupt, ranks, resume_ranks):
        run = self.job(ranks)
        self.assertTrue(run.until((self.folder / "out.h5").exists), "ended too early")
        interrupt(run)
        outcome = run.wait()
        self.assertEqual(outcome.code, e2e.STOPPED, outcome)
        self.assertTrue("stopped early" in outcome.err + outcome.out, outcome)
        self.resume(resume_ranks)


class Quick(Killed):
    def test_create(self):
        self.fault("create", 1)
        self.assertFalse((self.folder / "out.h5").exists())
        self.resume(2)

    def test_first_row(self):
        self.fault("first-row", 1)
        self.resume(2)

    def test_between_in_exploration(self):
        self.check_row("between", "/exploration", 3)

    def test_row_in_a_round_and_damaged_checkpoint(self):
        self.fault("row", passage("/refinement/on/round_1", self.rng))
        self.assert_unfinished("/refinement/on/round_1")
        checkpoint = self.folder / "out.h5.sampler"
        checkpoint.write_bytes(checkpoint.read_bytes()[:-100])
        self.assertIn("warning: out.h5.sampler is not usable", self.resume(2).err)

    def test_row_in_models(self):
        self.check_row("row", "/models/on", 2)

    def test_row_in_a_round_of_effects(self):
        self.use("effect", e2e.tiny_study_with_effects())
        before = sum(writes(rows) for name, rows in TABLES if name.startswith(("/exploration", "/refinement")))
        first, second = 11 * 16, self.rng.randint(1, writes(11 * 16) - 1)
        self.fault("row", before + writes(first) + second)
        with h5py.File(self.folder / "out.h5") as file:  # effects may lead out of the parameters' bounds: not only rows done
            tried = [(file[f"effect_rounds/off_to_on/round_{k}/status"][()] != 0).sum() for k in (0, 1)]
        self.assertEqual(tried[0], first)
        self.assertLess(tried[1], first)
        self.resume(2)

    def test_stage_of_a_verdict(self):
        self.check_stage(5, 1, 2)

    def test_close(self):
        self.fault("close", 1)
        self.resume(2)

    def test_all_ranks_in_a_round(self):
        self.kill_after("refine on 1/2", 2)
        self.resume(1)

    def test_all_ranks_mid_sweep(self):
        self.use_sweep("cvode")
        self.kill_when(lambda run: (self.folder / "out.h5").exists(), 2, 0.2)
        self.resume(1)

    def test_stop_signal(self):
        self.check_stop(lambda run: run.signal_ranks(signal.SIGUSR1), 2, 1)


class Full(Killed):
    def test_first_row_of_each_rank(self):
        for rank in range(3):
            with self.subTest(rank=rank):
                self.fault("first-row", 1, 3, rank)
                self.resume(2)
                (self.folder / "out.h5").unlink()

    def test_row_of_the_last_rank(self):
        self.fault("row", 1, 3, 2)
        self.resume(5)

    def test_between_on_two_ranks(self):
        self.fault("between", self.rng.randint(1, 4), 2)
        self.resume(3)

    def test_row_in_exploration(self):
        self.check_row("row", "/exploration", 5)

    def test_between_in_a_round(self):
        self.check_row("between", "/refinement/off/round_1", 2)

    def test_first_row_in_a_round(self):
        self.check_row("first-row", "/refinement/on_SCH23390/round_0", 3)

    def test_between_in_models(self):
        self.check_row("between", "/models/on_SCH23390", 3)

    def test_row_in_null_models(self):
        self.check_row("row", "/null/off", 2)

    def test_every_stage(self):
        for number in range(1, len(STAGES) + 1):
            with self.subTest(stage=STAGES[number - 1]):
                ranks = number % 3 + 1
                self.check_stage(number, ranks, ranks % 3 + 1)
                (self.folder / "out.h5").unlink()

    def test_close_on_three_ranks(self):
        self.fault("close", 1, 3)
        self.resume(1)

    def test_all_ranks_between_stages(self):
        self.kill_after("null off", 3, 0.3)
        self.resume(2)

    def test_all_ranks_before_the_comparison(self):
        self.kill_after("null on_SCH23390", 2, 0.1)
        self.resume(3)

    def test_all_ranks_at_the_start(self):
        self.kill_when(lambda run: (self.folder / "out.h5.lock").exists(), 3, 0.1)
        self.resume(2)

    def test_sweep_in_every_state(self):
        for method in ("cvode", "ensemble"):
            for point, passages in (("create", 1), ("first-row", 2), ("between", self.rng.randint(1, 9)), ("row", self.rng.randint(1, 9)), ("close", 1)):
                with self.subTest(method=method, point=point):
                    self.use_sweep(method)
                    self.fault(point, passages)
                    self.resume(3)
                    (self.folder / "out.h5").unlink()

    def test_one_job_killed_again_and_again(self):
        self.fault("create", 1, 2)
        self.fault("row", 2)
        self.fault("between", 5)
        self.kill_after("refine on 1/2", 3)
        self.fault("stage", 1, 2)
        self.fault("row", 2, 1)
        self.fault("stage", 2, 3)
        self.fault("close", 1, 2)
        self.resume(1)

    def test_checkpoint_lost_or_of_another_job(self):
        for content in (None, b"", b"MODSCAPE" + bytes(100)):
            with self.subTest(content=content):
                self.fault("row", passage("/refinement/off/round_1", self.rng))
                checkpoint = self.folder / "out.h5.sampler"
                checkpoint.unlink()
                if content is not None:
                    checkpoint.write_bytes(content)
                self.resume(2)
                (self.folder / "out.h5").unlink()

    def test_a_row_that_kills_three_times_is_given_up_alone(self):
        self.use_sweep("ensemble")
        for _ in range(3):
            self.fault("first-row", 1)
        self.job(1).wait()
        self.assertEqual(self.progress("out.h5"), {"/sweep": (63, 64)})

    def test_stop_signal_to_mpirun(self):
        self.check_stop(lambda run: run.signal_launcher(signal.SIGUSR1), 3, 1)

    def test_stop_signal_during_a_sweep(self):
        self.use_sweep("cvode")
        self.check_stop(lambda run: run.signal_ranks(signal.SIGUSR1), 2, 3)

    def test_termination_of_a_single_rank(self):
        self.check_stop(lambda run: run.signal_ranks(signal.SIGTERM), None, 2)

    def test_wall_time_limit(self):
        limit, codes = 0.05, []
        while 0 not in codes:
            codes.append(self.job(2, more=("--max-walltime", limit)).wait().code)
            limit *= 2
        self.assertEqual(set(codes), {0, e2e.STOPPED})
        self.assertEqual(codes[0], e2e.STOPPED)
        self.resume(1)


if __name__ == "__main__":
    chosen = {"quick": ["Quick"], "full": ["Quick", "Full"]}[sys.argv[1]]
    result = unittest.main(argv=sys.argv[:1] + (sys.argv[2:] or chosen), exit=False).result
    print(f"{len(KILLED)} kills", *KILLED, sep="\n  ")
    sys.exit(not result.wasSuccessful())
