# SPDX-License-Identifier: Apache-2.0
"""jobs/examples/small_study.toml: what holds for any study, and the numbers of this one. They are seeded; tolerances allow for
a libm that rounds otherwise, which may move a model across an acceptance, but not the data nor the size of an effect."""
import pathlib
import sys
import tempfile
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "support"))
import e2e  # noqa: E402
import h5py  # noqa: E402
import numpy as np  # noqa: E402

CONDITIONS = ("off", "on", "on_SCH23390")
PAIRS = ("off_to_on", "on_to_on_SCH23390")
PROBABILITIES = ("p_switching", "p_scaling", "p_none", "p_undetermined")


class SmallStudy(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        folder = tempfile.TemporaryDirectory()
        cls.addClassCleanup(folder.cleanup)
        path = pathlib.Path(folder.name)
        (path / "job.toml").write_text(e2e.example("small_study.toml"))
        cls.outcome = e2e.Run(path, ("study", "job.toml")).wait()
        if cls.outcome.code != 0:
            raise AssertionError(cls.outcome)
        cls.file = h5py.File(path / "job.h5")
        cls.addClassCleanup(cls.file.close)

    def per_condition(self, group):
        return [(name, self.file[f"{group}/{name}"]) for name in CONDITIONS]

    def test_all_rows_are_done(self):
        tables = []

        def collect(path, item):
            if isinstance(item, h5py.Group) and "crc" in item:
                tables.append(path)
                self.assertTrue((item["status"][()] == 1).all(), path)

        self.file.visititems(collect)
        rows = {path: len(self.file[path]["row"]) for path in tables}
        self.assertEqual(rows.pop("exploration"), 256)
        self.assertEqual({n for path, n in rows.items() if path.startswith("refinement")}, {64})
        self.assertEqual({n for path, n in rows.items() if path.startswith(("models", "null"))}, {16})
        self.assertEqual(len(rows), 3 * (2 + 1 + 1))

    def test_data(self):
        cells, rheobase = {"off": 15, "on": 6, "on_SCH23390": 10}, {"off": 3380 / 15, "on": 1980 / 15, "on_SCH23390": 126}
        last = {"off": (9.2, 1.512), "on": (14.833, 2.774), "on_SCH23390": (16.6, 0.8)}
        for name, fit in self.per_condition("fit"):
            self.assertEqual(fit.attrs["cells"], cells[name])
            self.assertAlmostEqual(fit["rheobases"][()].mean(), rheobase[name], 9)
            self.assertEqual((fit["mean"][-1], fit["sem"][-1]), last[name])
            np.testing.assert_array_equal(fit["data_current"], np.arange(20, 301, 20))
            np.testing.assert_array_equal(fit["data_current"][()][fit["held_out"][()] == 1], [120, 200, 280])
            np.testing.assert_allclose(fit["sd_floored"], np.maximum(fit["sem"], 0.5 / np.sqrt(cells[name])), rtol=1e-12)

    def test_bands_are_ordered(self):
        for _, fit in self.per_condition("fit"):
            bands = [fit[f"band_{level}"][()] for level in ("2_5", "16", "84", "97_5")]
            self.assertTrue((np.diff(bands, axis=0) >= 0).all())
            self.assertTrue((fit["predictive_2_5"][()] <= fit["predictive_97_5"][()]).all())
            self.assertTrue((np.diff(fit["predicted_mean"]) > -1).all())  # firing grows with the current, but for saturation

    def test_sample_sizes(self):
        for _, fit in self.per_condition("fit"):
            self.assertGreaterEqual(fit.attrs["ess"], 1)
            self.assertLess(fit.attrs["ess"], 256 + 3 * 2 * 64)
            self.assertEqual(len(fit["ess_by_round"]), len(fit["round"]))
            self.assertTrue((fit["posterior_sd"][()] >= 0).all())
            self.assertEqual(list(fit["parameter_label"].asstr()), ["C_m", "g_L", "Delta_T", "a", "b", "tau_w", "V_r"])
            self.assertGreaterEqual(fit.attrs["within_2_sem"], fit.attrs["within_1_sem"])

    def test_weights_sum_to_one(self):
        self.assertAlmostEqual(self.file["reduction/explained"][()].sum(), 1, 9)
        for name in PAIRS:
            verdict = self.file[f"verdict/{name}"]
            self.assertAlmostEqual(sum(verdict.attrs[p] for p in PROBABILITIES), 1, 9)
            for share in ("share_from", "share_to"):
                self.assertAlmostEqual(verdict[share][()].sum(), 1, 9)

    def test_kernel_against_cvode(self):
        for _, models in self.per_condition("models"):
            self.assertTrue((models["cvode_count_difference"][()] == 0).all())
            self.assertLess(models["cvode_time_difference"][()].max(), 0.2)  # ms
            self.assertLess(np.nanmax(models["landmark_error"]), 1e-4)  # pA

    def test_models_keep_the_gauge_and_the_ranges(self):
        for _, models in self.per_condition("models"):
            for name, value in (("E_L", -85), ("V_T", -45), ("t_ref", 2), ("V_peak", 0)):
                np.testing.assert_allclose(models[name], value, rtol=0, atol=1e-12)
            for name, low, high in (("C_m", 40, 250), ("g_L", 1.5, 8), ("Delta_T", 0.5, 5), ("a", -3, 5), ("b", 0, 400), ("tau_w", 10, 500), ("V_r", -75, -47)):
                self.assertTrue(((models[name][()] >= low) & (models[name][()] <= high)).all(), name)

    def test_rheobases_fit_their_steps(self):
        for _, models in self.per_condition("models"):
            step, rheobase = models["rheobase_step"][()], models["rheobase"][()]
            fires = np.isfinite(step)
            self.assertTrue((rheobase[fires] <= step[fires] + 1e-9).all())
            self.assertTrue((rheobase[fires] > step[fires] - 20 - 1e-9).all())
            counts, currents = models["counts"][()], models["data_current"][()]
            self.assertTrue(((counts > 0) == (currents >= step[:, None])).all())

    def test_numbers_of_this_study(self):
        rheobase = {name: models["rheobase"][()].mean() for name, models in self.per_condition("models")}
        for name, expected in (("off", 210), ("on", 120), ("on_SCH23390", 121)):
            self.assertAlmostEqual(rheobase[name], expected, delta=12)
        for pair, shift in (("off_to_on", -90), ("on_to_on_SCH23390", 2)):
            attributes = self.file[f"verdict/{pair}"].attrs
            self.assertAlmostEqual(attributes["shift"], shift, delta=15)
            self.assertGreater(attributes["gain_ratio"], 0.8)
            self.assertLess(attributes["gain_ratio"], 1.7)
            self.assertEqual(attributes["p_switching"], 0)
        self.assertGreater(self.file["verdict/off_to_on"].attrs["p_scaling"], 0.95)
        self.assertLess(self.file["verdict/off_to_on"].attrs["shift_p_value"], 0.05)

    def test_too_few_points_for_a_verdict(self):
        for pair in PAIRS:
            attributes = self.file[f"verdict/{pair}"].attrs
            self.assertEqual(attributes["verdict"], b"undetermined")
            self.assertRegex(attributes["reason"].decode(), "^(a fit rests on an effective sample size of [1-4], less than the 5 asked for"
                             "|the halves keep only [0-9]+ effective draws, too few for a null)$")
        for name, fit in self.per_condition("fit"):
            self.assertEqual(f"warning: condition {name}: effective sample size" in self.outcome.err, fit.attrs["ess"] < 5)
        self.assertIn("off -> on: undetermined", self.outcome.out)
        self.assertIn("note: off/on is a levodopa state of hours", self.outcome.out)

    def test_caveat_travels_with_the_conclusions(self):
        for path in ("complete", "reduction", *(f"verdict/{p}" for p in PAIRS), *(f"fit/{c}" for c in CONDITIONS)):
            self.assertIn(b"not an acute bath of dopamine", self.file[path].attrs["caveat"])


if __name__ == "__main__":
    unittest.main()
