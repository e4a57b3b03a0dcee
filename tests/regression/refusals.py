# SPDX-License-Identifier: Apache-2.0
"""Bad input is refused with exit code 64, one line per problem that names its place, and nothing is created or changed."""
import os
import pathlib
import sys
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "support"))
import e2e  # noqa: E402
import h5py  # noqa: E402

SIMULATE, SWEEP, STUDY = "simulate_bg2005.toml", "small_sweep.toml", "small_study.toml"
CELLS = "condition,cell,current_pA,count\nctl,c1,50,0\nctl,c1,100,3\nctl,c2,50,1\nctl,c2,100,4\n"
GAUGE = ("--gauge", "E_L=-70 mV", "V_T=-50 mV")


def place(text, words):
    """line:column of the words in the text."""
    before = text[:text.index(words)]
    return f"{before.count(chr(10)) + 1}:{len(before) - before.rfind(chr(10))}"


class Refusals(e2e.Case):
    def contents(self):
        return {path: path.read_bytes() if path.is_file() else None for path in self.folder.rglob("*")}

    def refuse_once(self, arguments, expected, ranks=None, env=None):
        before = self.contents()
        outcome = self.run_program(*arguments, ranks=ranks, env=env)
        self.assertEqual(outcome.code, e2e.BAD_INPUT, outcome)
        said = [line for line in outcome.err.splitlines() if ranks is None or line.startswith("modscape: ")]
        self.assertEqual(len(said), len(expected), outcome)
        for line, start in zip(said, expected):
            words = (start,) if isinstance(start, str) else start
            self.assertTrue(line.startswith("modscape: " + words[0]), f"{line!r} does not start with {words[0]!r}")
            for word in words[1:]:
                self.assertIn(word, line)
        self.assertEqual(outcome.out, "")
        self.assertEqual(self.contents(), before)
        return said

    def refuse(self, *arguments, expected, ranks=None, check=True):
        """Each of `expected` starts a line, or is a tuple of that start and further words of the line."""
        said = self.refuse_once(arguments, expected, ranks)
        if check:
            self.assertEqual(self.refuse_once((*arguments, "--check"), expected, ranks), said)

    def refuse_job(self, base, *changes, ranks=None):
        """Each change is (old, new, words whose place is named, message, further words ...)."""
        text = self.job(base, *((old, new) for old, new, *_ in changes))
        self.write("job.toml", text)
        expected = [(f"job.toml:{place(text, words)}: {message}", *more) for _, _, words, message, *more in changes]
        self.refuse(base.split("_")[0] if base == SIMULATE else base[6:-5], "job.toml", expected=expected, ranks=ranks)

    @staticmethod
    def job(base, *changes):
        return e2e.example(base, *changes)


class JobFiles(Refusals):
    def test_unknown_key(self):
        self.refuse_job(SIMULATE, ('tau_w = "144 ms"', 'tauw = "144 ms"', "tauw", "unknown key tauw in [neuron]", "(did you mean tau_w?)"))

    def test_unknown_table(self):
        self.refuse_job(SWEEP, ("[integrator]", "[integrater]", "[integrater]"[1:-1], "unknown table [integrater]", "(did you mean integrator?)"))

    def test_name_of_another_simulator(self):
        names = (("E_L", "v_rest"), ("V_T", "V_th"), ("V_r", "V_reset"), ("t_ref", "tau_refrac"))
        self.refuse_job(SWEEP, *((f"\n{ours} =", f"\n{theirs} =", theirs, f"unknown key {theirs} in [neuron]", f"(did you mean {ours}?)") for ours, theirs in names))
        self.refuse_job(SIMULATE, ('duration = "500 ms"', 'duration = "500 ms"\nI_e = "1 pA"', "I_e", "unknown key I_e", "(did you mean holding?)"))

    def test_name_without_likeness(self):
        self.refuse_job(SWEEP, ('b = "20 pA"', 'tau_syn_ex = "2 ms"', "tau_syn_ex", "unknown key tau_syn_ex in [neuron]", "known here: cell_type, model, C_m,"))

    def test_wrong_unit(self):
        self.refuse_job(SIMULATE, ('"30 nS"', '"30 mV"', '"30 mV"', 'g_L: "30 mV" is in mV, but this quantity is in nS'))

    def test_reset_above_peak(self):
        self.refuse_job(SIMULATE, ('V_r = "-70.6 mV"', 'V_r = "20 mV"', '"20 mV"', "V_r = 20 mV must be below V_peak = 20 mV"))

    def test_negative_capacitance(self):
        self.refuse_job(SIMULATE, ('"281 pF"', '"-281 pF"', '"-281 pF"', "C_m = -281 pF must be greater than 0 pF"))

    def test_sweep_without_points(self):
        self.refuse_job(SWEEP, ("points = 64", "points = 0", "0\nseed", "points = 0 must be at least 1"))

    def test_sweep_without_currents(self):
        self.refuse_job(SWEEP, ('{from = "20 pA", to = "300 pA", step = "40 pA"}', "[]", "[]", "currents is empty"))

    def test_sweep_without_ranges(self):
        text = self.job(SWEEP)
        ranges = text[text.index("C_m ="):text.index("[design]")]
        self.refuse_job(SWEEP, (ranges, "", "[ranges]", "[ranges] is empty"))

    def test_ensemble_without_trace(self):
        self.refuse_job(SIMULATE, ("[record]", '[integrator]\nmethod = "ensemble"\n[record]', '"ensemble"', "the ensemble method stores no trace"))

    def test_all_problems_in_the_order_of_the_file(self):
        changes = (('"281 pF"', '"-1 pF"', '"-1 pF"', "C_m = -1 pF"),
                   ('"30 nS"', '"30 pA"', '"30 pA"', 'g_L: "30 pA" is in pA'),
                   ('tau_w =', 'tau_v =', "tau_v", "unknown key tau_v", "did you mean tau_w?"),
                   ('V_r = "-70.6 mV"', 'V_r = "30 mV"', '"30 mV"', "V_r = 30 mV must be below V_peak = 20 mV"),
                   ('stop = "450 ms"', 'stop = "40 ms"', "[[protocol.step]]", "step: stop = 40 ms must be after start = 50 ms"),
                   ('trace = true', 'trace = "yes"', '"yes"', "trace must be true or false, not text"))
        self.refuse_job(SIMULATE, *changes)

    def test_other_kind(self):
        text = self.write("job.toml", self.job(SWEEP)).read_text()
        self.refuse("study", "job.toml", expected=[(f"job.toml:{place(text, chr(34) + 'sweep')}: this job is a sweep, not a study", "modscape sweep")])

    def test_truncated(self):
        text = self.job(SWEEP)
        cut = text.index('"2 mV"') + 3
        self.write("job.toml", text[:cut])
        self.refuse("sweep", "job.toml", expected=[f"job.toml:{place(text, chr(34) + '2 mV')[:-2]}"])

    def test_missing_file(self):
        self.refuse("simulate", "job.toml", expected=["job.toml: no such file"])

    def test_one_message_from_two_ranks(self):
        self.refuse_job(SWEEP, ("points = 64", "points = 0", "0\nseed", "points = 0 must be at least 1"), ranks=2)

    def test_simulation_on_two_ranks(self):
        self.write("job.toml", self.job(SIMULATE))
        self.refuse("simulate", "job.toml", expected=["launch: simulate integrates one neuron and takes one rank"], ranks=2)


class Gauge(Refusals):
    def test_none(self):
        text = self.job(STUDY)
        self.write("job.toml", text[:text.index("[gauge]")] + text[text.index("[neuron]"):])
        self.refuse("study", "job.toml", expected=[("job.toml:1:1: no gauge: E_L and one of V_T and R_in are missing", "[gauge] with E_L")])

    def test_half(self):
        self.refuse_job(STUDY, ('V_T = "-45 mV"\n', "", '"-85 mV"', "no gauge: one of V_T and R_in is missing"))
        self.refuse_job(STUDY, ('E_L = "-85 mV"\n', "", "[gauge]", "no gauge: E_L is missing"))

    def test_command_line(self):
        self.write("fi.csv", CELLS)
        need = '--gauge "E_L=-85 mV" "V_T=-45 mV"'
        self.refuse("study", "--from", "fi.csv", expected=[("command line: no gauge: E_L and one of V_T and R_in are missing", need)])
        self.refuse("study", "--from", "fi.csv", *GAUGE[:2], expected=[("command line: no gauge: one of V_T and R_in is missing", need)])


class DataTables(Refusals):
    def study(self, table, expected, ranks=None):
        self.write("fi.csv", table)
        self.refuse("study", "--from", "fi.csv", *GAUGE, expected=expected, ranks=ranks)

    def test_not_a_number(self):
        self.study(CELLS.replace("c1,100,3", "c1,100,nan"), ['fi.csv:3: count = "nan" is not a finite number'])

    def test_all_problems(self):
        self.study(CELLS.replace("c1,50,0", "c1,50,inf").replace("c1,100,3", "c1,100,").replace("c2,50,1", "c2,50,-1"),
                   ['fi.csv:2: count = "inf" is not a finite number', "fi.csv:3: count is empty", "fi.csv:4: count = -1 must not be negative"])

    def test_missing_column(self):
        self.study("\n".join(line.replace(",c1", "").replace(",c2", "").replace(",cell", "") for line in CELLS.splitlines()),
                   [("fi.csv:1: no column for the cell", "the table has condition, current_pA, count")])

    def test_missing_cell(self):
        self.study(CELLS.replace("ctl,c2,100,4\n", ""), ['fi.csv:4: condition "ctl": cell "c2" has no row for 100 pA'])

    def test_table_of_a_job_file(self):
        table = (e2e.SOURCE / "jobs/data/zhai2025_fi.csv").read_text()
        self.write("job.toml", self.job(STUDY, (f"{e2e.SOURCE}/jobs/data/zhai2025_fi.csv", "fi.csv")))
        self.write("fi.csv", e2e.edited(table, ("2.833,1.276", "NaN,1.276")))
        line = place(table, "2.833").split(":")[0]
        self.refuse("study", "job.toml", expected=[f'fi.csv:{line}: mean_count = "NaN" is not a finite number'])
        self.refuse("study", "job.toml", expected=[f"fi.csv:{line}: "], ranks=2)
        self.write("fi.csv", e2e.edited(table, (",sem,", ",spread,")))
        line = place(table, "cell_type,").split(":")[0]
        self.refuse("study", "job.toml", expected=[(f"fi.csv:{line}: no column for the spread of the mean", "accepted: sem, sd")])


class Outputs(Refusals):
    JOBS = (("simulate", SIMULATE), ("sweep", SWEEP), ("study", STUDY))

    def setUp(self):
        super().setUp()
        for kind, base in self.JOBS:
            self.write(f"{kind}.toml", self.job(base))

    def for_each(self, output, expected, ranks=None):
        for kind, _ in self.JOBS:
            if ranks is None or kind != "simulate":
                with self.subTest(kind=kind):
                    self.refuse(kind, f"{kind}.toml", "-o", output, expected=expected, ranks=ranks, check=kind == "study")

    def test_missing_folder(self):
        self.for_each("nowhere/out.h5", ["nowhere/out.h5: the folder nowhere does not exist"])

    def test_below_a_regular_file(self):
        self.write("file", "")
        self.refuse("sweep", "sweep.toml", "-o", "file/out.h5", expected=["file/out.h5: the folder file does not exist"])

    def test_folder_that_takes_no_files(self):
        for kind, _ in self.JOBS:
            self.refuse_once((kind, f"{kind}.toml", "-o", "/proc/out.h5"), ["/proc/out.h5: the folder /proc cannot be written"])
        self.refuse_once(("study", "study.toml", "-o", "/proc/out.h5"), ["/proc/out.h5: the folder /proc cannot be written"], ranks=2)

    @unittest.skipIf(os.geteuid() == 0, "root may write everywhere")
    def test_folder_without_permission(self):
        (self.folder / "closed").mkdir(mode=0o500)
        self.for_each("closed/out.h5", ["closed/out.h5: the folder closed cannot be written"])

    def test_folder_as_output(self):
        (self.folder / "folder").mkdir()
        self.refuse("simulate", "simulate.toml", "-o", "folder", expected=["folder: is not a regular file"])

    def test_no_results_file(self):
        self.write("notes.h5", "do not lose me\n")
        self.for_each("notes.h5", [("notes.h5: exists and is not a readable results file of modscape", "--force")])
        self.refuse_once(("study", "study.toml", "-o", "notes.h5"), ["notes.h5: exists and is not a readable results file"], ranks=2)

    def test_hdf5_file_of_somebody_else(self):
        with h5py.File(self.folder / "other.h5", "w") as file:
            file["x"] = [1.0, 2.0]
        self.for_each("other.h5", ["other.h5: exists and is not a readable results file of modscape"])

    def test_results_of_another_job(self):
        self.write("first.toml", self.job(SWEEP, ("points = 64", "points = 2"), ('method = "cvode"', 'method = "ensemble"')))
        self.run_ok("sweep", "first.toml", "-o", "sweep.h5")
        self.write("step.toml", self.job(SIMULATE, ("1000 pA", "900 pA")))
        self.run_ok("simulate", "step.toml", "-o", "step.h5")
        for output in ("sweep.h5", "step.h5"):
            self.for_each(output, [(f"{output}: holds the results of another job", "--force")])


class CommandLine(Refusals):
    def said(self, *arguments):
        before = self.contents()
        outcome = self.run_program(*arguments)
        self.assertEqual((outcome.code, outcome.out), (e2e.BAD_INPUT, ""), outcome)
        self.assertEqual(self.contents(), before)
        return outcome.err

    def test_nothing(self):
        self.assertIn("A subcommand is required", self.said())
        self.assertIn("no job file", self.said("study"))
        self.assertIn("job is required", self.said("sweep"))

    def test_unknown(self):
        self.refuse_once(("stduy", "job.toml"), ["unknown subcommand stduy (did you mean study?)"])
        self.refuse_once(("stduy", "job.toml"), ["unknown subcommand stduy (did you mean study?)"], ranks=2)
        self.refuse_once(("plot",), ["unknown subcommand plot (there are study, effect, sweep, continue, landscape, network, simulate, submit, merge, rerun, compare, status, info, doctor)"])
        self.assertIn("--chek", self.said("sweep", "job.toml", "--chek"))

    def test_table_and_job_file(self):
        self.write("fi.csv", CELLS)
        self.write("job.toml", self.job(STUDY))
        self.refuse("study", "job.toml", "--from", "fi.csv", *GAUGE, expected=["study: a job file (job.toml) and --from exclude each other"])
        self.refuse("study", "job.toml", *GAUGE, expected=["study: --gauge and --cell-type belong to --from"])

    def test_single_processes_where_ranks_were_meant(self):
        self.write("job.toml", self.job(SWEEP))
        for variable in ("SLURM_NTASKS", "OMPI_COMM_WORLD_SIZE", "PMI_SIZE"):
            self.refuse_once(("sweep", "job.toml"), [(f"launch: {variable}=4 announces 4 ranks, but MPI sees only this one", "mpirun")], env={variable: "4"})


class ReadFiles(Refusals):
    def setUp(self):
        super().setUp()
        self.write("job.toml", self.job(SIMULATE))
        self.run_ok("simulate", "job.toml", "-o", "good.h5")
        (self.folder / "cut.h5").write_bytes((self.folder / "good.h5").read_bytes()[:3000])
        self.write("text.h5", "no results\n")
        with h5py.File(self.folder / "other.h5", "w") as file:
            file["x"] = [1.0, 2.0]

    def test_status(self):
        for name in ("cut.h5", "text.h5", "other.h5", "absent.h5", "."):
            self.refuse_once(("status", name), [f"{name}: "])

    def test_compare(self):
        for name in ("cut.h5", "text.h5", "absent.h5", "."):
            self.refuse_once(("compare", "good.h5", name), [f"{name}: "])
        self.refuse_once(("compare", "cut.h5", "good.h5"), ["cut.h5: "])
        outcome = self.run_program("compare", "good.h5", "other.h5")
        self.assertEqual((outcome.code, outcome.err), (1, ""), outcome)


if __name__ == "__main__":
    unittest.main()
