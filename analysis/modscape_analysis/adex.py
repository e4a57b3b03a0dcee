# SPDX-License-Identifier: Apache-2.0
"""The AdEx neuron of src/models/adex.hpp, for drawing: nullclines, vector field, threshold and the orbit under a current step.

C_m dV/dt = -g_L (V - E_L) + g_L Delta_T exp((V - V_T)/Delta_T) - w + I,   tau_w dw/dt = a (V - E_L) - w;
at V_peak: V <- V_r, w <- w + b, and V is held at V_r for t_ref while w goes on. Units: mV, ms, pA, nS, pF."""
from dataclasses import dataclass

import numpy as np
from scipy.integrate import solve_ivp
from scipy.optimize import brentq

PARAMETERS = ["C_m", "g_L", "E_L", "V_T", "Delta_T", "a", "b", "tau_w", "V_r", "V_peak", "t_ref"]
LONGEST_STEP = 1.0  # ms, for smooth curves


@dataclass(frozen=True)
class Orbit:
    """Pieces from reset to spike, each an array of rows t, V, w; and the states (V, w) after each reset."""

    pieces: list
    resets: np.ndarray


def v_nullcline(p, V, current):
    return p["g_L"] * (p["Delta_T"] * np.exp((V - p["V_T"]) / p["Delta_T"]) - (V - p["E_L"])) + current


def w_nullcline(p, V):
    return p["a"] * (V - p["E_L"])


def rhs(p, V, w, current):
    """dV/dt in mV/ms and dw/dt in pA/ms."""
    return (v_nullcline(p, V, current) - w) / p["C_m"], (w_nullcline(p, V) - w) / p["tau_w"]


def saddle(p, current):
    """(V, w) of the equilibrium on the right branch of the V-nullcline, the threshold; None if the nullclines do not meet, or it lies
    above V_peak."""
    def gap(V):
        return v_nullcline(p, V, current) - w_nullcline(p, V)

    if p["a"] <= -p["g_L"]:
        return None
    lowest = p["V_T"] + p["Delta_T"] * np.log1p(p["a"] / p["g_L"])
    if gap(lowest) >= 0 or gap(p["V_peak"]) <= 0:
        return None
    V = brentq(gap, lowest, p["V_peak"], xtol=1e-12)
    return V, w_nullcline(p, V)


def stable_manifold(p, current, V_limits, w_limits):
    """Both branches of the saddle's stable manifold, arrays of rows V, w from the saddle out of the limits: what lies beyond it fires.
    Empty without a saddle."""
    start = saddle(p, current)
    if start is None:
        return []
    V, w = start
    jacobian = np.array([[p["g_L"] * np.expm1((V - p["V_T"]) / p["Delta_T"]) / p["C_m"], -1 / p["C_m"]], [p["a"] / p["tau_w"], -1 / p["tau_w"]]])
    values, vectors = np.linalg.eig(jacobian)
    direction = np.real(vectors[:, np.argmin(np.real(values))])
    direction = direction / abs(direction[1]) if direction[1] else direction

    def inside(_, y):
        return min(y[0] - V_limits[0], V_limits[1] - y[0], y[1] - w_limits[0], w_limits[1] - y[1])

    inside.terminal = True
    branches = []
    for side in (1e-3, -1e-3):  # pA: on the eigenvector for all the figure shows
        run = solve_ivp(lambda _, y: np.negative(rhs(p, *y, current)), (0, 40 * p["tau_w"]), np.add(start, side * direction), "LSODA",
                        events=inside, rtol=1e-9, atol=1e-9, max_step=LONGEST_STEP)
        branches.append(np.vstack([start, run.y.T]))
    return branches


def held(p, w, duration):
    """w after V was held at V_r."""
    target = w_nullcline(p, p["V_r"])
    return target + (w - target) * np.exp(-duration / p["tau_w"])


def orbit(p, current, duration):
    """From rest, under a constant current."""

    def peak(_, y):
        return y[0] - p["V_peak"]

    peak.terminal, peak.direction = True, 1
    start, y, pieces, resets = 0.0, [p["E_L"], 0.0], [], []
    first = np.empty((0, 3))  # of a piece: the state before V is released
    while start < duration:
        run = solve_ivp(lambda _, y: rhs(p, *y, current), (start, duration), y, "DOP853", events=peak, rtol=1e-9, atol=1e-9,
                        max_step=LONGEST_STEP)
        pieces.append(np.vstack([first, np.column_stack([run.t, run.y.T])]))
        if run.status != 1:
            break
        spike, w = run.t[-1], run.y[1, -1] + p["b"]
        resets.append((p["V_r"], w))
        first = np.array([[spike, p["V_r"], w]])
        start, y = spike + p["t_ref"], [p["V_r"], held(p, w, p["t_ref"])]
    return Orbit(pieces, np.reshape(resets, (-1, 2)))
