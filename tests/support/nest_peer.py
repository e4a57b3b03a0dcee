# SPDX-License-Identifier: Apache-2.0
"""A job of `modscape network` in NEST: run by a Python that can import nest, whatever else that lacks. Knows what the comparisons
need: aeif_cond_exp with ports exc and inh, Poisson sources, fixed in-degrees, one-to-one, constant weights and delays,
background. Writes spikes and times as .npz."""
import argparse
import re
import time
import tomllib

import nest
import numpy as np

NEURON = {"C_m": "C_m", "g_L": "g_L", "E_L": "E_L", "V_T": "V_th", "Delta_T": "Delta_T", "a": "a", "b": "b", "tau_w": "tau_w", "V_r": "V_reset", "V_peak": "V_peak", "t_ref": "t_ref"}
UNITS = {"ms": 1.0, "s": 1000.0, "mV": 1.0, "pF": 1.0, "nS": 1.0, "pA": 1.0, "Hz": 1.0}


def value(text):
    number, unit = re.fullmatch(r"(\S+) (\S+)", text).groups()
    return float(number) * UNITS[unit]


def completed(populations):
    """With what `like` takes from another population."""
    def merged(base, own):
        return {**base, **{key: merged(base[key], v) if isinstance(v, dict) and key in base else v for key, v in own.items()}}
    return {name: merged(populations[p["like"]], p) if "like" in p else p for name, p in populations.items()}


def adex(population):
    port = population["synapse"]
    return {
        **{theirs: value(population["neuron"][ours]) for ours, theirs in NEURON.items()},
        "V_m": value(population["initial"]["V"]),
        "tau_syn_ex": value(port["exc"]["tau"]), "tau_syn_in": value(port["inh"]["tau"]),
        "E_ex": value(port["exc"]["E_rev"]), "E_in": value(port["inh"]["E_rev"]),
    }


def sources(name, population, trains, resolution):
    if trains is None:
        parrots = nest.Create("parrot_neuron", population["size"])
        generator = nest.Create("poisson_generator", params={"rate": value(population["rate"])})
        nest.Connect(generator, parrots, syn_spec={"delay": resolution})
        return parrots
    times, nodes = trains[f"{name}_times"], trains[f"{name}_nodes"]
    on_grid = np.maximum(np.round(times / resolution), 1) * resolution
    return nest.Create("spike_generator", population["size"], [{"spike_times": on_grid[nodes == k], "allow_offgrid_times": True} for k in range(population["size"])])


def connect(job, made):
    for projection in job.get("projection", ()):
        rule = {"rule": projection["rule"]}
        if rule["rule"] == "fixed_indegree":
            rule = {"rule": "fixed_indegree", "indegree": projection["indegree"]}
        synapse = {"weight": value(projection["weight"]) * (-1 if projection["port"] == "inh" else 1), "delay": value(projection["delay"])}
        for target in np.atleast_1d(projection["to"]):
            nest.Connect(made[projection["from"]], made[target], rule, synapse)
    for background in job.get("background", ()):
        for target in np.atleast_1d(background["to"]):
            generator = nest.Create("poisson_generator", params={"rate": value(background["rate"])})
            nest.Connect(generator, made[target], syn_spec={"weight": value(background["weight"]), "delay": nest.resolution})


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("job")
    parser.add_argument("-o", required=True)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--resolution", type=float, default=0.1)
    parser.add_argument("--warmup", type=float, default=0.0, help="ms that are not timed")
    parser.add_argument("--time", type=float, required=True, help="ms, in all")
    parser.add_argument("--trains", help=".npz with NAME_times and NAME_nodes for the Poisson populations")
    arguments = parser.parse_args()
    with open(arguments.job, "rb") as file:
        job = tomllib.load(file)
    trains = np.load(arguments.trains) if arguments.trains else None
    nest.set_verbosity("M_ERROR")
    nest.ResetKernel()
    nest.set(resolution=arguments.resolution, local_num_threads=arguments.threads, rng_seed=arguments.seed)
    begin = time.perf_counter()
    made, recorders = {}, {}
    for name, population in completed(job["population"]).items():
        if population.get("model", "adex") == "poisson":
            made[name] = sources(name, population, trains, arguments.resolution)
            continue
        made[name] = nest.Create("aeif_cond_exp", population["size"], adex(population))
        recorders[name] = nest.Create("spike_recorder")
        nest.Connect(made[name], recorders[name])
    connect(job, made)
    built = time.perf_counter()
    nest.Prepare()
    nest.Run(arguments.warmup)
    warm = time.perf_counter()
    nest.Run(arguments.time - arguments.warmup)
    end = time.perf_counter()
    nest.Cleanup()
    result = {"build": built - begin, "wall": end - warm}
    for name, recorder in recorders.items():
        result[f"{name}_times"] = recorder.events["times"]
        result[f"{name}_nodes"] = recorder.events["senders"] - made[name][0].global_id
    np.savez(arguments.o, **result)


if __name__ == "__main__":
    main()
