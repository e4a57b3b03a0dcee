#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Series of bench_network on 1 and 2 ranks, with peers in between: run it with `scripts/bench network`. One JSON object per line (name,
value, unit, accuracy, ranks, simd, and what is worth knowing beside); benchmarks/README.md keeps the figures.

  <net>.rtf                  wall seconds per second of the network, after 200 ms that are not timed; median of the repeats
  <net>.cpu                  processor seconds of all ranks per second of the network
  <net>.events               synaptic events, external ones too, per wall second
  <net>.resident_per_synapse growth of the resident memory by everything, over the synapses; `counted`: synapses and index
  <net>.build                seconds
  <net>.efficiency.1to2      rtf on 1 rank / 2 rtf on 2 ranks
  <net>.peer.<name>          rtf of the peer in the same series, or "not compared"
"""
import argparse
import json
import os
import pathlib
import statistics
import subprocess
import sys
import tempfile

HERE = pathlib.Path(__file__).resolve().parent
NETS = {"N1": "network_10k.toml", "N2": "network_100k.toml"}
# Other machine (2-core KVM guest, AMD EPYC Zen 5), wall seconds per second of the network on 1 and 2 ranks or threads.
PUBLISHED = {"auryn": {"N1": {1: 0.409, 2: 0.234}, "N2": {1: 9.54, 2: 4.97}}, "nest": {"N1": {1: 31.4, 2: 16.4}, "N2": {2: 189.0}}}
PEER_ACCURACY = {"auryn": "float32 Euler on a grid of 0.1 ms", "nest": "RKF45 1e-6, spikes on a grid of 0.1 ms"}


def run(command, ranks):
    # As scripts/common.sh sets them up, ranks may move and share cores.
    done = subprocess.run(["mpirun", "-n", str(ranks), *map(str, command)], capture_output=True, text=True)
    if done.returncode != 0:
        sys.exit(f"{command}: exit code {done.returncode}\n{done.stdout}{done.stderr}")
    return done.stdout


def ours(binary, net, seconds, neurons, ranks):
    return json.loads(run([binary, HERE.parent / "jobs" / NETS[net], seconds, neurons], ranks).splitlines()[-1])


def auryn(net, seconds, ranks):
    """$MODSCAPE_PEER_AURYN N1|N2 SECONDS, under mpirun: last line {"wall": seconds that SECONDS took, after 200 ms not timed}."""
    return json.loads(run([os.environ["MODSCAPE_PEER_AURYN"], net, seconds], ranks).splitlines()[-1])["wall"] / seconds


def nest_python():
    python = os.environ.get("MODSCAPE_NEST_PYTHON", sys.executable)
    return python if subprocess.run([python, "-c", "import nest"], capture_output=True).returncode == 0 else None


def nest(net, seconds, ranks):
    import numpy as np
    with tempfile.TemporaryDirectory() as folder:
        out = pathlib.Path(folder) / "nest.npz"
        subprocess.run([nest_python(), HERE.parent / "tests/support/nest_peer.py", HERE.parent / "jobs" / NETS[net], "-o", out, "--threads", str(ranks),
                        "--warmup", "200", "--time", str(200 + 1000 * seconds)], check=True, capture_output=True)
        return float(np.load(out)["wall"]) / seconds


def emit(name, value, unit, accuracy, ranks, simd=None, **more):
    line = {"name": name, "value": value, "unit": unit, "accuracy": accuracy, "ranks": ranks, "simd": simd, **more}
    print(json.dumps({key: float(f"{entry:.4g}") if isinstance(entry, float) else entry for key, entry in line.items()}), flush=True)


NEST_SECONDS = 0.2  # once in a series: it takes minutes
TOO_SLOW = {("nest", "N2", 1)}


def series(binary, net, seconds, repeats, neurons, peers):
    runs, times = {1: [], 2: []}, {}
    for repeat in range(repeats):
        for ranks in (1, 2):
            runs[ranks].append(ours(binary, net, seconds, neurons if repeat == 0 else 0, ranks))
            for name, peer in peers.items():
                if (name, net, ranks) in TOO_SLOW or (name == "nest" and repeat > 0):
                    continue
                times.setdefault((name, ranks), []).append(peer(net, NEST_SECONDS if name == "nest" else seconds, ranks))
    error = runs[1][0]["error"]
    accuracy = f"tolerance {runs[1][0]['tolerance']:g} ms"
    if error:
        accuracy += f"; {error['spikes']} spikes of {neurons} neurons: mean error {error['mean']:g} ms, worst {error['worst']:g} ms"
    else:
        accuracy += "; error as in N1"
    rtf = {}
    for ranks, all_of_them in runs.items():
        one = all_of_them[0]
        def report(name, value, unit, **more):
            emit(f"{net}.{name}", statistics.median(map(value, all_of_them)), unit, accuracy, ranks, one["simd"], **more)
        walls = [r["wall"] / r["seconds"] for r in all_of_them]
        rtf[ranks] = statistics.median(walls)
        report("rtf", lambda r: r["wall"] / r["seconds"], "s/s", fastest=min(walls), slowest=max(walls), repeats=repeats, seconds=seconds, rates_Hz=one["rates"])
        report("cpu", lambda r: r["cpu"] / r["seconds"], "s/s")
        report("events", lambda r: r["events"] / r["wall"], "1/s")
        report("resident_per_synapse", lambda r: r["resident_bytes"] / r["synapses"], "B", counted=round(one["counted_bytes"] / one["synapses"], 3))
        report("build", lambda r: r["build"], "s")
    emit(f"{net}.efficiency.1to2", rtf[1] / (2 * rtf[2]), "1", accuracy, 2, runs[2][0]["simd"])
    for name, published in PUBLISHED.items():
        for ranks in (1, 2):
            more = {"published_on_another_machine": published[net].get(ranks)}
            if (name, ranks) in times:
                value = statistics.median(times[name, ranks])
                emit(f"{net}.peer.{name}", value, "s/s", PEER_ACCURACY[name], ranks, ours_over_peer=rtf[ranks] / value, **more)
            else:
                emit(f"{net}.peer.{name}", "not compared", "s/s", PEER_ACCURACY[name], ranks, **more)


def main():
    parser = argparse.ArgumentParser(prog="scripts/bench network", description="Speed, memory and accuracy of the network engine; peers: MODSCAPE_PEER_AURYN=program, MODSCAPE_NEST_PYTHON=python that can import nest.", epilog="Example: scripts/bench network --n1-seconds 2 --nets N1")
    parser.add_argument("binary", help=argparse.SUPPRESS)
    parser.add_argument("--nets", nargs="+", choices=list(NETS), default=list(NETS))
    parser.add_argument("--n1-seconds", type=float, default=2.0, help="timed seconds of N1 (default 2)")
    parser.add_argument("--n2-seconds", type=float, default=0.2, help="timed seconds of N2 (default 0.2)")
    parser.add_argument("--repeats", type=int, default=3)
    parser.add_argument("--neurons", type=int, default=20, help="whose spikes are compared with a replay (default 20)")
    parser.add_argument("--without-nest", action="store_true", help="do not time an installed NEST: it takes minutes")
    arguments = parser.parse_args()
    peers = {}
    if "MODSCAPE_PEER_AURYN" in os.environ:
        peers["auryn"] = auryn
    if not arguments.without_nest and nest_python() is not None:
        peers["nest"] = nest
    for net in arguments.nets:
        series(arguments.binary, net, {"N1": arguments.n1_seconds, "N2": arguments.n2_seconds}[net], arguments.repeats, arguments.neurons, peers)
    print(run([arguments.binary, "--table"], 1), file=sys.stderr)


if __name__ == "__main__":
    main()
