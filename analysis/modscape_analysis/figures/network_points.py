# SPDX-License-Identifier: Apache-2.0
"""Activity of networks over one or two varied quantities: lines with the spread over seeds, or a map per population and statistic."""
import numpy as np
from matplotlib.colors import LogNorm, Normalize
from matplotlib.patches import Patch

from .. import style
from ..output import Drawing, Table

NAME = "network_points"
TITLE = "Networks at the points of a design"
STATISTICS = (("rate", "rate (Hz)", "viridis"), ("cv_isi", "CV of ISIs", "cividis"), ("synchrony", "synchrony", "magma"),
              ("down_fraction", "time down", "Greys"))
MOST_TICKS = 7
MOST_LOG_TICKS = 4  # their labels are long
MISSING = {"facecolor": "white", "edgecolor": style.NULL_COLOUR, "hatch": "////", "linewidth": 0}
WIDE = 30.0  # a ratio of rates beyond which their colours are logarithmic
LITTLE = 0.1  # of the time down: what the darkest colour stands for at least


def draw(points):
    return _maps(points) if len(points.axes) == 2 else _lines(points)


def _described(axis):
    """What a varied quantity is, and the paths that it sets."""
    text, _, paths = axis.text.rpartition(" (")
    return text or axis.name, paths.rstrip(")").split(", ")


def _label(axis):
    names = " = ".join(style.symbol(name) for name in (axis.name, *axis.together))
    return "\n".join([f"{names} ({axis.units.replace('uM', 'µM')})", *_described(axis)[1]])


def _ticks(panel_axis, axis, values):
    """At the values, where they are few."""
    if len(values) <= (MOST_LOG_TICKS if axis.log else MOST_TICKS):
        panel_axis.set_ticks(values, labels=[f"{value:.3g}" for value in values])
        panel_axis.set_ticks([], minor=True)
    elif axis.log:
        panel_axis.set_major_formatter("{x:g}")


def _places(points):
    """The points, and for each of them the finished rows."""
    coordinates = np.column_stack([points.columns[axis.name] for axis in points.axes])
    places, of = np.unique(coordinates, axis=0, return_inverse=True)
    return places, [np.flatnonzero((of.ravel() == k) & points.done) for k in range(len(places))]


def _over_seeds(points, name, population, rows, of=np.mean):
    """A number per point over its finished runs; NaN where none has one."""
    values = points.columns[name][:, points.populations[population]]
    known = [values[r][np.isfinite(values[r])] for r in rows]
    return np.array([of(v) if v.size else np.nan for v in known])


def _maps(points):
    names = list(points.populations)
    figure = style.new_figure(points, 0.7 + 2.9 * len(names))
    panels = figure.subplots(len(names), len(STATISTICS), sharex=True, sharey=True, squeeze=False)
    table = Table()
    x, y = points.axes
    places, rows = _places(points)
    for line, population in enumerate(names):
        for panel, (name, text, colours) in zip(panels[line], STATISTICS):
            values = _over_seeds(points, name, population, rows)
            drawn = _map(panel, points.axes, places, values, colours, name)
            if drawn is not None:
                bar = figure.colorbar(drawn, ax=panel, label=text)
                if isinstance(drawn.norm, LogNorm):
                    bar.ax.yaxis.set_major_formatter("{x:g}")
                    bar.ax.yaxis.set_minor_formatter("")
            panel.set_title(f"{population}: {text.split(' (')[0]}")
            unit = "Hz" if name == "rate" else "1"
            group = [f"{y.name} = {value:.17g} {y.units}" for value in places[:, 1]]
            for k, label in enumerate(group):
                table.add(population, label, name, places[k, 0], x.units, values[k], unit)
    for panel in panels[-1]:
        panel.set_xlabel(_label(x))
    for panel in panels[:, 0]:
        panel.set_ylabel(_label(y))
    for letter, panel in zip("ABCDEFGHIJKLMNOPQRSTUVWXYZ", panels.flat):
        style.letter(panel, letter)
    style.legend_above(figure, [Patch(**MISSING, label="no value: the runs failed, or too few spikes")], 1)
    return Drawing(NAME, TITLE, figure, table, _caption(points, "Colours are means over the seeds of a point. "))


def _norm(name, known):
    """Rates that range widely are logarithmic; time down begins at white, so that little of it looks like little."""
    if not known.size:
        return None
    if name == "down_fraction":
        return Normalize(0, max(known.max(), LITTLE))
    positive = known[known > 0]
    return LogNorm(positive.min(), positive.max()) if name == "rate" and positive.size and positive.max() > WIDE * positive.min() else None


def _map(panel, axes, places, values, colours, name):
    """A cell per point of a grid, a dot per point of any other design. None: there is nothing to draw."""
    panel.patch.set(**MISSING)
    for axis, scale in zip(axes, (panel.set_xscale, panel.set_yscale)):
        scale("log" if axis.log else "linear")
    known = values[np.isfinite(values)]
    norm = _norm(name, known)
    ticks = [np.unique(places[:, k]) for k in (0, 1)]
    for axis, of_axis, panel_axis in zip(axes, ticks, (panel.xaxis, panel.yaxis)):
        _ticks(panel_axis, axis, of_axis)
    if len(ticks[0]) * len(ticks[1]) != len(places):
        return panel.scatter(places[:, 0], places[:, 1], c=values, cmap=colours, norm=norm, s=26, lw=0) if known.size else None
    grid = np.ma.masked_invalid(values.reshape(len(ticks[0]), len(ticks[1])).T)
    if isinstance(norm, LogNorm):
        grid = np.ma.masked_less_equal(grid, 0)
    drawn = panel.pcolormesh(*(_edges(t, axis.log) for t, axis in zip(ticks, axes)), grid, cmap=colours, norm=norm)
    return drawn if known.size else None


def _edges(values, log):
    """Of cells around the values of an axis."""
    places = np.log(values) if log else values
    middles = (places[1:] + places[:-1]) / 2
    edges = np.concatenate([[2 * places[0] - middles[0]], middles, [2 * places[-1] - middles[-1]]])
    return np.exp(edges) if log else edges


def _lines(points):
    axis = points.axes[0]
    figure = style.new_figure(points, 3.9)
    panels = figure.subplots(1, len(STATISTICS), sharex=True)
    table = Table()
    places, rows = _places(points)
    colours = dict(zip(points.populations, style.CONDITION_COLOURS))
    for panel, letter, (name, text, _) in zip(panels, "ABCD", STATISTICS):
        for population, column in points.populations.items():
            mean, low, high = (_over_seeds(points, name, population, rows, of) for of in (np.mean, np.min, np.max))
            panel.fill_between(places[:, 0], low, high, color=colours[population], alpha=0.25, lw=0)
            panel.plot(places[:, 0], mean, "o-", ms=3.5, color=colours[population], label=population)
            for series, values in (("mean", mean), ("lowest", low), ("highest", high)):
                table.add(letter, population, f"{name}, {series}", places[:, 0], axis.units, values, "Hz" if name == "rate" else "1")
        panel.set_xscale("log" if axis.log else "linear")
        _ticks(panel.xaxis, axis, places[:, 0])
        panel.set_xlabel(_label(axis))
        panel.set_ylabel(text)
        panel.set_ylim(bottom=0)
        style.letter(panel, letter)
    panels[0].legend()
    return Drawing(NAME, TITLE, figure, table, _caption(points, "Lines are means over the seeds of a point, bands reach from the lowest to the highest. "))


def _caption(points, what):
    failures = ", ".join(f"{count} {name}" for name, count in points.failures.items())
    failed = f" {sum(points.failures.values())} of {len(points.done)} runs failed ({failures}) and are left out." if failures else ""
    varied = "; ".join(f"{axis.name}: {text[0].lower() + text[1:]}" for axis in points.axes for text in [_described(axis)[0]])
    return (f"{what}{points.seeds} seed(s) per point. {varied}.{failed} Statistics are of the time after the transient. Synchrony is 1 if all neurons fire together "
            "and falls with the square root of their number if they are independent. Poisson sources are not shown.")
