# SPDX-License-Identifier: Apache-2.0
"""A real Slurm of one node for the tests: munged, slurmctld and slurmd with their own folder, ports and key, started in the
foreground and killed at the end. Works as root on a bare machine without systemd; nothing of an installed Slurm is touched."""
import contextlib
import os
import pathlib
import re
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time

DAEMONS = ("munged", "slurmctld", "slurmd", "sbatch", "srun", "scontrol")
PATH = os.pathsep.join([os.environ.get("PATH", os.defpath), "/usr/sbin", "/sbin"])
CPUS = 8  # announced, whatever the machine has: tests share cores
STARTED = 60  # s, most a daemon may take
CONFIGURATION = """
ClusterName=modscape
SlurmctldHost={host}(127.0.0.1)
SlurmctldPort={control_port}
SlurmdPort={node_port}
SlurmUser={user}
SlurmdUser={user}
AuthType=auth/munge
AuthInfo=socket={folder}/munge/socket
CredType=cred/munge
StateSaveLocation={folder}/state
SlurmdSpoolDir={folder}/spool
TmpFS={folder}/tmp
SlurmctldPidFile={folder}/slurmctld.pid
SlurmdPidFile={folder}/slurmd.pid
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
SelectType=select/cons_tres
SelectTypeParameters=CR_CPU
SchedulerParameters=batch_sched_delay=0,sched_interval=2,sched_min_interval=0,bf_interval=2
SlurmdParameters=config_overrides
AccountingStorageType=accounting_storage/none
JobAcctGatherType=jobacct_gather/none
MpiDefault=none
ReturnToService=2
KillWait=5
MinJobAge=600
MaxArraySize=64
NodeName={host} NodeAddr=127.0.0.1 CPUs={cpus} State=UNKNOWN
PartitionName=test Nodes={host} Default=YES MaxTime=INFINITE State=UP
"""


def missing():
    """Programs of Slurm and MUNGE that are not installed."""
    return [name for name in DAEMONS if shutil.which(name, path=PATH) is None]


def free_ports(count):
    with contextlib.ExitStack() as stack:
        sockets = [stack.enter_context(socket.socket()) for _ in range(count)]
        for one in sockets:
            one.bind(("127.0.0.1", 0))
        return [one.getsockname()[1] for one in sockets]


class Cluster:
    """`with Cluster() as slurm:` starts it; slurm.env is the environment of its clients."""

    def __enter__(self):
        self._folder = tempfile.TemporaryDirectory(prefix="modscape-slurm-", ignore_cleanup_errors=True)
        self.folder = pathlib.Path(self._folder.name)
        self.folder.chmod(0o755)  # munge refuses a socket below a folder that others can write
        self._running = []
        self.env = {**os.environ, "PATH": PATH, "SLURM_CONF": str(self.folder / "slurm.conf")}
        try:
            self._start_munge()
            self._start_slurm()
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *_):
        for name, process in reversed(self._running):
            process.send_signal(signal.SIGTERM)
            with contextlib.suppress(subprocess.TimeoutExpired):
                process.wait(10)
            process.kill()
            process.wait()
        # Step daemons are sessions of their own; all that name our spool folder are ours.
        for entry in pathlib.Path("/proc").glob("[0-9]*"):
            with contextlib.suppress(OSError):
                words = (entry / "environ").read_bytes() + (entry / "cmdline").read_bytes()
                if str(self.folder).encode() in words and int(entry.name) != os.getpid():
                    os.kill(int(entry.name), signal.SIGKILL)
        self._folder.cleanup()

    def _start(self, name, *arguments):
        log = open(self.folder / f"{name}.log", "wb")
        process = subprocess.Popen([shutil.which(name, path=PATH), *map(str, arguments)], env=self.env, stdin=subprocess.DEVNULL, stdout=log,
                                   stderr=subprocess.STDOUT, start_new_session=True)
        log.close()
        self._running.append((name, process))
        return process

    def _wait_until(self, what, condition):
        end = time.monotonic() + STARTED
        while not condition():
            dead = [name for name, process in self._running if process.poll() is not None]
            if dead or time.monotonic() > end:
                logs = "\n".join(f"--- {log.name}\n{log.read_text(errors='replace')[-4000:]}" for log in self.folder.glob("*.log"))
                raise RuntimeError(f"{what} did not come up ({dead or 'timeout'})\n{logs}")
            time.sleep(0.1)

    def _start_munge(self):
        home = self.folder / "munge"
        home.mkdir(mode=0o755)
        key = home / "key"
        key.write_bytes(os.urandom(1024))
        key.chmod(0o400)
        self._start("munged", "--foreground", "--force", f"--key-file={key}", f"--socket={home}/socket", f"--pid-file={home}/pid",
                    f"--log-file={home}/log", f"--seed-file={home}/seed", "--num-threads=2")
        self._wait_until("munged", (home / "socket").exists)

    def _start_slurm(self):
        control_port, node_port = free_ports(2)
        user = subprocess.run(["id", "-un"], capture_output=True, text=True, check=True).stdout.strip()
        (self.folder / "state").mkdir()
        (self.folder / "spool").mkdir()
        (self.folder / "tmp").mkdir()  # PMIx leaves folders named by job there: in /tmp they would be in the way of the next run
        (self.folder / "slurm.conf").write_text(CONFIGURATION.format(
            host=socket.gethostname().split(".")[0], control_port=control_port, node_port=node_port, user=user, folder=self.folder, cpus=CPUS))
        (self.folder / "cgroup.conf").write_text("CgroupAutomount=no\n")
        self._start("slurmctld", "-D", "-i")
        self._start("slurmd", "-D")
        self._wait_until("the node", lambda: "idle" in self.command("sinfo", "--noheader", "--format=%T", check=False))

    def command(self, *words, check=True, **options):
        """Runs a client of Slurm; returns what it prints."""
        run = subprocess.run(list(map(str, words)), env=self.env, capture_output=True, text=True, timeout=60, **options)
        if check and run.returncode != 0:
            raise AssertionError(f"{words}: exit code {run.returncode}\n{run.stdout}{run.stderr}")
        return run.stdout.strip()

    def job(self, name):
        """The fields that Slurm shows of a job or array element ("7_3"), by name."""
        text = self.command("scontrol", "--oneliner", "show", "job", name)
        return dict(re.findall(r"(\w+)=(\S*)", text))

    @contextlib.contextmanager
    def signalled(self, job, *options):
        """Sends SIGUSR1 to a job and lets the caller wait for what it does: scancel itself goes on trying, for minutes, when the
        job is requeued by what it was sent."""
        with subprocess.Popen(["scancel", *options, "--signal=USR1", job], env=self.env, stderr=subprocess.DEVNULL) as process:
            try:
                yield
            finally:
                process.kill()

    def wait(self, condition, what, seconds=120):
        end = time.monotonic() + seconds
        while not condition():
            if time.monotonic() > end:
                raise AssertionError(f"waited {seconds} s for {what}\n{self.command('squeue', '--array', check=False)}\n"
                                     + (self.folder / "slurmctld.log").read_text(errors="replace")[-3000:])
            time.sleep(0.2)


if __name__ == "__main__":  # for a person: a shell in which sbatch, srun and squeue talk to it
    if missing():
        sys.exit(f"not installed: {', '.join(missing())}")
    with Cluster() as slurm:
        sys.exit(subprocess.run(sys.argv[1:] or [os.environ.get("SHELL", "bash")], env=slurm.env, check=False).returncode)
