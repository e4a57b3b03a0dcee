# SPDX-License-Identifier: Apache-2.0
"""What can befall a job from outside: full disks, read-only folders, damaged and foreign files, a second writer, a stopped rank,
signals and kills in every state. Never is a wrong row marked done or a finished row lost; run again, the job ends with the
file of an uninterrupted run. `faults.py quick` runs the class Quick, `faults.py full` the class Full."""
import itertools
import os
import pathlib
import random
import shutil
import signal
import sys
import time
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "support"))
import e2e  # noqa: E402
import h5py  # noqa: E402
import numpy as np  # noqa: E402

SEED = 20052
IO_FAILURE, INTERNAL = 74, 70
WITHIN = 60  # s: a stopped rank ends the job
POINTS = ("create", "first-row", "between", "row", "close")
HITS = []  # a line per interruption


class Faults(e2e.WithReference):
    def setUp(self):
        super().setUp()
        self.rng = random.Random(f"{SEED} {self._testMethodName}")
        self.use("sweep", e2e.example("small_sweep.toml", ('method = "cvode"', 'method = "ensemble"')))

    def use_slow_sweep(self):
        self.use("sweep", e2e.example("small_sweep.toml"))

    def job(self, output="out.h5", ranks=2, env=None, more=()):
        return self.start(self.kind, "job.toml", "-o", output, *more, ranks=ranks, env=env)

    def refused(self, words, code=e2e.BAD_INPUT, output="out.h5"):
        outcome = self.job(output).wait()
        self.assertEqual(outcome.code, code, outcome)
        self.assertIn(words, outcome.err)
        return outcome

    def resume(self, ranks=3, output="out.h5"):
        outcome = self.job(output, ranks).wait()
        self.assertEqual(outcome.code, 0, outcome)
        self.assert_identical(self.reference(), output)
        return outcome

    def fault(self, point, passage, action, rank=None):
        env = {"MODSCAPE_FAULT": f"{point}:{passage}:{action}", "MODSCAPE_CHUNK_ROWS": "4"}
        if rank is not None:
            env["MODSCAPE_FAULT_RANK"] = str(rank)
        HITS.append(f"{self.kind} {point}:{passage}:{action}")
        return env

    # Interruptions

    def kill_one(self, point, passage, ranks=2):
        outcome = self.job(ranks=ranks, env=self.fault(point, passage, "kill")).wait()
        self.assertNotIn(outcome.code, (0, e2e.BAD_INPUT, e2e.STOPPED), f"not killed: {outcome}")

    def kill_all(self, point, passage, ranks=2):
        """A rank stops in exactly this state; then all are killed."""
        run = self.job(ranks=ranks, env=self.fault(point, passage, "stop"))
        self.assertTrue(run.until(lambda: any(map(e2e.is_stopped, e2e.session_members(run.pid)))), "ended too early")
        run.kill()

    def stop_signal(self, point, passage, ranks=2):
        outcome = self.job(ranks=ranks, env=self.fault(point, passage, "usr1")).wait()
        # Later, the last rows may be claimed already, or the last stage begun.
        early = point in ("create", "first-row") or (point == "stage" and passage < 3)
        self.assertIn(outcome.code, (e2e.STOPPED,) if early else (0, e2e.STOPPED), outcome)

    def check_interruptions(self, interrupt, points):
        for point, passage in points:
            with self.subTest(point=point, passage=passage):
                interrupt(point, passage)
                self.resume(self.rng.choice((1, 2, 3)))
                (self.folder / "out.h5").unlink()

    def sweep_points(self):
        return [(point, self.rng.randint(2, 5) if point in ("between", "row") else 1) for point in POINTS]

    # Damage

    def finished(self):
        shutil.copy(self.reference(), self.folder / "out.h5")
        return self.folder / "out.h5"

    def flip(self, path, byte, bit):
        with open(path, "r+b") as file:
            file.seek(byte)
            old = file.read(1)[0]
            file.seek(byte)
            file.write(bytes([old ^ (1 << bit)]))

    def assert_no_wrong_row(self, path):
        """Every row that counts as done has the reference's numbers."""
        with h5py.File(self.reference()) as good, h5py.File(path) as found:
            done = found["sweep/status"][()] == 1
            for name in good["sweep/crc"].attrs["columns"].decode().split():
                np.testing.assert_array_equal(found["sweep"][name][()][done], good["sweep"][name][()][done], name)


class Quick(Faults):
    def test_kill_of_one_rank_in_every_state(self):
        self.check_interruptions(self.kill_one, self.sweep_points())

    def test_kill_of_all_ranks_in_every_state(self):
        self.check_interruptions(self.kill_all, self.sweep_points())

    def test_stop_signal_through_mpirun_in_every_state(self):
        self.use_slow_sweep()
        self.check_interruptions(self.stop_signal, self.sweep_points())

    def test_stage_change(self):
        self.use("study", e2e.tiny_study())
        self.kill_one("stage", self.rng.randint(1, 3))
        self.kill_all("stage", 1)
        self.stop_signal("stage", 1)
        self.resume(2)

    def test_stopped_rank_ends_the_job(self):
        self.use_slow_sweep()
        runs = [self.job(f"{rank}.h5", 3, self.fault("row", 2, "stop", rank)) for rank in (0, 2)]
        started = time.monotonic()
        for rank, run in zip((0, 2), runs):
            outcome = run.wait()
            self.assertEqual(outcome.code, INTERNAL, outcome)
            self.assertLess(time.monotonic() - started, WITHIN)
            self.assertIn(f"rank {rank} (process ", outcome.err)
            self.assertGreater(self.progress(f"{rank}.h5")["/sweep"][0], 8)
            self.resume(2, f"{rank}.h5")

    def test_full_disk_before(self):
        e2e.SmallDisk(self, "size=64k")
        self.refused("are missing", output="disk/out.h5")
        self.assertEqual(e2e.files_in(self.folder / "disk"), [])

    def test_full_disk_during_a_sweep_is_no_matter(self):
        self.use_slow_sweep()
        disk = e2e.SmallDisk(self, "size=16m")
        run = self.job("disk/out.h5")
        self.assertTrue(run.until((self.folder / "disk/out.h5").exists))
        disk.fill()
        outcome = run.wait()
        self.assertEqual(outcome.code, 0, outcome)
        self.assert_identical(self.reference(), "disk/out.h5")

    def test_full_disk_at_a_stage_change(self):
        self.use("study", e2e.tiny_study())
        disk = e2e.SmallDisk(self, "size=64m")
        run = self.job("disk/out.h5")
        self.assertTrue(run.until((self.folder / "disk/out.h5").exists))
        disk.fill()
        outcome = run.wait()
        self.assertEqual(outcome.code, IO_FAILURE, outcome)
        disk.free()
        self.resume(2, "disk/out.h5")

    def test_read_only_folder(self):
        e2e.SmallDisk(self, "size=1m,ro")
        self.refused("cannot be written", output="disk/out.h5")

    def test_truncated_file_is_refused_and_untouched(self):
        size = self.finished().stat().st_size
        for length in (0, 1, 100, size // 2, size - 1):
            with self.subTest(length=length):
                path = self.finished()
                os.truncate(path, length)
                self.refused("not a readable results file")
                self.assertEqual(path.stat().st_size, length)

    def test_foreign_files_are_refused_and_untouched(self):
        path = self.folder / "out.h5"
        with h5py.File(path, "w") as file:
            file["sweep/status"] = np.ones(64, np.uint8)
        for content in (b"id,rate\n", path.read_bytes()):
            path.write_bytes(content)
            self.refused("not a readable results file")
            self.assertEqual(path.read_bytes(), content)

    def test_flipped_bits_of_rows_are_found_and_computed_again(self):
        for name in ("status", "crc", "counts", "time_to_first_spike"):
            with self.subTest(dataset=name):
                path = self.finished()
                with h5py.File(path) as file:
                    data = file["sweep"][name]
                    first, length = data.id.get_offset(), data.id.get_storage_size()
                for _ in range(3):
                    self.flip(path, first + self.rng.randrange(length), self.rng.randrange(8))
                self.resume()

    def check_flips_anywhere(self, count):
        for _ in range(count):
            path = self.finished()
            byte, bit = self.rng.randrange(path.stat().st_size), self.rng.randrange(8)
            with self.subTest(byte=byte, bit=bit):
                self.flip(path, byte, bit)
                outcome = self.job(ranks=1).wait()
                self.assertIn(outcome.code, (0, e2e.BAD_INPUT, IO_FAILURE, INTERNAL), outcome)
                if outcome.code == 0:
                    self.assert_no_wrong_row(path)

    def test_flipped_bits_anywhere(self):
        self.check_flips_anywhere(15)

    def test_second_writer_is_refused(self):
        self.use_slow_sweep()
        first = self.job()
        self.assertTrue(first.until((self.folder / "out.h5").exists))
        self.refused("is being written by process")
        outcome = first.wait()
        self.assertEqual(outcome.code, 0, outcome)
        self.assert_identical(self.reference(), "out.h5")

    def test_independent_writes_survive_what_corrupts_collective_ones(self):
        for ranks in (2, 4):
            outcome = self.run_ok("doctor", ".", "--probe-collective", 250, ranks=ranks, env={"OMPI_MCA_io_ompio_num_aggregators": "2"})
            self.assertIn("independent (as modscape writes): 0 of 250 files corrupted", outcome.out)
            HITS.append(next(line for line in outcome.out.splitlines() if "collective writes" in line))


class Full(Faults):
    def test_every_state_again_on_three_ranks(self):
        for interrupt in (self.kill_one, self.kill_all, self.stop_signal):
            self.check_interruptions(lambda *where: interrupt(*where, ranks=3), self.sweep_points())

    def test_stage_changes_again(self):
        self.use("study", e2e.tiny_study())
        for number, interrupt in itertools.product((2, 5), (self.kill_one, self.kill_all, self.stop_signal)):
            with self.subTest(stage=number, interrupt=interrupt.__name__):
                interrupt("stage", number)
                self.resume(self.rng.choice((1, 2, 3)))
                (self.folder / "out.h5").unlink()

    def test_stopped_rank_between_data_and_status(self):
        self.use_slow_sweep()
        outcome = self.job(ranks=2, env=self.fault("between", 3, "stop", 1)).wait()
        self.assertEqual(outcome.code, INTERNAL, outcome)
        self.resume(2)

    def test_many_flipped_bits(self):
        Quick.check_flips_anywhere(self, 300)

    def test_collective_probe_of_five_hundred_files(self):
        outcome = self.run_ok("doctor", ".", "--probe-collective", 500, ranks=4, env={"OMPI_MCA_io_ompio_num_aggregators": "2"})
        self.assertIn("independent (as modscape writes): 0 of 500 files corrupted", outcome.out)


if __name__ == "__main__":
    chosen = {"quick": ["Quick"], "full": ["Full"]}[sys.argv[1]]
    result = unittest.main(argv=sys.argv[:1] + (sys.argv[2:] or chosen), exit=False, verbosity=2).result
    print(f"{len(HITS)} interruptions", *HITS, sep="\n  ")
    sys.exit(not result.wasSuccessful())
