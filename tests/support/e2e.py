# SPDX-License-Identifier: Apache-2.0
"""What the end-to-end tests share: the program is run as a user runs it, in a folder of its own, alone or by mpirun. Every run
is a session of processes, so that a kill reaches the ranks too (mpirun gives them process groups of their own)."""
import os
import pathlib
import re
import signal
import subprocess
import sys
import tempfile
import time
import unittest
from typing import NamedTuple

SKIPPED = 77  # CTest's SKIP_RETURN_CODE
try:
    import h5py  # noqa: F401
except ImportError as error:
    print(f"skipped: {error}; the end-to-end tests need python3-h5py")
    sys.exit(SKIPPED)

SOURCE = pathlib.Path(__file__).resolve().parents[2]
EXAMPLES = SOURCE / "jobs" / "examples"
BINARY = os.path.realpath(os.environ.get("MODSCAPE_BINARY", SOURCE / "build" / "release" / "bin" / "modscape"))
MPIEXEC = os.environ.get("MODSCAPE_MPIEXEC", "mpirun")
GENEROUS = 240  # s; ends a hang, never a slow run
BAD_INPUT, STOPPED = 64, 75


class Outcome(NamedTuple):
    code: int
    out: str
    err: str

    def __str__(self):
        return f"exit code {self.code}\n--- stdout\n{self.out}--- stderr\n{self.err}"


def session_members(leader):
    """Living processes of the session that `leader` opened."""
    for entry in pathlib.Path("/proc").iterdir():
        if not entry.name.isdigit():
            continue
        try:
            state, _, _, session = (entry / "stat").read_text().rsplit(")", 1)[1].split()[:4]
        except OSError:
            continue  # ended meanwhile
        if int(session) == leader and state not in "ZX":
            yield int(entry.name)


def is_modscape(pid):
    try:
        return os.path.realpath(f"/proc/{pid}/exe") == BINARY
    except OSError:
        return False


def is_stopped(pid):
    try:
        return pathlib.Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0] == "T"
    except OSError:
        return False


def send(pids, number):
    for pid in pids:
        try:
            os.kill(pid, number)
        except ProcessLookupError:
            pass


class Run:
    """A started program. ranks=None starts it without mpirun."""

    def __init__(self, folder, arguments, ranks=None, env=None, prefix=(), binary=BINARY):
        launcher = [] if ranks is None else [MPIEXEC, "--oversubscribe", "-n", str(ranks)]
        self.command = [*prefix, *launcher, binary, *map(str, arguments)]
        self._streams = [tempfile.TemporaryFile("w+b") for _ in range(2)]
        self._process = subprocess.Popen(self.command, cwd=folder, env={**os.environ, **(env or {})}, stdin=subprocess.DEVNULL,
                                         stdout=self._streams[0], stderr=self._streams[1], start_new_session=True)

    @property
    def pid(self):
        return self._process.pid

    def text(self, stream):
        return os.pread(self._streams[stream].fileno(), 1 << 24, 0).decode(errors="replace")

    def running(self):
        return self._process.poll() is None

    def until(self, condition):
        """Waits until condition() holds; False if the program ended before."""
        end = time.monotonic() + GENEROUS
        while not condition():
            if not self.running() or time.monotonic() > end:
                return condition()
            time.sleep(0.01)
        return True

    def until_said(self, words):
        return self.until(lambda: words in self.text(1))

    def signal_ranks(self, number):
        send(filter(is_modscape, session_members(self._process.pid)), number)

    def signal_launcher(self, number):
        send([self._process.pid], number)

    def kill(self):
        """SIGKILL to the launcher and all ranks."""
        while members := list(session_members(self._process.pid)):
            send(members, signal.SIGKILL)
            time.sleep(0.01)
        return self.wait()

    def wait(self):
        try:
            code = self._process.wait(GENEROUS)
        except subprocess.TimeoutExpired:
            self.kill()
            raise AssertionError(f"{self.command} hangs\n{self.text(0)}{self.text(1)}") from None
        for pid in list(session_members(self._process.pid)):  # a rank that outlives mpirun would hold the lock
            send([pid], signal.SIGKILL)
        outcome = Outcome(code, self.text(0), self.text(1))
        for stream in self._streams:
            stream.close()
        return outcome


class SmallDisk:
    """A tmpfs of this size; skips the test where mounting is not permitted."""

    def __init__(self, case, options):
        self.path = case.folder / "disk"
        self.path.mkdir()
        mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", options, "tmpfs", self.path], capture_output=True, text=True)
        if mounted.returncode != 0:
            case.skipTest(f"no permission to mount a small disk: {mounted.stderr.strip()}")
        case.addCleanup(lambda: subprocess.run(["umount", self.path], check=True))

    def fill(self):
        with open(self.path / "ballast", "wb") as file:
            space = os.statvfs(self.path)
            os.posix_fallocate(file.fileno(), 0, space.f_bavail * space.f_frsize)

    def free(self):
        (self.path / "ballast").unlink()


class Case(unittest.TestCase):
    """A test with an empty folder of its own."""

    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = pathlib.Path(folder.name)

    def start(self, *arguments, **options):
        return Run(self.folder, arguments, **options)

    def run_program(self, *arguments, **options):
        return self.start(*arguments, **options).wait()

    def run_ok(self, *arguments, **options):
        outcome = self.run_program(*arguments, **options)
        self.assertEqual(outcome.code, 0, f"{arguments} {options}: {outcome}")
        return outcome

    def assert_identical(self, a, b):
        outcome = self.run_program("compare", a, b)
        self.assertEqual((outcome.code, outcome.out), (0, "identical\n"), outcome)

    def progress(self, results):
        """Rows done and rows of each table, from `modscape status`."""
        lines = self.run_ok("status", results).out.splitlines()
        matches = (re.match(r"(/\S+) +(\d+)/(\d+) done", line) for line in lines)
        return {match[1]: (int(match[2]), int(match[3])) for match in matches if match}

    def assert_tidy(self, *expected):
        """Nothing but these files lies in the folder."""
        self.assertEqual(files_in(self.folder), sorted(expected))

    def write(self, name, text):
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
        return path


def files_in(folder):
    """Sorted names. A job that dies may leave behind OMPIO's lock of the shared file pointer, which nothing here uses: NAME-<communicator>-<process>.lock."""
    return sorted(path.name for path in folder.iterdir() if not re.fullmatch(r".+-\d+-\d+\.lock", path.name))


def edited(text, *changes):
    """The text with each (old, new) replaced; an old that is not there is a mistake of the test."""
    for old, new in changes:
        if old not in text:
            raise ValueError(f"{old!r} is not in the text")
        text = text.replace(old, new)
    return text


class WithReference(Case):
    """A job that something befalls, and the file that its uninterrupted run on one rank writes."""

    @classmethod
    def setUpClass(cls):
        folder = tempfile.TemporaryDirectory()
        cls.addClassCleanup(folder.cleanup)
        cls.references = pathlib.Path(folder.name)
        cls.made = {}

    def use(self, kind, job):
        self.kind = kind
        self.write("job.toml", job)

    def reference(self):
        """Made once per job."""
        job = (self.folder / "job.toml").read_text()
        if job not in self.made:
            self.made[job] = self.references / f"{len(self.made)}.h5"
            self.run_ok(self.kind, "job.toml", "-o", self.made[job])
        return self.made[job]


def example(name, *changes):
    """An example job, with its data files named by their full path."""
    return edited((EXAMPLES / name).read_text().replace("../data/", f"{SOURCE}/jobs/data/"), *changes)


def tiny_study(*changes):
    """The small study with still fewer points, for tests that need many runs."""
    text = example("small_study.toml", ("points = 256", "points = 96"), ("draws = 64", "draws = 32"), ("accepted = 16", "accepted = 5"))
    return edited(text + '\n[integrator]\nrtol = 1e-6\n', *changes)


def tiny_study_with_effects(*changes):
    """Families of single effects only, and few points of each."""
    return edited(tiny_study() + "\n[effect]\nrounds = 2\ndraws = 16\npairs = false\n", *changes)


def seeded_count(default):
    """--seed N on the command line, for other kills than the usual ones."""
    for i, argument in enumerate(sys.argv):
        if argument == "--seed":
            return int(sys.argv[i + 1])
    return default
