# SPDX-License-Identifier: Apache-2.0
"""Landscapes from outside, on 1 to 3 ranks: simulation and continuation agree, closed forms, interruptions, refusals."""
import csv
import pathlib
import subprocess
import sys
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "support"))
import e2e  # noqa: E402
import h5py  # noqa: E402
import numpy as np  # noqa: E402

EXAMPLE = e2e.example("excitability_landscape.toml")
SMALL = EXAMPLE.replace("to = \"20 nS\", count = 21", "to = \"10 nS\", count = 6").replace("cells = 51", "cells = 15")
G_L, E_L, V_T, DELTA_T, C_M, TAU_W = 10, -58, -50, 2, 200, 120
UNDECIDED = 1


def saddle_node(a):
    """I_SN (Touboul & Brette 2008)."""
    return (G_L + a) * (V_T + DELTA_T * np.log(1 + a / G_L) - E_L - DELTA_T)


def hopf(a):
    ratio = C_M / G_L / TAU_W
    return (G_L + a) * (V_T + DELTA_T * np.log(1 + ratio) - E_L - DELTA_T) + G_L * DELTA_T * (a / G_L - ratio)


class Landscapes(e2e.Case):
    def landscape(self, job, *options, name="out.h5", **how):
        self.write("job.toml", job)
        return self.run_ok("landscape", "job.toml", "-o", name, *options, **how)

    def test_agrees_with_itself_and_with_closed_forms(self):
        outcome = self.landscape(EXAMPLE.replace("count = 21", "count = 11"), ranks=2)
        self.assertRegex(outcome.out, r"cells +561; simulation and continuation agree at 5\d\d, differ at 0, undecided \d\n")
        with h5py.File(self.folder / "out.h5") as file:
            table = file["landscape"]
            a, current = table["a"][()], table["cell"][()]
            agreement, regime, firing = table["agreement"][()], table["regime"][()], table["firing"][()]
            names = dict(entry.split() for entry in table["regime"].attrs["regime_names"].decode().split(", "))
            kinds, across, along = table["piece_kind"][()], table["piece_across"][()], table["piece_along"][()]
            corners = np.argwhere(table["corner_kind"][()] == 2)
            np.testing.assert_equal(table["complete"][()], 1)
            np.testing.assert_equal(table["unexplained"][()], 0)
            bogdanov_takens = table["corner_across"][tuple(corners[0])]
            special, value = table["special_kind"][()], table["special_value"][()]
            kind = dict(entry.split()[::-1] for entry in table["special_kind"].attrs["kind_meanings"].decode().split(", "))
        self.assertFalse(np.any(agreement > UNDECIDED))
        self.assertLess(np.mean(agreement == UNDECIDED), 0.01)
        # Rest where the closed forms say so, at every cell that is decided.
        boundary = np.where(a > bogdanov_takens, hopf(a), saddle_node(a))
        rests = np.isin(regime, [int(code) for code, name in names.items() if name in ("rest", "rest+spiking")])
        decided = regime >= 0
        np.testing.assert_array_equal(rests[decided], (current < boundary[:, None])[decided])
        self.assertEqual({names[str(code)] for code in np.unique(firing[decided])}, {"rest", "tonic", "bursting"})
        # Bistable where the homoclinic point lies below the end of rest, and there only: firing ends at the one, rest at the other.
        bistable = regime == int(next(code for code, name in names.items() if name == "rest+spiking"))
        self.assertGreater(bistable.sum(), 4)
        for row in range(len(a)):
            ends = value[row][(special[row] == int(kind["homoclinic"])) | (special[row] == int(kind["saddle_node_homoclinic"]))]
            between = (current > ends.min()) & (current < boundary[row])
            np.testing.assert_array_equal(bistable[row][decided[row]], between[decided[row]])
        # Curves: every point on its closed form, the corner where a/g_L = tau_m/tau_w.
        for kind, closed in ((1, saddle_node), (2, hopf)):
            on = np.isfinite(across) & (kinds == kind)[:, :, None]
            self.assertGreater(on.sum(), 50)
            np.testing.assert_allclose(along[on], closed(across[on]), rtol=0, atol=1e-6)
        self.assertEqual(len(corners), 1)
        self.assertAlmostEqual(bogdanov_takens, C_M / TAU_W, delta=1e-6)

    def test_any_number_of_ranks_shards_and_kills(self):
        for ranks in (1, 2, 3):
            self.landscape(SMALL, name=f"{ranks}.h5", ranks=ranks)
        self.assert_identical("1.h5", "2.h5")
        self.assert_identical("1.h5", "3.h5")
        for shard in range(2):
            self.run_ok("landscape", "job.toml", "--shard", f"{shard}/2", "-o", f"job.shard-{shard}-of-2.h5")
        self.run_ok("merge", "job.h5")
        self.assert_identical("1.h5", "job.h5")
        outcome = self.run_program("landscape", "job.toml", "-o", "out.h5", ranks=2, env={"MODSCAPE_FAULT": "between:2:kill", "MODSCAPE_CHUNK_ROWS": "1"})
        self.assertNotEqual(outcome.code, 0)
        self.run_ok("landscape", "job.toml", "-o", "out.h5", ranks=3)
        self.assert_identical("out.h5", "1.h5")

    def test_over_a_dose(self):
        """A dose that moves E_L and a current: the fold lies where I_SN of the moved E_L is that current."""
        job = EXAMPLE.replace('a = {from = "0 nS", to = "20 nS", count = 21}', 'dopamine = ["0 uM", "1 uM", "4 uM"]').replace("cells = 51", "cells = 8")
        job += ('[modulator.dopamine]\n[[receptor]]\nname = "D1"\nmodulator = "dopamine"\nEC50 = "1 uM"\n'
                '[[effect]]\nreceptor = "D1"\nrule = "shift"\nparameter = "E_L"\nby = "3 mV"\nmeasured_at = "4 uM"\n')
        self.landscape(job.replace("[axes]", "a = 0\n[axes]"))
        with h5py.File(self.folder / "out.h5") as file:
            table = file["landscape"]
            on = np.isfinite(table["piece_across"][()])
            dose, along = table["piece_across"][on], table["piece_along"][on]
            np.testing.assert_array_equal(table["agreement"][()] > UNDECIDED, False)
        shift = 3 * (dose / (dose + 1)) / 0.8
        np.testing.assert_allclose(along, G_L * (V_T - E_L - shift - DELTA_T), atol=1e-6)
        self.assertGreater(np.ptp(dose), 3.9)

    def test_figure(self):
        self.landscape(SMALL, ranks=2)
        report = [sys.executable, e2e.SOURCE / "analysis/report.py", self.folder / "out.h5", "-o", self.folder / "report"]
        subprocess.run(report, check=True, capture_output=True)
        self.assertGreater((self.folder / "report/regime_map.png").stat().st_size, 20000)
        with open(self.folder / "report/regime_map.csv") as stream:
            rows = list(csv.DictReader(line for line in stream if not line.startswith("#")))
        regimes = [row["value"] for row in rows if row["panel"] == "regime"]
        self.assertEqual(len(regimes), 6 * 15)
        self.assertLessEqual({"rest", "tonic", "bursting"}, set(regimes))
        curve = [(float(row["x"]), float(row["value"])) for row in rows if (row["panel"], row["series"]) == ("curves", "hopf")]
        np.testing.assert_allclose([y for _, y in curve], [hopf(x) for x, _ in curve], atol=1e-6)
        self.assertIn("agree at", (self.folder / "report/report.html").read_text())

    def test_plan_and_refusals(self):
        self.write("job.toml", EXAMPLE)
        self.assertRegex(self.run_ok("landscape", "job.toml", "--dry-run").out, r"strips +21 of 51 cells\noutput +[\d.]+ MB\ntime +about")
        script = self.run_ok("submit", "job.toml", "--profile", "local", "--shards", "4", "--dry-run").out
        self.assertRegex(script, r"landscape \"\$job\" --shard [^ ]*/4")
        for change, message in (
                (("[axes]", "[axes]\nb = [50, 60]"), "a landscape needs one axis beside the parameter that it is continued in"),
                (('{from = "0 nS", to = "20 nS", count = 21}', "[2, 1]"), "the values of the axis a must increase"),
                (('{from = "0 nS", to = "20 nS", count = 21}', "[2]"), "the axis a needs two values at least"),
                (("cells = 51", "cells = 1"), "cells"),
                (('"amplitude"', '"a"'), "a is also varied by the design")):
            self.write("job.toml", EXAMPLE.replace('b = "100 pA"\n', "") if change[1].startswith("[axes]") else EXAMPLE)
            self.write("job.toml", (self.folder / "job.toml").read_text().replace(*change))
            outcome = self.run_program("landscape", "job.toml")
            self.assertEqual(outcome.code, e2e.BAD_INPUT, outcome.err)
            self.assertIn(message, outcome.err)


if __name__ == "__main__":
    unittest.main(verbosity=2)
