# SPDX-License-Identifier: Apache-2.0
"""jobs/examples/path_verdict.toml with fewer points: the verdict along paths, family by family. Seeded; one and two ranks, and a
kill while paths are followed."""
import pathlib
import subprocess
import sys
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "support"))
import e2e  # noqa: E402
import h5py  # noqa: E402
import numpy as np  # noqa: E402

PROBABILITIES = ("p_switching", "p_scaling", "p_none", "p_undetermined")
PAIR = "off_to_on"


class PathVerdict(e2e.Case):
    def setUp(self):
        super().setUp()
        self.write("job.toml", e2e.example("path_verdict.toml", ("draws = 256\naccepted = 32", "draws = 192\naccepted = 6"), ("rounds = 6\ndraws = 256", "rounds = 4\ndraws = 192"), ("paths = 128", "paths = 24"), ("points = 2048", "points = 1024")))

    def test_from_paths_to_the_verdict(self):
        outcome = self.run_ok("study", "job.toml", "-o", "one.h5")
        for words in ("family", "paths switch", "without any family"):
            self.assertIn(words, outcome.out)
        with h5py.File(self.folder / "one.h5") as file:
            self.check_paths(file, file[f"paths/{PAIR}"], followed=True)
            self.check_paths(file, file[f"null_paths/{PAIR}"], followed=False)
            self.check_verdict(file[f"path_verdict/{PAIR}"], file[f"paths/{PAIR}"])
        report = subprocess.run([sys.executable, e2e.SOURCE / "analysis/report.py", "one.h5", "-o", "report"], cwd=self.folder, capture_output=True, text=True)
        self.assertEqual(report.returncode, 0, report.stderr)
        self.assertTrue((self.folder / "report/verdict_by_family.png").stat().st_size > 10000)
        # The same on two ranks, killed while paths are followed.
        run = self.start("study", "job.toml", "-o", "two.h5", ranks=2)
        run.until_said(f"paths {PAIR}")
        run.kill()
        self.run_ok("study", "job.toml", "-o", "two.h5", ranks=2)
        self.assert_identical("one.h5", "two.h5")

    def check_paths(self, file, paths, followed):
        self.assertTrue((paths["status"][()] == 1).all())
        kept = np.flatnonzero(file[f"effect/{PAIR}/judgement"][()] == b"kept")
        self.assertGreaterEqual(len(kept), 1)
        self.assertEqual(set(paths["family"][()]), set(kept))
        changes = paths["changes"][()]
        self.assertTrue((changes >= 0).all())
        regime, begin = paths["span_regime_from"][()], paths["span_begin_from"][()]
        self.assertTrue((begin[:, 0] == 0).all())
        self.assertTrue((np.diff(begin, axis=1)[regime[:, 1:] >= 0] > 0).all())
        # Rest ends between the last step that rests and the rheobase, which is that of steps from rest and bisected.
        rests = (regime[:, 0] == 0) & (regime[:, 1] >= 0)
        onset = begin[rests, 1]
        self.assertGreater(rests.sum(), 12)
        self.assertLess(np.median(np.abs(onset - paths["rheobase_from"][()][rests])), 10)
        switching = (changes & 15) != 0
        fraction = paths["critical_fraction"][()]
        if followed:
            self.assertTrue((np.isfinite(fraction) == switching).all())
            told = paths["span_regime_along"][:, 0] >= 0
            self.assertGreater(told.mean(), 0.9)
            self.assertTrue((paths["span_begin_along"][:, 0][told] == 0).all())
            self.assertEqual(len(set(paths["followed_current"][()])), 1)
        else:
            self.assertTrue(np.isnan(fraction).all())
            self.assertTrue((paths["span_regime_along"][()] == -1).all())

    def check_verdict(self, verdict, paths):
        families = verdict["family_label"][()]
        for row, label in enumerate(families):
            names = dict(pair.split(" ", 1) for pair in paths["family"].attrs["family_names"].decode().split(", "))
            mine = np.array([names[str(number)].encode() == label for number in paths["family"][()]])
            self.assertAlmostEqual(sum(verdict[name][row] for name in PROBABILITIES), 1, 9)
            self.assertAlmostEqual(verdict["switching_share"][row], ((paths["changes"][mine] & 15) != 0).mean(), 12)
            shift = paths["rheobase_to"][mine] - paths["rheobase_from"][mine]
            self.assertAlmostEqual(verdict["shift"][row], shift.mean(), 9)
            self.assertLess(verdict["shift"][row], -40)  # the neurons fire earlier in the on state
        self.assertEqual(verdict["null_switching_share"].shape, (len(families), 100))
        said = set(verdict["family_verdict"][()])
        self.assertEqual(verdict.attrs["verdict"], said.pop() if len(said) == 1 else b"undetermined")


if __name__ == "__main__":
    unittest.main()
