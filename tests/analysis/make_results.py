# SPDX-License-Identifier: Apache-2.0
"""A small results file as `modscape study` writes it (docs/output-format.md), with invented but plausible numbers.
Usage: make_results.py FILE [MODELS]"""
import json
import pathlib
import sys

import h5py
import numpy as np

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2] / "analysis"))
from modscape_analysis.results import crc32c  # noqa: E402

CAVEAT = "off/on is a levodopa state of hours in 6-OHDA mice, <not> an acute bath of dopamine"
REGIMES = "0 rest, 1 transient, 2 few, 3 tonic, 4 adapting, 5 initial_burst, 6 bursting, 7 accelerating, 8 irregular, 9 rest+spiking"
CURRENTS = np.arange(20.0, 301.0, 20.0)  # pA
HELD_OUT = [120.0, 200.0, 280.0]
CONDITIONS = {  # typical g_L (nS), cells, rheobases (pA)
    "off": (5.6, 15, [260, 200, 160, 260, 180, 320, 260, 300, 200, 220, 180, 180, 160, 340, 160]),
    "on": (3.2, 6, [140, 80, 160, 80, 140, 140, 120, 180, 140, 100, 160, 120, 100, 180, 140]),
    "on_SCH23390": (3.1, 10, [80, 140, 120, 160, 120, 120, 100, 140, 140, 140]),
}
PAIRS = [("off", "on"), ("on", "on_SCH23390")]
SAMPLED = ["C_m", "g_L", "Delta_T", "a", "b", "tau_w", "V_r"]
VARIABLES = ["ln_tau_m", "ln_tau_w", "a_over_g_L", "b_over_g_L_Delta_T", "V_r_minus_V_T_over_Delta_T", "ln_g_L_Delta_T"]
JOB = "\n".join([
    f"""[job]
kind = "study"
title = "dSPN excitability, invented"
[data]
citation = "Nobody et al. & sons"
caveat = "{CAVEAT}"
step_duration = "500 ms"
""",
    *(f"""[[condition]]
name = "{name}"
label = "{name.replace('23390', '')}"
text = "state {name}"
""" for name in CONDITIONS),
    *(f"""[[pair]]
from = "{first}"
to = "{second}"
""" for first, second in PAIRS),
    "[effect]",
])


def write_text(group, name, text):
    data = text.encode()
    group.attrs.create(name, np.array(data, f"S{max(1, len(data))}"), dtype=h5py.string_dtype("utf-8", max(1, len(data))))


def axis(group, name, values, units="1"):
    scale = group.create_dataset(name, data=values)
    scale.make_scale(name)
    write_text(scale, "units", units)


def labels(group, name, texts):
    axis(group, name, np.arange(len(texts)))
    group.create_dataset(name + "_label", data=np.array([t.encode() for t in texts]))


def data(group, name, values, axes, units="1"):
    dataset = group.create_dataset(name, data=values)
    write_text(dataset, "units", units)
    for k, scale in enumerate(axes):
        dataset.dims[k].attach_scale(group[scale] if scale in group else group.parent[scale])


def live_table(file, path, columns, axes):
    """columns: name -> (values, axes behind the row)."""
    group = file.create_group(path)
    rows = len(next(iter(columns.values()))[0])
    axis(group, "row", np.arange(rows))
    for name, values in axes.items():
        axis(group, name, values, "pA")
    for name, (values, further) in columns.items():
        data(group, name, values, ["row", *further])
    data(group, "status", np.ones(rows, np.uint8), ["row"])
    cells = [np.ascontiguousarray(values).reshape(rows, -1).view(np.uint8) for values, _ in columns.values()]
    status = np.ones((rows, 1), np.uint8)
    data(group, "crc", crc32c(np.hstack([*cells, status])), ["row"])
    write_text(group["crc"], "columns", " ".join(columns))
    return group


def counts(p, current, duration=500.0, dt=0.05):
    """Spikes of many neurons (rows) at many currents (columns), by Euler steps."""
    p = {name: values[:, None] for name, values in p.items()}
    V = p["E_L"] + 0.0 * current
    w, n, held = np.zeros_like(V), np.zeros_like(V), np.zeros_like(V)
    for _ in range(int(duration / dt)):
        upstroke = p["Delta_T"] * np.exp(np.minimum((V - p["V_T"]) / p["Delta_T"], 60.0))
        dV = (p["g_L"] * (upstroke - (V - p["E_L"])) - w + current) / p["C_m"]
        w = w + dt * (p["a"] * (V - p["E_L"]) - w) / p["tau_w"]
        V = np.where(held > 0, V, V + dt * dV)
        held -= dt
        spike = V >= p["V_peak"]
        V, w, held, n = np.where(spike, p["V_r"], V), w + spike * p["b"], np.where(spike, p["t_ref"], held), n + spike
    return n


def draw_models(rng, g_L, rows):
    p = {"C_m": rng.normal(130, 25, rows), "g_L": g_L * np.exp(rng.normal(0, 0.06, rows)), "E_L": np.full(rows, -85.0),
         "V_T": np.full(rows, -45.0), "Delta_T": rng.uniform(1, 3, rows), "a": rng.normal(0.3, 0.3, rows),
         "b": rng.uniform(20, 60, rows), "tau_w": 120 * np.exp(rng.normal(0, 0.4, rows)), "V_r": rng.uniform(-70, -55, rows),
         "V_peak": np.zeros(rows), "t_ref": np.full(rows, 2.0)}
    return p


def landmarks(p):
    ratio, tau = p["a"] / p["g_L"], p["C_m"] / p["g_L"] / p["tau_w"]
    V_SN = p["V_T"] + p["Delta_T"] * np.log1p(ratio)
    I_SN = (p["g_L"] + p["a"]) * (V_SN - p["E_L"] - p["Delta_T"])
    V_H = p["V_T"] + p["Delta_T"] * np.log1p(tau)
    I_H = (p["g_L"] + p["a"]) * (V_H - p["E_L"]) - p["g_L"] * p["Delta_T"] * (1 + tau)
    hopf = ratio > tau
    return {"V_SN": V_SN, "I_SN": I_SN, "V_H": np.where(hopf, V_H, np.nan), "I_H": np.where(hopf, I_H, np.nan)}, hopf


def regimes(rng, rheobase, grid, firing):
    wobble = rheobase[:, None] + rng.normal(0, 5, (len(rheobase), 1))
    codes = np.where(grid < wobble, 0, np.where(grid < wobble + 8, firing[0], firing[1]))
    return codes.astype(np.int32)


def write_models(file, rng, condition, rows):
    g_L, cells, _ = CONDITIONS[condition]
    p = draw_models(rng, g_L, rows)
    points, hopf = landmarks(p)
    spikes = counts(p, CURRENTS)
    rheobase = points["I_SN"] * 1.03
    columns = {name: (values, []) for name, values in (p | points).items()}
    columns |= {"source_index": (np.arange(rows, dtype=float), []), "onset_class": (np.where(hopf, 2, 1).astype(np.int32), []),
                "rheobase": (rheobase, []), "gain": (rng.normal(0.1, 0.01, rows), []),
                "counts": (spikes, ["data_current"]), "population_mean": (spikes * 0.98, ["data_current"]),
                "regime_on_protocol": (regimes(rng, rheobase, CURRENTS, (1, 4)), ["data_current"])}
    grid = np.arange(0.0, 481.0, 10.0)
    columns["regime_asymptotic"] = (regimes(rng, rheobase, grid, (9, 3)), ["regime_current"])
    group = live_table(file, f"models/{condition}", columns, {"data_current": CURRENTS, "regime_current": grid})
    for name in ("regime_on_protocol", "regime_asymptotic"):
        write_text(group[name], "regime_names", REGIMES)
    return spikes


def write_fit(file, rng, condition, spikes):
    group = file.create_group(f"fit/{condition}")
    _, cells, rheobases = CONDITIONS[condition]
    numbers = {"ess": 412.5, "cells": cells, "within_1_sem": 0.8, "within_2_sem": 1.0, "rheobase_p_value": 0.43,
               "combination_sd": 6.5, "combination_prior_sd": 71.0}
    for name, value in numbers.items():
        group.attrs[name] = value
    write_text(group, "fit_mode", "population")
    axis(group, "data_current", CURRENTS, "pA")
    mean = spikes.mean(axis=0)
    sd = 0.1 * mean + 0.5 / np.sqrt(cells)
    columns = {"mean": np.maximum(0, mean + rng.normal(0, 0.3, mean.size) * (mean > 0)), "sem": sd * (mean > 0), "sd_floored": sd,
               "held_out": np.isin(CURRENTS, HELD_OUT).astype(np.int32), "predicted_mean": mean}
    for name, z in (("band_2_5", -1.96), ("band_16", -1), ("band_84", 1), ("band_97_5", 1.96)):
        columns[name] = np.maximum(0, mean + z * (0.06 * mean + 0.1))
    columns["predictive_2_5"], columns["predictive_97_5"] = np.maximum(0, mean - 2.3 * sd), mean + 2.3 * sd
    for name, values in columns.items():
        data(group, name, values, ["data_current"])
    axis(group, "round", np.arange(3))
    data(group, "ess_by_round", [30.0, 210.0, 412.5], ["round"])
    labels(group, "parameter", SAMPLED)
    axis(group, "direction", np.arange(len(SAMPLED)))
    data(group, "posterior_mean", rng.normal(0, 1, len(SAMPLED)), ["parameter"])
    data(group, "posterior_sd", rng.uniform(0.1, 0.9, len(SAMPLED)), ["parameter"])
    data(group, "prior_sd", np.ones(len(SAMPLED)), ["parameter"])
    data(group, "spectrum", np.geomspace(4e-3, 1.05, len(SAMPLED)) * np.exp(rng.normal(0, 0.2, len(SAMPLED))), ["direction"])
    basis, _ = np.linalg.qr(rng.normal(size=(len(SAMPLED),) * 2))
    data(group, "directions", basis, ["direction", "parameter"])
    axis(group, "cell", np.arange(len(rheobases)))
    data(group, "rheobases", np.array(rheobases, float), ["cell"], "pA")


def write_reduction(file, rng, rows):
    group = file.create_group("reduction")
    labels(group, "variable", VARIABLES)
    labels(group, "condition", list(CONDITIONS))
    axis(group, "component", np.arange(6))
    axis(group, "model", np.arange(rows * len(CONDITIONS)))
    basis, _ = np.linalg.qr(rng.normal(size=(6, 6)))
    index = np.repeat(np.arange(len(CONDITIONS)), rows).astype(np.int32)
    scores = rng.normal(size=(index.size, 6)) * np.sqrt([2.4, 1.3, 0.9, 0.7, 0.4, 0.3])
    scores[index == 0, 0] += 2.5
    data(group, "loadings", basis, ["component", "variable"])
    data(group, "explained", np.array([0.40, 0.22, 0.15, 0.12, 0.07, 0.04]), ["component"])
    data(group, "scores", scores, ["model", "component"])
    data(group, "condition_index", index, ["model"])
    for pair, value in zip(PAIRS, (0.31, 0.01), strict=True):
        sub = group.create_group("_to_".join(pair))
        sub.attrs["silhouette"] = value
        axis(sub, "split", np.arange(64))
        data(sub, "silhouette_null", rng.normal(0.02, 0.02, 64), ["split"])


def write_verdict(file, rng, pair, verdict, shift):
    group = file.create_group("verdict/" + "_to_".join(pair))
    share = {name: 0.05 for name in ("switching", "scaling", "none", "undetermined")} | {verdict: 0.85}
    numbers = {f"p_{name}": value for name, value in share.items()}
    numbers |= {"regime_distance": 0.12, "regime_p_value": 0.4, "null_switching_rate": 0.03, "shift": shift, "shift_sd": 9.0,
                "shift_p_value": 0.01, "gain_ratio": 1.2, "gain_ratio_low": 0.9, "gain_ratio_high": 1.6, "gain_p_value": 0.2,
                "median_null_ess": 150.0, "unpaired_switching": 0.3}
    for name, value in numbers.items():
        group.attrs[name] = value
    for name, text in (("verdict", verdict), ("reason", "the null allows it"), ("criterion", "one-sided p < 0.05"), ("caveat", CAVEAT)):
        write_text(group, name, text)
    axis(group, "draw", np.arange(400))
    data(group, "shift_draws", rng.normal(shift, 9, 400), ["draw"], "pA")
    data(group, "gain_ratio_draws", np.exp(rng.normal(0.18, 0.14, 400)), ["draw"])
    axis(group, "split", np.arange(64))
    data(group, "null_regime_distance", rng.uniform(0, 0.3, 64), ["split"])
    data(group, "null_shift", rng.normal(0, 12, 64), ["split"], "pA")
    data(group, "null_log_gain", rng.normal(0, 0.15, 64), ["split"])
    strings = ["rest|tonic", "rest|rest+spiking|tonic", "rest|bursting|tonic", "tonic"]
    labels(group, "string", strings)
    data(group, "share_from", np.array([0.7, 0.2, 0.08, 0.02]), ["string"])
    data(group, "share_to", np.array([0.6, 0.25, 0.12, 0.03]), ["string"])


def write_effects(file, rng, pair):
    group = file.create_group("effect/" + "_to_".join(pair))
    for name, text in (("criterion", "rejected: p below 0.05"), ("caveat", CAVEAT)):
        write_text(group, name, text)
    families = ["none", "E_L", "b", "conductance", "E_L+b"]
    labels(group, "family", families)
    judgement = ["rejected: misfit", "kept", "rejected: outweighed", "not rejected", "undecided"]
    group.create_dataset("judgement", data=np.array([text.encode() for text in judgement]))
    group["judgement"].dims[0].attach_scale(group["family"])
    data(group, "log_evidence_difference", np.array([-90.0, -0.8, -9.0, -1.5, 0.0]), ["family"])
    data(group, "log_evidence_error", rng.uniform(0.02, 0.2, 5), ["family"])
    for name in ("p_value", "p_value_from", "p_value_to"):
        data(group, name, np.array([0.0, 0.6, 0.3, 0.5, 0.7]), ["family"])
    data(group, "ess", rng.uniform(40, 900, 5), ["family"])
    effects = [(1, "E_L", "mV"), (2, "b", "pA"), (3, "g", "nS"), (3, "E_rev", "mV"), (4, "E_L", "mV"), (4, "b", "pA")]
    labels(group, "effect", [f"{families[f]}: {name}" for f, name, _ in effects])
    data(group, "effect_family", np.array([f for f, _, _ in effects], np.int32), ["effect"])
    for name, column in (("effect_parameter", 1), ("effect_unit", 2)):
        group.create_dataset(name, data=np.array([row[column].encode() for row in effects]))
        group[name].dims[0].attach_scale(group["effect"])
    middle = rng.normal(0, 10, len(effects))
    for name, values in (("median", middle), ("low", middle - 4), ("high", middle + 4)):
        data(group, f"effect_{name}", values, ["effect"])
        data(group, f"factor_{name}", np.full(len(effects), np.nan), ["effect"])
    data(group, "edge_share", rng.uniform(0, 0.1, len(effects)), ["effect"])


def write_path_verdict(file, rng, pair, verdict):
    group = file.create_group("path_verdict/" + "_to_".join(pair))
    for name, text in (("verdict", verdict), ("reason", f"{verdict} under E_L"), ("criterion", "p below 0.05"), ("caveat", CAVEAT)):
        write_text(group, name, text)
    families = ["E_L", "b"]
    labels(group, "family", families)
    labels(group, "change", ["firing without input", "firing at all", "onset class", "pattern of firing", "bistability"])
    for name in ("family_verdict", "family_reason"):
        group.create_dataset(name, data=np.array([verdict.encode(), b"scaling"]))
        group[name].dims[0].attach_scale(group["family"])
    for name, values in (("p_switching", (0.1, 0.3)), ("p_scaling", (0.8, 0.6)), ("p_none", (0.1, 0.05)), ("p_undetermined", (0.0, 0.05)),
                         ("switching_share", (0.12, 0.4)), ("critical_fraction", (0.4, np.nan)), ("shift", (-90.0, -85.0)), ("gain_ratio", (1.1, 0.9))):
        data(group, name, np.array(values), ["family"])
    for name in ("switching_p_value", "null_switching_rate", "latent_share", "undecided_share", "shift_sd", "shift_p_value", "gain_ratio_low", "gain_ratio_high", "gain_p_value", "median_null_ess"):
        data(group, name, rng.uniform(0, 1, 2), ["family"])
    data(group, "split", np.arange(100.0), [])
    data(group, "null_switching_share", rng.uniform(0, 0.1, (2, 100)), ["family", "split"])
    data(group, "change_share", rng.uniform(0, 0.3, (2, 5)), ["family", "change"])


def make(path, rows=512):
    rng = np.random.default_rng(7)
    with h5py.File(path, "w") as file:
        file.attrs["format_version"] = np.int32(1)
        write_text(file, "title", "dSPN excitability, invented")
        write_text(file, "program", "modscape")
        provenance = file.create_group("provenance")
        write_text(provenance, "job_hash", "0123456789abcdef")
        provenance.create_dataset("job_text", data=np.array(JOB.encode()))
        session = {"start": "2026-01-01T00:00:00Z", "end": "2026-01-01T00:10:00Z", "program": "modscape 0.1.0", "commit": "abcdef0"}
        provenance.create_dataset("sessions", data=np.array([json.dumps(session).encode(), b""], "S512"))
        live_table(file, "exploration", {"C_m": (np.linspace(60.0, 250.0, 8), [])}, {})
        for condition in CONDITIONS:
            write_fit(file, rng, condition, write_models(file, rng, condition, rows))
        write_reduction(file, rng, rows)
        for pair, verdict, shift in zip(PAIRS, ("scaling", "undetermined"), (-95.0, 4.0), strict=True):
            write_verdict(file, rng, pair, verdict, shift)
            write_effects(file, np.random.default_rng(8), pair)
            write_path_verdict(file, np.random.default_rng(9), pair, verdict)
        write_text(file.create_group("complete"), "caveat", CAVEAT)


if __name__ == "__main__":
    if len(sys.argv) < 2:
        sys.exit(__doc__)
    make(sys.argv[1], int(sys.argv[2]) if len(sys.argv) > 2 else 512)
