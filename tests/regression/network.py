# SPDX-License-Identifier: Apache-2.0
"""modscape network: the same file on any number of ranks, after kills, stops and restarts on other numbers of ranks; named ends."""
import os
import pathlib
import re
import subprocess
import sys
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "support"))
import e2e  # noqa: E402
import h5py  # noqa: E402
import numpy as np  # noqa: E402
import scipy.signal  # noqa: E402

SMALL = (("duration = \"2 s\"", "duration = \"400 ms\"\ncheckpoint_interval = \"50 ms\""), ("transient = \"500 ms\"", "transient = \"100 ms\""), ("size = 800\n\n[population.RS.neuron]", "size = 160\n\n[population.RS.neuron]"), ("size = 200", "size = 40"), ("indegree = 80", "indegree = 16"), ("indegree = 20", "indegree = 4"))


# Modulators, plastic synapses, input that changes, and traces on top.
CHANGING = """
[modulator.dopamine]
clearance_tau = "80 ms"
[modulator.serotonin]
tonic = "10 nM"
clearance_tau = "40 ms"
[[receptor]]
name = "D1"
modulator = "dopamine"
EC50 = "0.2 uM"
tau = "50 ms"
[[receptor]]
name = "HT2A"
modulator = "serotonin"
EC50 = "0.1 uM"
[[effect]]
receptor = "D1"
on = "RS"
rule = "scale"
parameter = "b"
factor = 0.2
measured_at = "1 uM"
[[effect]]
receptor = "HT2A"
rule = "shift"
parameter = "exc.gain"
by = 0.1
measured_at = "1 uM"
[[pulse]]
modulator = "dopamine"
times = ["150 ms"]
amount = "0.5 uM"
[[release]]
modulator = "serotonin"
from = "FS"
amount = "2 nM"
[[background]]
to = "RS"
port = "exc"
weight = "2 nS"
rate = {times = ["0 ms", "210 ms"], values = ["5 Hz", "25 Hz"]}
[[trace]]
population = "RS"
neurons = [0, 80, 159]
"""


def small(*changes):
    text = e2e.example("small_network.toml", *SMALL, *changes)
    # A fifth of the neurons and synapses, each five times as strong.
    return text.replace('"1.5 nS"', '"7.5 nS"').replace('weight = "5 nS"', 'weight = "25 nS"').replace('rate = "5 Hz"', 'rate = "6 Hz"')


class Network(e2e.Case):
    def test_the_same_on_any_number_of_ranks(self):
        self.write("job.toml", small() + CHANGING)
        outcome = self.run_ok("network", "job.toml", "-o", "one.h5")
        self.assertIn("real-time factor", outcome.out)
        for ranks in (2, 3, 5):
            self.run_ok("network", "job.toml", "-o", f"{ranks}.h5", ranks=ranks)
            self.assert_identical("one.h5", f"{ranks}.h5")
        self.assertFalse([name for name in os.listdir(self.folder) if "checkpoint" in name])
        with h5py.File(self.folder / "one.h5") as file:
            self.check_content(file)
            self.check_modulators(file)
            self.check_traces(file)
        report = subprocess.run([sys.executable, e2e.SOURCE / "analysis/report.py", "one.h5", "-o", "report"], cwd=self.folder, capture_output=True, text=True)
        self.assertEqual(report.returncode, 0, report.stderr)
        self.assertGreater((self.folder / "report/network.png").stat().st_size, 10000)
        self.assertIn("nothing to do", self.run_ok("network", "job.toml", "-o", "one.h5").out)

    def check_content(self, file):
        rates = file["rates"]
        self.assertEqual(rates["time"].shape, (400,))
        np.testing.assert_allclose(rates["time"][()], np.arange(400) + 0.5, atol=1e-6)
        for p, (name, size) in enumerate((("RS", 160), ("FS", 40))):
            times, nodes = file[f"spikes/{name}/timestamps"][()], file[f"spikes/{name}/node_ids"][()]
            self.assertGreater(len(times), 50)
            self.assertTrue((np.diff(times) >= 0).all() and times[0] >= 0 and times[-1] <= 400 and nodes.max() < size)
            counts = np.histogram(times, 400, (0, 400))[0]
            np.testing.assert_allclose(rates[f"rate_{name}"][()], counts / size * 1000, atol=1e-9)
            after = times >= 100
            self.assertAlmostEqual(file["statistics/rate"][p], after.sum() / size / 0.3, 9)
            isi = [np.diff(times[after & (nodes == n)]) for n in range(size)]
            cv = [np.std(i) / np.mean(i) for i in isi if len(i) >= 2]
            self.assertEqual(file["statistics/cv_neurons"][p], len(cv))
            self.assertAlmostEqual(file["statistics/cv_isi"][p], np.mean(cv), 6)
            binned = np.array([np.histogram(times[nodes == n], 60, (100, 400))[0] for n in range(size)])
            joint, own = binned.sum(0).var(), binned.var(1).sum()
            self.assertAlmostEqual(file["statistics/fano"][p], joint / binned.sum(0).mean(), 9)
            self.assertAlmostEqual(file["statistics/correlation"][p], (joint - own) / ((size - 1) * own), 9)
            self.assertAlmostEqual(file["statistics/synchrony"][p], np.sqrt(joint / size / own), 9)
            fine = np.histogram(times, 300, (100, 400))[0] / size * 1000
            frequency, power = scipy.signal.welch(fine, 1000, "hann", 64, return_onesided=False)
            np.testing.assert_allclose(file["statistics/frequency"][()], np.abs(frequency[:33]))
            np.testing.assert_allclose(file["statistics/power"][p], power[:33], rtol=1e-9, atol=1e-12)
            peak = 2 + power[2:32].argmax()
            self.assertEqual(file["statistics/peak_frequency"][p], frequency[peak])
            self.assertAlmostEqual(file["statistics/peak_power"][p], power[peak] * size / file["statistics/rate"][p], 9)

    def check_modulators(self, file):
        log = file["modulators"]
        time = log["time"][()]
        self.assertTrue(len(time) >= 78 and (np.diff(time) > 0).all())
        np.testing.assert_allclose(log["concentration_dopamine"][()], np.where(time >= 150, 0.5 * np.exp(-(time - 150) / 80), 0), atol=1e-12)
        spikes = file["spikes/FS/timestamps"][()]
        expected = [0.01 + 0.002 * np.exp(-(t - spikes[spikes <= t]) / 40).sum() for t in time]
        np.testing.assert_allclose(log["concentration_serotonin"][()], expected, atol=1e-9)
        c = log["concentration_serotonin"][()]
        np.testing.assert_allclose(log["occupancy_HT2A"][()], c / (c + 0.1), atol=1e-12)

    def check_traces(self, file):
        log = file["traces/RS"]
        self.assertEqual(len(log["V"]), 3 * 4000)
        np.testing.assert_allclose(log["time"][()], np.repeat(np.arange(4000) * 0.1, 3), atol=1e-6)
        self.assertEqual(list(log["neuron"][:3]), [0, 80, 159])
        times, nodes = file["spikes/RS/timestamps"][()], file["spikes/RS/node_ids"][()]
        for k, neuron in enumerate((0, 80, 159)):
            V, w = log["V"][k::3], log["w"][k::3]
            own = times[nodes == neuron]
            self.assertGreater(len(own), 0)
            self.assertTrue(V.max() <= -30 and V.min() > -100)
            for t in own[own < 398]:  # held at V_r for 5 ms, w steps up
                after = int(np.ceil(t * 10))
                self.assertTrue((V[after : after + 48] == -65).all())
                self.assertGreater(w[after + 1], w[after - 1])

    def test_goes_on_after_kills_on_other_numbers_of_ranks(self):
        self.write("job.toml", small() + CHANGING)
        self.run_ok("network", "job.toml", "-o", "whole.h5")
        faults = ("checkpoint-written:2", "checkpoint-renamed:2", "log-data:3", "log-crc:2", "log-commit:2", "checkpoint-written:5", "stage:1", "finish:1")
        for ranks, fault in zip((2, 1, 3, 2, 1, 3, 2, 1), faults):
            outcome = self.run_program("network", "job.toml", "-o", "killed.h5", ranks=ranks, env={"MODSCAPE_FAULT": fault, "MODSCAPE_FAULT_RANK": "0"})
            self.assertNotEqual(outcome.code, 0, fault)
        self.run_ok("network", "job.toml", "-o", "killed.h5", ranks=3)
        self.assert_identical("whole.h5", "killed.h5")

    def test_stops_when_asked_and_goes_on(self):
        self.write("job.toml", small(("seed = 1", "seed = 2")))
        self.run_ok("network", "job.toml", "-o", "whole.h5")
        stopped = self.run_program("network", "job.toml", "-o", "stopped.h5", ranks=2, env={"MODSCAPE_FAULT": "log-commit:3:usr1", "MODSCAPE_FAULT_RANK": "0"})
        self.assertEqual(stopped.code, 75, stopped)
        self.assertIn("run the same command again", stopped.out)
        self.run_ok("network", "job.toml", "-o", "stopped.h5")
        self.assert_identical("whole.h5", "stopped.h5")

    def test_a_damaged_checkpoint_costs_only_the_time_since_the_one_before(self):
        self.write("job.toml", small())
        self.run_ok("network", "job.toml", "-o", "whole.h5")
        self.run_program("network", "job.toml", "-o", "net.h5", env={"MODSCAPE_FAULT": "checkpoint-written:5"})
        path = self.folder / "net.h5.checkpoint"
        good = path.read_bytes()
        for bad in (good[:-7], good[:100], b"", good[:-5] + b"xxxxx"):
            path.write_bytes(bad)
            again = self.run_program("network", "job.toml", "-o", "net.h5", ranks=2, env={"MODSCAPE_FAULT": "log-data:1"})
            self.assertIn("warning", again.err)
        self.run_ok("network", "job.toml", "-o", "net.h5", ranks=2)
        self.assert_identical("whole.h5", "net.h5")

    def test_ends_that_have_a_name(self):
        self.write("runaway.toml", small(('from = "FS"\nto = ["RS", "FS"]\nport = "inh"', 'from = "FS"\nto = ["RS", "FS"]\nport = "exc"'), ("seed = 1", "seed = 1\nmax_rate = \"100 Hz\"")))
        runaway = self.run_program("network", "runaway.toml", "-o", "runaway.h5")
        self.assertEqual(runaway.code, 3, runaway)
        self.assertIn("runaway_excitation: population", runaway.out)
        lines = self.run_ok("status", "runaway.h5", "runaway.h5").out.splitlines()
        self.assertRegex(lines[0], r"^runaway.h5 +\d+ of 400 ms, real-time factor [0-9.]+$")
        self.assertRegex(lines[1], r"^runaway.h5 +failed: runaway_excitation: population")
        self.assertRegex(lines[2], r"^runaway.h5: /\S+ +\d+/\d+ rows in use$")
        self.assertFalse([line for line in lines if "0/0" in line], lines)
        report = subprocess.run([sys.executable, e2e.SOURCE / "analysis/report.py", "runaway.h5", "-o", "report"], cwd=self.folder, capture_output=True, text=True)
        self.assertEqual(report.returncode, 64)
        self.assertIn("did not come to its end: runaway_excitation: population", report.stderr)
        self.write("full.toml", small() + "\n[record]\nreserved_rate = \"0 Hz\"\n")
        self.write("another.toml", small(("seed = 1", "seed = 9")))
        self.run_ok("network", "another.toml", "-o", "another.h5")
        refused = self.run_program("network", "full.toml", "-o", "another.h5")
        self.assertEqual(refused.code, 64, refused)

    def test_a_parameter_that_a_dose_makes_impossible_is_named(self):
        def dose(on, parameter, by):
            return small() + f"""
[modulator.acetylcholine]
clearance_tau = "20 ms"
[[dose]]
modulator = "acetylcholine"
time = "40 ms"
tonic = "10 uM"
[[receptor]]
name = "M1"
modulator = "acetylcholine"
EC50 = "1 uM"
tau = "30 ms"
[[effect]]
receptor = "M1"
on = "{on}"
rule = "shift"
parameter = "{parameter}"
by = {by}
measured_at = "10 uM"
"""
        for name, on, parameter, by, what in (("cell", "RS", "tau_w", '"-600 ms"', r"tau_w = -[0-9.]+ ms must be greater than 0 ms, for neuron 0 of RS at [0-9.]+ ms, and"),
                                              ("port", "FS", "exc.tau", '"-20 ms"', r"exc.tau = -[0-9.]+ ms must be > 0, for neuron 0 of FS at"),
                                              ("synapse", "RS -> RS: exc", "gain", "-2", r"projection RS -> RS: exc: gain = -[0-9.]+ must not be negative, for neuron 0 of RS at")):
            self.write(f"{name}.toml", dose(on, parameter, by))
            outcome = self.run_program("network", f"{name}.toml", "-o", f"{name}.h5", ranks=2)
            self.assertEqual(outcome.code, 3, outcome)
            self.assertRegex(outcome.out, "out_of_bounds: " + what)
            self.assertRegex(self.run_ok("network", f"{name}.toml", "--dry-run", ranks=2).out, "time +none: the network fails, out_of_bounds: " + what)

    def test_a_wall_time_too_short_to_get_anywhere(self):
        self.write("job.toml", small())
        outcome = self.run_program("network", "job.toml", "-o", "short.h5", "--max-walltime", "5")
        self.assertEqual(outcome.code, 75, outcome)
        self.assertIn("nothing is left to run in", outcome.err)
        self.assertIn("stopped early", self.run_ok("status", "short.h5").out)
        again = self.run_ok("network", "job.toml", "-o", "short.h5")
        self.assertRegex(again.err, r"short.h5.checkpoint: goes on from \d+ ms of the network")
        self.assertRegex(self.run_ok("status", "short.h5").out, r"short.h5 +400 of 400 ms, real-time factor [0-9.]+\nshort.h5 +complete\n")

    def test_positions_and_procedural_projections(self):
        text = e2e.example("sheet_network.toml", ("duration = \"1 s\"", "duration = \"60 ms\"\ncheckpoint_interval = \"10 ms\""), ("transient = \"300 ms\"", "transient = \"10 ms\""))
        self.write("job.toml", text)
        self.run_ok("network", "job.toml", "-o", "one.h5")
        self.run_program("network", "job.toml", "-o", "three.h5", ranks=2, env={"MODSCAPE_FAULT": "checkpoint-written:3"})
        self.run_ok("network", "job.toml", "-o", "three.h5", ranks=3)
        self.assert_identical("one.h5", "three.h5")
        self.write("drawn.toml", text.replace("rule = \"distance\"", "rule = \"distance\"\nprocedural = true"))
        self.run_ok("network", "drawn.toml", "-o", "drawn.h5", ranks=3)
        with h5py.File(self.folder / "one.h5") as stored, h5py.File(self.folder / "drawn.h5") as drawn:
            for name, size in (("RS", 1600), ("FS", 400)):
                self.assertGreater(len(stored[f"spikes/{name}/timestamps"]), 20)
                for column in ("timestamps", "node_ids"):
                    np.testing.assert_array_equal(stored[f"spikes/{name}/{column}"][()], drawn[f"spikes/{name}/{column}"][()])
                x, y = stored[f"positions/{name}/x"][()], stored[f"positions/{name}/y"][()]
                self.assertEqual(len(set(zip(x, y))), size)
                self.assertTrue(x.min() > 0 and x.max() < 1 and y.min() > 0 and y.max() < 1)
            np.testing.assert_allclose(stored["positions/RS/x"][:40], (np.arange(40) + 0.5) / 40)
            self.assertEqual(stored["positions/RS/x"].attrs["units"], b"mm")
            self.assertNotIn("thalamus", stored["positions"])
        plans = [re.search(r"memory +about ([0-9.]+) (\w+)", self.run_ok("network", job, "--dry-run").out) for job in ("job.toml", "drawn.toml")]
        self.assertNotEqual(plans[0].groups(), plans[1].groups())

    def test_too_large_for_the_memory(self):
        self.write("large.toml", small(("size = 160\n\n[population.RS.neuron]", "size = 400000000\n\n[population.RS.neuron]"), ("indegree = 16", "indegree = 2000")))
        refused = self.run_program("network", "large.toml", "-o", "large.h5", ranks=2)
        self.assertEqual(refused.code, 64, refused)
        self.assertRegex(refused.err, r"takes [0-9.]+ GB per rank on 2 ranks; a node has [0-9.]+ GB for each of its 2")
        self.assertFalse((self.folder / "large.h5").exists())

    def test_the_plan(self):
        self.write("job.toml", small())
        plan = self.run_ok("network", "job.toml", "--dry-run").out
        for words in ("neurons       200, and 800 sources", "synapses", "per rank on 1 rank", "output"):
            self.assertIn(words, plan)
        self.assertRegex(plan, r"pilot +the first 400 ms: RS [0-9.]+, FS [0-9.]+, thalamus [0-9.]+ Hz\ntime +about [0-9.]+ s on 1 rank if it goes on like this")
        self.assertNotIn("exchange", plan)
        on_two = self.run_ok("network", "job.toml", "--dry-run", ranks=2).out
        self.assertIn("per rank on 2 ranks", on_two)
        self.assertIn("a rank sends 15.7 kB and gets 31.3 kB at 10 Hz", on_two)
        self.assertFalse(list(self.folder.glob("*.h5")))


if __name__ == "__main__":
    unittest.main()
