# SPDX-License-Identifier: Apache-2.0
"""The same job on 1, 2, 3 and 5 ranks, and once more on 3, makes the same file (bit by bit, outside /provenance); a sweep also
on 8 ranks and with chunks of any size."""
import pathlib
import sys
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "support"))
import e2e  # noqa: E402


class Ranks(e2e.Case):
    def check(self, kind, job):
        self.write("job.toml", job)
        self.run_ok(kind, "job.toml", "-o", "1.h5", ranks=1)
        for ranks in (2, 3, 5):
            self.run_ok(kind, "job.toml", "-o", f"{ranks}.h5", ranks=ranks)
            self.assert_identical("1.h5", f"{ranks}.h5")
        self.run_ok(kind, "job.toml", "-o", "again.h5", ranks=3)
        self.assert_identical("3.h5", "again.h5")

    def test_study(self):
        self.check("study", e2e.example("small_study.toml"))

    def test_effects(self):
        self.check("effect", e2e.tiny_study_with_effects())

    def test_sweep_cvode(self):
        self.check("sweep", e2e.example("small_sweep.toml"))

    def test_sweep_with_rounds(self):
        """Refined points come from the rows of earlier rounds, whoever computed them."""
        self.check("sweep", e2e.example("landscape.toml", ("count = 17", "count = 9"), ("points = 200", "points = 40"), ("points = 400", "points = 60")))

    def test_sweep_ensemble(self):
        self.check("sweep", e2e.example("small_sweep.toml", ('method = "cvode"', 'method = "ensemble"')))

    def test_sweep_in_chunks_of_any_size(self):
        self.write("job.toml", e2e.example("small_sweep.toml", ('method = "cvode"', 'method = "ensemble"')))
        self.run_ok("sweep", "job.toml", "-o", "reference.h5")
        for ranks in (1, 2, 3, 5, 8):
            for chunk_rows in (1, 7, 64):
                with self.subTest(ranks=ranks, chunk_rows=chunk_rows):
                    self.run_ok("sweep", "job.toml", "-o", "out.h5", "--force", ranks=ranks, env={"MODSCAPE_CHUNK_ROWS": str(chunk_rows)})
                    self.assert_identical("reference.h5", "out.h5")


if __name__ == "__main__":
    unittest.main()
