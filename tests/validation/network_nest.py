# SPDX-License-Identifier: Apache-2.0
"""Networks against NEST (aeif_cond_exp). Needs a Python that can import nest: this one, or MODSCAPE_NEST_PYTHON; without, only recorded
figures of NEST are compared with.

Neurons under given spikes: NEST's spikes and refractory periods lie on its grid and so do the inputs it is given, so NEST is off by about
a step. At steps of 0.01 and 0.001 ms (its finest, without other tics) the median distance must be below one step and that of 90 % below two; it goes on
falling with the step, so what is left is NEST's. The rest are spikes that hesitate at threshold.

N1 (jobs/network_10k.toml: 10 000 neurons, same rule of in-degrees, same delay), 10 seeds each, 200 to 712 ms. Two tests of every statistic:
  difference   Welch's t, two-sided, Bonferroni over all statistics at 1 % in all: none may differ
  equivalence  two one-sided Welch tests at 5 %: |difference| below 5 % (rate, CV of intervals; the rule of in-degrees alone moves the rate by
               12 %) or 35 % (correlation, Fano factor, whose standard deviation from seed to seed is 20 %)
Spectra are compared in three bands, relative to Poisson."""
import concurrent.futures
import os
import pathlib
import subprocess
import sys
import unittest

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "support"))
import e2e  # noqa: E402
import h5py  # noqa: E402
import numpy as np  # noqa: E402
from scipy import signal, stats  # noqa: E402

SEEDS = range(1, 11)
BEGIN, END = 200, 712  # ms
BANDS = ((10, 50), (50, 150), (150, 400))  # Hz
MARGINS = {"rate": 0.05, "cv_isi": 0.05, "correlation": 0.35, "fano": 0.35}
SIZES = {"RS": 8000, "FS": 2000}
# NEST 3.10 on another machine, three seeds, 2000 neurons of each population, 200 to 700 ms: means, and the sd between seeds.
RECORDED = {"RS": (2.81, 0.055), "FS": (11.85, 0.16)}  # Hz

REPLAY = (  # 10 + 10 neurons, each with sources of its own
    ("size = 8000\n\n[population.RS.neuron]", "size = 10\n\n[population.RS.neuron]"), ("size = 2000", "size = 10"), ("duration = \"2 s\"", "duration = \"1 s\""), ("transient = \"500 ms\"", "transient = \"0 ms\""))
SOURCES = "".join(f"""
[population.{name}]
model = "poisson"
size = 10
rate = "{rate} Hz"

[[projection]]
from = "{name}"
to = ["RS", "FS"]
port = "{port}"
rule = "one_to_one"
weight = "{weight} nS"
delay = "1.5 ms"
""" for name, rate, port, weight in (("excitation", 2120, "exc", 1.5), ("inhibition", 1180, "inh", 5)))


def nest_python():
    python = os.environ.get("MODSCAPE_NEST_PYTHON", sys.executable)
    return python if subprocess.run([python, "-c", "import nest"], capture_output=True).returncode == 0 else None


NEST = nest_python()
with_nest = unittest.skipUnless(NEST, "NEST is not installed: no Python that can import nest (MODSCAPE_NEST_PYTHON)")


def network(*changes):
    return e2e.edited((e2e.SOURCE / "jobs/network_10k.toml").read_text(), *changes)


def run_nest(job, out, *arguments):
    done = subprocess.run([NEST, HERE.parent / "support/nest_peer.py", job, "-o", out, *map(str, arguments)], capture_output=True, text=True)
    if done.returncode != 0:
        raise AssertionError(done.stdout + done.stderr)
    return np.load(out)


def statistics(times, nodes, size):
    """As in the results file (docs/output-format.md)."""
    after = (times >= BEGIN) & (times < END)
    order = np.lexsort((times[after], nodes[after]))
    times, nodes = times[after][order], nodes[after][order].astype(int)
    rate = len(times) / size / (END - BEGIN) * 1000
    trains = np.split(times, np.flatnonzero(np.diff(nodes)) + 1)
    cv = [np.std(np.diff(t)) / np.mean(np.diff(t)) for t in trains if len(t) >= 3]
    bins = (END - BEGIN) // 5
    counts = np.zeros((size, bins))
    closed = times < BEGIN + 5 * bins
    np.add.at(counts, (nodes[closed], ((times[closed] - BEGIN) // 5).astype(int)), 1)
    joint, own = counts.sum(0).var(), counts.var(1).sum()
    fine = np.histogram(times, END - BEGIN, (BEGIN, END))[0] / size * 1000
    frequency, power = signal.welch(fine, 1000, "hann", 128, return_onesided=False)
    bands = {f"power {low}-{high} Hz": power[(frequency >= low) & (frequency < high)].mean() * size / rate for low, high in BANDS}
    return {"rate": rate, "cv_isi": np.mean(cv), "correlation": (joint - own) / ((size - 1) * own), "fano": joint / counts.sum(0).mean(), **bands}


def welch(a, b):
    """Difference of the means, its standard error and degrees of freedom."""
    va, vb = np.var(a, ddof=1) / len(a), np.var(b, ddof=1) / len(b)
    return np.mean(a) - np.mean(b), np.sqrt(va + vb), (va + vb) ** 2 / (va ** 2 / (len(a) - 1) + vb ** 2 / (len(b) - 1))


def equivalent(a, b, margin):
    difference, error, freedom = welch(a, b)
    return abs(difference) + stats.t.ppf(0.95, freedom) * error < margin * np.mean(b)


class Nest(e2e.Case):
    def ours(self, seed, *changes):
        name = f"ours_{seed}"
        self.write(f"{name}.toml", network(("seed = 1", f"seed = {seed}"), ("duration = \"2 s\"", f"duration = \"{END} ms\""), ("transient = \"500 ms\"", f"transient = \"{BEGIN} ms\""), *changes))
        self.run_ok("network", f"{name}.toml", "-o", f"{name}.h5")
        with h5py.File(self.folder / f"{name}.h5") as file:
            found = {p: statistics(file[f"spikes/{p}/timestamps"][()], file[f"spikes/{p}/node_ids"][()], size) for p, size in SIZES.items()}
            for place, p in enumerate(SIZES):  # the yardstick is the same on both sides
                for key in MARGINS:
                    np.testing.assert_allclose(found[p][key], file[f"statistics/{key}"][place], rtol=1e-6, err_msg=key)
                own = {f"power {low}-{high} Hz": self.band(file["statistics"], place, p, low, high) for low, high in BANDS}
                np.testing.assert_allclose([found[p][key] for key in own], list(own.values()), rtol=1e-6)
        os.remove(self.folder / f"{name}.h5")
        return found

    @staticmethod
    def band(group, place, population, low, high):
        frequency = group["frequency"][()]
        return group["power"][place][(frequency >= low) & (frequency < high)].mean() * SIZES[population] / group["rate"][place]

    @with_nest
    def test_neurons_under_given_spikes(self):
        text = network(*REPLAY)
        text = text[:text.index("[population.ext]")] + SOURCES + "\n[record]\nspikes = [\"RS\", \"FS\", \"excitation\", \"inhibition\"]\nreserved_rate = \"3000 Hz\"\n"
        self.write("replay.toml", text)
        self.run_ok("network", "replay.toml", "-o", "replay.h5")
        with h5py.File(self.folder / "replay.h5") as file:
            spikes = {p: (file[f"spikes/{p}/timestamps"][()], file[f"spikes/{p}/node_ids"][()]) for p in ("RS", "FS", "excitation", "inhibition")}
        np.savez(self.folder / "trains.npz", **{f"{p}_{key}": spikes[p][k] for p in ("excitation", "inhibition") for k, key in enumerate(("times", "nodes"))})
        for step in (0.01, 0.001):
            theirs = run_nest(self.folder / "replay.toml", self.folder / "nest.npz", "--resolution", step, "--time", 1000, "--trains", self.folder / "trains.npz")
            errors = []
            for p in ("RS", "FS"):
                for neuron in range(10):
                    a = spikes[p][0][spikes[p][1] == neuron]
                    b = np.sort(theirs[f"{p}_times"][theirs[f"{p}_nodes"] == neuron])
                    self.assertEqual(len(a), len(b), (step, p, neuron))
                    errors += list(np.abs(a - b))
            median, most, worst = np.percentile(errors, (50, 90, 100))
            print(f"NEST at steps of {step} ms: {len(errors)} spikes, distance {median:.2g} ms (median), {most:.2g} ms (90 %), {worst:.2g} ms (worst)")
            self.assertGreater(len(errors), 100)
            self.assertLess(median, step)
            self.assertLess(most, 2 * step)
            self.assertLess(worst, 50 * step)

    @with_nest
    def test_a_network_of_ten_thousand(self):
        self.write("nest.toml", network())
        with concurrent.futures.ThreadPoolExecutor(2) as pool:
            theirs = list(pool.map(lambda seed: run_nest(self.folder / "nest.toml", self.folder / f"nest_{seed}.npz", "--seed", seed, "--warmup", BEGIN, "--time", END), SEEDS))
        theirs = [{p: statistics(t[f"{p}_times"], t[f"{p}_nodes"], size) for p, size in SIZES.items()} for t in theirs]
        ours = [self.ours(seed) for seed in SEEDS]
        other_rule = [self.ours(seed, ("rule = \"fixed_indegree\"\nindegree = 400", "rule = \"fixed_probability\"\nprobability = 0.05"), ("rule = \"fixed_indegree\"\nindegree = 100", "rule = \"fixed_probability\"\nprobability = 0.05")) for seed in SEEDS[:5]]
        keys = [(p, key) for p in SIZES for key in ours[0][p]]
        unequal = []
        for p, key in keys:
            a, b = ([run[p][key] for run in runs] for runs in (ours, theirs))
            difference, error, freedom = welch(a, b)
            p_value = 2 * stats.t.sf(abs(difference) / error, freedom)
            same = equivalent(a, b, MARGINS[key]) if key in MARGINS else None
            print(f"{p} {key}: {np.mean(a):.5g} sd {np.std(a, ddof=1):.2g}, NEST {np.mean(b):.5g} sd {np.std(b, ddof=1):.2g}; difference {100 * difference / np.mean(b):.2f} %, p {p_value:.2g}" + (f", within {100 * MARGINS[key]:g} %: {'yes' if same else 'no'}" if key in MARGINS else ""))
            if p_value < 0.01 / len(keys) or same is False:
                unequal.append((p, key))
        self.assertEqual(unequal, [])
        # Could have failed: the other rule of in-degrees does.
        self.assertFalse(equivalent([run["RS"]["rate"] for run in other_rule], [run["RS"]["rate"] for run in theirs], MARGINS["rate"]))

    def test_rates_that_nest_had(self):
        ours = [self.ours(seed) for seed in SEEDS]
        for p, (rate, sd) in RECORDED.items():
            mean = np.mean([run[p]["rate"] for run in ours])
            error = sd * np.sqrt(1 / 3 + 1 / len(ours))
            print(f"{p}: {mean:.3f} Hz, NEST had {rate:.2f} Hz; standard error of the difference {error:.2g} Hz")
            self.assertLess(abs(mean - rate), 3 * error)


if __name__ == "__main__":
    unittest.main()
