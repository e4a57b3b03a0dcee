# SPDX-License-Identifier: Apache-2.0
"""`modscape effect` from outside: its part of a study, in the study's file, before or after the rest. Seeded; one or two ranks."""
import pathlib
import sys
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "support"))
import e2e  # noqa: E402
import h5py  # noqa: E402
import numpy as np  # noqa: E402

SINGLES = ["none", "C_m", "g_L", "E_L", "V_T", "Delta_T", "a", "b", "tau_w", "V_r", "conductance"]
JUDGEMENTS = {"kept", "not rejected", "rejected: misfit", "rejected: outweighed", "undecided"}


class Effect(e2e.Case):
    def setUp(self):
        super().setUp()
        self.write("job.toml", e2e.tiny_study_with_effects())

    def test_results(self):
        outcome = self.run_ok("effect", "job.toml", "-o", "e.h5")
        for words in ("off -> on", "on -> on_SCH23390", "conductance", "separate"):
            self.assertIn(words, outcome.out)
        self.assert_tidy("job.toml", "e.h5")
        with h5py.File(self.folder / "e.h5") as file:
            for pair in ("off_to_on", "on_to_on_SCH23390"):
                group = file[f"effect/{pair}"]
                self.assertEqual([name.decode() for name in group["family_label"]], SINGLES)
                self.assertLessEqual({text.decode() for text in group["judgement"]}, JUDGEMENTS)
                self.assertEqual(group["log_evidence_difference"][()].max(), 0)
                self.assertEqual(len(group["effect_median"]), 9 + 2)
                low, middle, high = (group[f"effect_{name}"][()] for name in ("low", "median", "high"))
                self.assertTrue((low <= middle).all() and (middle <= high).all())
                for name in ("p_value", "p_value_from", "p_value_to"):
                    self.assertTrue(((group[name][()] >= 0) & (group[name][()] <= 1)).all())
                self.assertIn(b"not an acute bath", group.attrs["caveat"])
                rows = file[f"effect_rounds/{pair}/round_1"]
                np.testing.assert_array_equal(rows["family"], np.tile(np.arange(11), 16))
                self.assertTrue(np.isnan(rows["effect_1"][::11]).all())  # none
                self.assertTrue(np.isfinite(rows["effect_2"][10::11]).all())  # conductance

    def test_a_study_goes_on_from_its_effects(self):
        self.run_ok("effect", "job.toml", "-o", "parts.h5", ranks=2)
        self.assertIn("nothing to do", self.run_ok("effect", "job.toml", "-o", "parts.h5").out)
        self.run_ok("study", "job.toml", "-o", "parts.h5")
        outcome = self.run_ok("study", "job.toml", "-o", "whole.h5")
        self.assertIn("effects\n  off -> on", outcome.out)
        self.assert_identical("parts.h5", "whole.h5")

    def test_a_finished_study_grows_by_its_effects(self):
        self.write("before.toml", e2e.tiny_study())
        self.run_ok("study", "before.toml", "-o", "grown.h5")
        self.run_ok("effect", "job.toml", "-o", "grown.h5")
        self.run_ok("study", "job.toml", "-o", "grown.h5")
        self.assertIn("nothing to do", self.run_ok("study", "job.toml", "-o", "grown.h5").out)
        self.run_ok("study", "job.toml", "-o", "whole.h5")
        self.assert_identical("grown.h5", "whole.h5")

    def test_dry_run(self):
        out = self.run_ok("effect", "job.toml", "--dry-run").out
        self.assertIn("effects       2 pairs of conditions x 11 families x 2 rounds x 16 points", out)
        self.assertNotIn("models", out)
        self.assert_tidy("job.toml")

    def test_refusals(self):
        for text, *words in (
            (e2e.tiny_study(), "no table [effect]", "add a line [effect]"),
            (e2e.tiny_study_with_effects(("draws = 16", "draw = 16")), "draw", "draws"),
            (e2e.tiny_study_with_effects(("pairs = false", 'voltage_shift = "0 mV"')), "voltage_shift"),
            (e2e.tiny_study_with_effects(("rounds = 2\ndraws = 16", "rounds = 0")), "rounds"),
        ):
            self.write("bad.toml", text)
            outcome = self.run_program("effect", "bad.toml", "-o", "bad.h5")
            self.assertEqual(outcome.code, e2e.BAD_INPUT, outcome)
            for word in words:
                self.assertIn(word, outcome.err)
        self.assertFalse((self.folder / "bad.h5").exists())

    def test_help(self):
        out = self.run_ok("effect", "--help").out
        self.assertIn("mpirun -n 2 modscape effect jobs/spn_levodopa_effects.toml", out)


if __name__ == "__main__":
    unittest.main()
