# SPDX-License-Identifier: Apache-2.0
"""The whole run of a network: rates, and below them what changed meanwhile: concentrations, occupancies, traces."""
import functools

import numpy as np

from .. import style
from ..output import Drawing, Table

NAME = "network_course"
TITLE = "Network: the whole run"
BINS = 600  # of the rates along the run, at most
SAMPLES = 4000  # of a trace, at most: beyond, the lowest and the highest of each share are drawn
APART = range(4, 9)  # numbers of populations of which each has a panel of its own for its rate; otherwise they share one


def draw(network):
    names = list(network.populations)
    groups = [[name] for name in names] if len(names) in APART else [names]
    panels = [(2.56 if len(groups) == 1 else 1.2, functools.partial(_rates, names=group)) for group in groups]
    if network.modulators:
        panels += [(1.6, _concentrations), (1.6, _occupancies)]
    if network.traces:
        panels.append((max(1.6, 0.9 * len(network.traces)), _traces))
    heights = [height for height, _ in panels]
    figure = style.new_figure(network, 1.24 + sum(heights))
    axes = figure.subplots(len(panels), 1, sharex=True, squeeze=False, height_ratios=heights)[:, 0]
    table = Table()
    for letter, (_, panel), axis in zip("ABCDEFGHIJKLMNOPQRSTUVWXYZ", panels, axes):
        panel(axis, network, letter, table)
        style.letter(axis, letter)
    axes[-1].set_xlabel("time (s)")
    axes[0].set_xlim(0, network.duration / 1000)
    return Drawing(NAME, TITLE, figure, table, _caption(network))


def _width(network):
    return max(1, -(-len(network.times) // BINS))


def _colours(network):
    return {name: style.CONDITION_COLOURS[k % len(style.CONDITION_COLOURS)] for k, name in enumerate(network.populations)}


def _rates(panel, network, letter, table, names):
    width = _width(network)
    whole = len(network.times) // width * width
    times = network.times[:whole].reshape(-1, width).mean(1)
    colours = _colours(network)
    for name in names:
        rates = network.rates[name][:whole].reshape(-1, width).mean(1)
        panel.plot(times / 1000, rates, color=colours[name], lw=1.0, label=name)
        table.add(letter, name, "rate", times, "ms", rates, "Hz")
    panel.axvspan(0, network.transient / 1000, color=style.NULL_COLOUR, alpha=0.15, lw=0)
    panel.set_ylim(0, 1.25 * panel.get_ylim()[1])  # room for the legend
    panel.set_ylabel("rate per neuron (Hz)" if len(names) > 1 else "rate (Hz)")
    panel.legend(loc="upper right", ncols=4)


def _lines(panel, network, letter, table, prefix, unit):
    names = [name for name in network.modulators if name.startswith(prefix)]
    for name, colour in zip(names, style.CONDITION_COLOURS):
        panel.plot(network.modulator_times / 1000, network.modulators[name], color=colour, lw=1.2, label=name.removeprefix(prefix).replace("_", " "))
        table.add(letter, name, prefix.strip("_"), network.modulator_times, "ms", network.modulators[name], unit)
    panel.legend(loc="upper right", ncols=4)


def _concentrations(panel, network, letter, table):
    _lines(panel, network, letter, table, "concentration_", "uM")
    panel.set_ylim(0, max(1.3 * panel.get_ylim()[1], 1e-9))
    panel.set_ylabel("concentration (µM)")


def _occupancies(panel, network, letter, table):
    _lines(panel, network, letter, table, "occupancy_", "1")
    panel.set_ylim(0, 1.3)
    panel.set_ylabel("occupancy")


def _traces(panel, network, letter, table):
    """The first traced neuron of every population, one above the other."""
    colours = _colours(network)
    ticks = []
    traced = [name for name in reversed(network.populations) if name in network.traces]
    for line, name in enumerate(traced):
        times, neurons, V = network.traces[name]
        own = neurons == neurons[0]
        t, v = times[own], V[own]
        share = max(1, len(t) // SAMPLES)
        whole = len(t) // share * share
        lowest, highest = v[:whole].reshape(-1, share).min(1), v[:whole].reshape(-1, share).max(1)
        t, v = t[:whole:share], np.column_stack([lowest, highest]).ravel()
        low, high = V.min(), V.max()
        panel.plot(np.repeat(t, 2) / 1000, line + 0.8 * (v - low) / (high - low or 1), color=colours[name], lw=0.5)
        table.add(letter, name, f"V of neuron {neurons[0]}", np.repeat(t, 2), "ms", v, "mV")
        ticks += [(line, f"{low:.0f}"), (line + 0.8, f"{high:.0f}")]
        panel.text(1.005, line + 0.4, f"{name} {neurons[0]}", color=colours[name], transform=panel.get_yaxis_transform(), fontsize=8, va="center")
    panel.set_yticks([place for place, _ in ticks], [text for _, text in ticks])
    panel.set_ylabel("V (mV)")


def _caption(network):
    text = f"Rates of the populations in bins of {_width(network) * network.bin:g} ms"
    if network.transient:
        text += "; the grey part is left out of the statistics"
    if network.modulators:
        text += ". Below: concentrations of modulators and occupancies of their receptors, by region if there are several"
    text += "."
    if network.traces:
        text += " Membrane potential of the first traced neuron of each population; it ends in spikes at V_peak."
    return text
