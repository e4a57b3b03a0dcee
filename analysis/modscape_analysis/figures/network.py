# SPDX-License-Identifier: Apache-2.0
"""Spikes of some neurons, rates of the populations, their power spectra and statistics."""
import numpy as np

from .. import style
from ..output import Drawing, Table

NAME = "network"
TITLE = "Network: spikes, rates and statistics"
NEURONS = 200  # of the raster, shared among the recorded populations by their sizes
SHOWN = 1000.0  # ms at the end of the run
SMOOTHING = 5.0  # ms
HIGHEST = 200.0  # Hz, of the spectra


def draw(network):
    figure = style.new_figure(network, 7.2)
    grid = figure.add_gridspec(2, 2, width_ratios=(2.4, 1), height_ratios=(1.25, 1))
    raster, rates = figure.add_subplot(grid[0, 0]), figure.add_subplot(grid[1, 0])
    rates.sharex(raster)
    spectra, bars = figure.add_subplot(grid[1, 1]), figure.add_subplot(grid[0, 1])
    colours = dict(zip(network.populations, style.CONDITION_COLOURS))
    table = Table()
    _raster(raster, network, colours, table)
    _rates(rates, network, colours, table)
    _spectra(spectra, network, colours, table)
    _statistics(bars, network, colours, table)
    for letter, panel in zip("ABCD", (raster, bars, rates, spectra)):
        style.letter(panel, letter)
    return Drawing(NAME, TITLE, figure, table, _caption(network))


def _window(network):
    end = network.duration
    return max(0.0, end - SHOWN), end


def _raster(panel, network, colours, table):
    total = sum(network.populations[name].size for name in network.spikes)
    low, high = _window(network)
    line, ticks = 0, []
    for name, (times, nodes) in network.spikes.items():
        size = network.populations[name].size
        shown = min(size, max(10, round(NEURONS * size / total)))
        keep = (nodes < shown) & (times >= low)
        panel.plot(times[keep], line + nodes[keep], "|", ms=2.2, mew=0.7, color=colours[name])
        table.add("A", name, "neuron", times[keep], "ms", nodes[keep], "1")
        ticks.append((line + shown / 2, f"{name}\n{shown} of {size}"))
        line += shown
    panel.set_yticks([place for place, _ in ticks], [text for _, text in ticks])
    panel.set_ylim(line, 0)
    panel.set_xlim(low, high)
    panel.tick_params(labelbottom=False)
    panel.set_title("spikes")
    if not network.spikes:
        panel.text(0.5, 0.5, "no spikes were recorded", transform=panel.transAxes, ha="center")


def _rates(panel, network, colours, table):
    low, _ = _window(network)
    width = max(1, round(SMOOTHING / network.bin))
    for name in network.populations:
        smooth = np.convolve(network.rates[name], np.full(width, 1 / width), "same")
        shown = network.times >= low
        panel.plot(network.times[shown], smooth[shown], color=colours[name], lw=1.1, label=name)
        table.add("C", name, "rate", network.times[shown], "ms", smooth[shown], "Hz")
    panel.set_ylim(0, 1.2 * panel.get_ylim()[1])  # room for the legend
    panel.set_xlabel("time (ms)")
    panel.set_ylabel("rate per neuron (Hz)")
    panel.set_title(f"rates, means over {width * network.bin:g} ms")
    panel.legend(loc="upper right", ncols=3)


def _spectra(panel, network, colours, table):
    """In units of the spectrum of independent Poisson neurons of that rate, without the lowest two bins: taking the mean away takes of them."""
    panel.set_title("power of the rates")
    panel.set_xlabel("frequency (Hz)")
    panel.set_ylabel("relative to Poisson")
    if not network.power:
        panel.text(0.5, 0.5, "run too short", transform=panel.transAxes, ha="center")
        return
    shown = (np.arange(len(network.frequencies)) >= 2) & (network.frequencies <= HIGHEST)
    frequency = network.frequencies[shown]
    for name, population in network.populations.items():
        rate = network.statistics["rate"][name]
        if population.kind != "adex" or not rate > 0:
            continue
        middles, power = _by_octave(frequency, network.power[name][shown] * population.size / rate)
        panel.plot(middles, power, color=colours[name], lw=1.1)
        table.add("D", name, "power", middles, "Hz", power, "1")
    panel.axhline(1, color=style.NULL_COLOUR, lw=1, zorder=0)
    panel.set_xscale("log")
    panel.set_yscale("log")


def _by_octave(frequency, power):
    """Means over steps of a tenth of an octave, where there are several frequencies in one."""
    step = np.floor(10 * np.log2(frequency / frequency[0]) + 1e-9)
    return tuple(np.array([values[step == s].mean() for s in np.unique(step)]) for values in (frequency, power))


STATISTICS = (  # name, text, unit
    ("rate", "rate (Hz)", "Hz"), ("cv_isi", "CV of ISIs", "1"), ("correlation", "correlation", "1"), ("fano", "Fano factor", "1"),
    ("synchrony", "synchrony", "1"), ("peak_frequency", "peak at (Hz)", "Hz"), ("peak_power", "peak / Poisson", "1"),
    ("down_fraction", "time down", "1"), ("up_duration", "up states (ms)", "ms"))


def _number(value):
    return f"{value:.3g}" if np.isfinite(value) else "–"


def _statistics(panel, network, colours, table):
    panel.axis("off")
    panel.set_title("after the transient")
    names = [name for name, population in network.populations.items() if population.kind == "adex"]
    cells = [[_number(network.statistics[key][name]) for name in names] for key, _, _ in STATISTICS]
    for key, text, unit in STATISTICS:
        table.add("B", text, key, names, "", [network.statistics[key][name] for name in names], unit)
    drawn = panel.table(cells, rowLabels=[text for _, text, _ in STATISTICS], colLabels=names, loc="upper right", cellLoc="right", edges="horizontal")
    drawn.auto_set_font_size(False)
    drawn.set_fontsize(8.5)
    drawn.scale(1, 1.25)
    for column, name in enumerate(names):
        drawn[0, column].get_text().set_color(colours[name])


def _caption(network):
    return (
        f"A: spikes of the last {min(SHOWN, network.duration):g} ms, neurons taken from the start of each population. B: statistics after "
        f"{network.transient:g} ms; counts in bins of {network.count_bin:g} ms; correlation is the mean covariance of pairs of neurons over the mean "
        "variance; synchrony is 1 if all fire together and falls with the square root of their number if they are independent. C: rates of the "
        f"populations. D: power spectra of the rates after the transient, means over {network.spectrum_windows} windows and tenths of octaves; 1 (grey) is that of independent "
        "Poisson neurons of the same rate. Down states last 50 ms or more below a fifth of the rate that an average spike finds itself in; up states "
        "are those between two of them."
    )
