# SPDX-License-Identifier: Apache-2.0
"""Log tables under everything that can befall a run: the rows that count are right at any time, by a checksum of this test's
own, and the run ends in the file of an uninterrupted one on any number of ranks. The first argument is the program log_run."""
import os
import pathlib
import random
import shutil
import sys
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "support"))
import e2e  # noqa: E402
import h5py  # noqa: E402
import numpy as np  # noqa: E402

LOG_RUN = sys.argv.pop(1)
FLUSHES, ROWS, CAPACITY = 18, 150, 4000
LOGS = {"spikes/E": 64, "rates": 8}  # rows of a block
IO_FAILURE = 74

TABLE = []
for byte in range(256):
    for _ in range(8):
        byte = (byte >> 1) ^ (0x82F63B78 if byte & 1 else 0)
    TABLE.append(byte)


def crc32c(data):
    crc = 0xFFFFFFFF
    for byte in data:
        crc = (crc >> 8) ^ TABLE[(crc ^ byte) & 0xFF]
    return crc ^ 0xFFFFFFFF


def record(file, log):
    """Rows in use and the checksums of the last block, of the slot that counts."""
    slots = [slot for slot in file["provenance"][log]["commits"][()] if crc32c(slot[:-1].astype("<u8").tobytes()) == slot[-1]]
    last = max(slots, key=lambda slot: slot[0])
    return int(last[1]), last[2:-1]


class Logs(e2e.Case):
    @classmethod
    def setUpClass(cls):
        folder = e2e.tempfile.TemporaryDirectory()
        cls.addClassCleanup(folder.cleanup)
        cls.reference = pathlib.Path(folder.name) / "reference.h5"
        outcome = e2e.Run(folder.name, [cls.reference, FLUSHES, ROWS, CAPACITY], binary=LOG_RUN).wait()
        assert outcome.code == 0, outcome
        with h5py.File(cls.reference) as file:
            cls.rows = {log: {name: file[log][name][()] for name in names(file, log)} for log in LOGS}

    def setUp(self):
        super().setUp()
        self.rng = random.Random(f"7 {self._testMethodName}")
        self.path = self.folder / "out.h5"

    def log_run(self, ranks=2, env=None, path="out.h5", capacity=CAPACITY):
        return e2e.Run(self.folder, [path, FLUSHES, ROWS, capacity], ranks=ranks, env=env, binary=LOG_RUN)

    def resume(self, path="out.h5"):
        outcome = self.log_run(self.rng.choice((1, 2, 3)), path=path).wait()
        self.assertEqual(outcome.code, 0, outcome)
        self.assert_identical(self.reference, path)

    def assert_used_rows_are_right(self, path=None):
        """What a reader finds at this moment. Returns the rows of the logs."""
        found = []
        with h5py.File(path or self.path) as file:
            for log, block in LOGS.items():
                used, tail = record(file, log)
                crcs = file["provenance"][log]["crc"][()]
                for column, name in enumerate(names(file, log)):
                    values = file[log][name][:used]
                    np.testing.assert_array_equal(values, self.rows[log][name][:used], f"{log}/{name}")
                    for first in range(0, used, block):
                        stored = crcs[first // block, column] if first + block <= used else tail[column]
                        self.assertEqual(crc32c(values[first : first + block].tobytes()), stored, f"{log}/{name} from {first}")
                found.append(used)
        return found

    def fault(self, point, passage, action, rank=None):
        return {"MODSCAPE_FAULT": f"{point}:{passage}:{action}"} | ({} if rank is None else {"MODSCAPE_FAULT_RANK": str(rank)})

    def test_any_number_of_ranks_writes_the_same_file(self):
        for ranks in (1, 2, 3, 5):
            path = f"{ranks}.h5"
            outcome = self.log_run(ranks, path=path).wait()
            self.assertEqual(outcome.code, 0, outcome)
            self.assert_identical(self.reference, path)
            self.assertEqual(self.assert_used_rows_are_right(self.folder / path), [len(next(iter(self.rows[log].values()))) for log in LOGS])

    def points(self, *passages):
        """Every state of a commit, at a passage drawn from each of these ranges; rank 0 commits."""
        for point, rank in (("log-begin", 1), ("log-data", 0), ("log-data", 1), ("log-crc", 0), ("log-commit", 0)):
            for passage in passages:
                yield point, self.rng.randint(*passage), rank
        for point in ("create", "finish", "close"):
            yield point, 1, 0

    def test_kill_of_one_rank_in_every_state(self):
        for point, passage, rank in self.points((1, 4), (5, FLUSHES - 1)):
            with self.subTest(point=point, passage=passage, rank=rank):
                outcome = self.log_run(2, self.fault(point, passage, "kill", rank)).wait()
                self.assertNotIn(outcome.code, (0, e2e.BAD_INPUT, e2e.STOPPED), f"not killed: {outcome}")
                if point != "create":
                    self.assert_used_rows_are_right()
                self.resume()
                for path in self.folder.glob("out.h5*"):
                    path.unlink()

    def test_kill_of_all_ranks_and_a_look_at_the_file_before(self):
        for point, passage, rank in self.points((2, FLUSHES - 1)):
            with self.subTest(point=point, passage=passage, rank=rank):
                run = self.log_run(3, self.fault(point, passage, "stop", rank))
                self.assertTrue(run.until(lambda: any(map(e2e.is_stopped, e2e.session_members(run.pid)))), "ended too early")
                if point != "create":
                    self.assert_used_rows_are_right()  # by a reader beside the writers
                run.kill()
                if point != "create":
                    self.assert_used_rows_are_right()
                self.resume()
                for path in self.folder.glob("out.h5*"):
                    path.unlink()

    def test_kills_of_one_run_again_and_again(self):
        for _ in range(5):
            point, passage = self.rng.choice(("log-data", "log-crc", "log-commit")), self.rng.randint(3, 14)
            outcome = self.log_run(self.rng.choice((1, 2, 3)), self.fault(point, passage, "kill")).wait()
            self.assertNotIn(outcome.code, (e2e.BAD_INPUT, e2e.STOPPED), outcome)
            self.assert_used_rows_are_right()
        self.resume()

    def stopped_at(self, point, passage):
        """The file of a run that was killed there."""
        outcome = self.log_run(2, self.fault(point, passage, "kill", 0)).wait()
        self.assertNotIn(outcome.code, (0, e2e.BAD_INPUT), outcome)

    def test_a_damaged_block_is_named_and_the_file_untouched(self):
        self.stopped_at("log-commit", 30)  # both logs record: flush 15
        with h5py.File(self.path, "r+") as file:
            file["spikes/E/node_ids"][1000] += 1
        before = self.path.read_bytes()
        outcome = self.log_run().wait()
        self.assertEqual(outcome.code, e2e.BAD_INPUT, outcome)
        self.assertIn("block 15 of log /spikes/E is damaged: rows 960 to 1023, column node_ids", outcome.err)
        with h5py.File(self.path) as file:
            self.assertEqual(record(file, "spikes/E")[0], record_of(before, self.folder)[0])

    def test_a_truncated_file_is_refused_and_untouched(self):
        self.stopped_at("log-commit", 30)
        size = self.path.stat().st_size
        for length in (0, 100, size // 2, size - 1):
            with self.subTest(length=length):
                os.truncate(self.path, length)
                outcome = self.log_run().wait()
                self.assertEqual(outcome.code, e2e.BAD_INPUT, outcome)
                self.assertIn("not a readable results file", outcome.err)
                self.assertEqual(self.path.stat().st_size, length)

    def test_a_full_log_stops_the_run_and_loses_nothing(self):
        outcome = self.log_run(2, capacity=1000).wait()
        self.assertEqual(outcome.code, e2e.STOPPED, outcome)
        self.assertRegex(outcome.err, "log_full: /spikes/E has room for 1000 rows, 1[0-9]{3} are wanted")
        used, flushes = self.assert_used_rows_are_right()
        self.assertGreater(used, 1000 - 2 * ROWS)
        self.assertIn(f"{used:>8}/1000 rows in use", self.run_ok("status", self.path).out)
        self.assertIn(f"{flushes:>8}/{FLUSHES} rows in use", self.run_ok("status", self.path).out)

    def test_full_disk_before(self):
        e2e.SmallDisk(self, "size=32k")
        outcome = self.log_run(path="disk/out.h5").wait()
        self.assertEqual(outcome.code, e2e.BAD_INPUT, outcome)
        self.assertIn("are missing", outcome.err)
        self.assertEqual(e2e.files_in(self.folder / "disk"), [])

    def test_full_disk_in_a_run_is_no_matter_until_it_is_finished(self):
        disk = e2e.SmallDisk(self, "size=16m")
        run = self.log_run(path="disk/out.h5", env=self.fault("log-data", 20, "stop", 0))
        self.assertTrue(run.until(lambda: any(map(e2e.is_stopped, e2e.session_members(run.pid)))), "ended too early")
        run.kill()
        disk.fill()
        outcome = self.log_run(path="disk/out.h5").wait()
        self.assertEqual(outcome.code, IO_FAILURE, outcome)
        self.assert_used_rows_are_right(self.folder / "disk/out.h5")
        disk.free()
        self.resume("disk/out.h5")
        self.assertEqual(e2e.files_in(self.folder / "disk"), ["out.h5", "out.h5.checkpoint"])

    def test_status_of_a_finished_file(self):
        out = self.run_ok("status", self.reference).out
        for log in LOGS:
            self.assertRegex(out, rf"/{log} +{len(next(iter(self.rows[log].values())))} rows, finished\n")

    def test_differences_are_found(self):
        shutil.copy(self.reference, self.path)
        with h5py.File(self.path, "r+") as file:
            file["spikes/E/node_ids"][7] += 1
        outcome = self.run_program("compare", self.reference, self.path)
        self.assertEqual(outcome.code, 1)
        self.assertIn("/spikes/E/node_ids: 1 of ", outcome.out)

    def test_spikes_are_laid_out_as_sonata_wants_them(self):
        """At any time; a file that is not finished has rows behind those that count."""
        self.stopped_at("log-commit", 11)
        for path in (self.path, self.reference):
            with h5py.File(path) as file:
                self.assertEqual((file.attrs["magic"], file.attrs["magic"].dtype), (0x0A7A, np.uint32))
                np.testing.assert_array_equal(file.attrs["version"], np.array([0, 1], np.uint32))
                self.assertEqual(file.attrs["version"].dtype, np.uint32)
                population = file["spikes/E"]
                self.assertEqual((population["timestamps"].dtype, population["node_ids"].dtype), ("<f8", "<u8"))
                self.assertEqual(population["timestamps"].attrs["units"], b"ms")
                self.assertEqual(population["timestamps"].shape, population["node_ids"].shape)
                sorting = population.attrs.get_id("sorting")
                self.assertEqual(h5py.check_enum_dtype(sorting.dtype), {"none": 0, "by_id": 1, "by_time": 2})
                self.assertEqual(population.attrs["sorting"], 2)
                self.assertEqual([scale.name for scale in population["timestamps"].dims[0].values()], ["/spikes/E/spike"])
                times = population["timestamps"][: record(file, "spikes/E")[0]]
                self.assertTrue((np.diff(times) >= 0).all())

    def test_libsonata_reads_the_spikes(self):
        try:
            import libsonata
        except ImportError as error:
            self.skipTest(f"{error} (PyPI: libsonata)")
        population = libsonata.SpikeReader(str(self.reference))["E"]
        self.assertEqual(str(population.sorting).split(".")[-1], "by_time")
        spikes = population.get_dict()
        np.testing.assert_array_equal(spikes["timestamps"], self.rows["spikes/E"]["timestamps"])
        np.testing.assert_array_equal(spikes["node_ids"], self.rows["spikes/E"]["node_ids"])


def names(file, log):
    return file["provenance"][log]["crc"].attrs["columns"].decode().split()


def record_of(content, folder):
    path = folder / "before.h5"
    path.write_bytes(content)
    with h5py.File(path) as file:
        return record(file, "spikes/E")


if __name__ == "__main__":
    unittest.main(verbosity=2)
