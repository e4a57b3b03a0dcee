# SPDX-License-Identifier: Apache-2.0
"""The one reader of results files. The layout is that of docs/output-format.md."""
import json
import re
import tomllib
from dataclasses import dataclass

import h5py
import numpy as np

FORMAT_VERSION = 1
DONE = 1  # row status: 0 empty, 1 done, above 1 a named failure


class ResultsError(Exception):
    """What is wrong with a results file, for the user."""


@dataclass(frozen=True)
class Section:
    """One group: its attributes and its datasets. Axes and labels of enclosing groups are included."""

    path: str
    attributes: dict
    columns: dict

    def __getitem__(self, name):
        return self._get(self.columns, "dataset", name)

    def __contains__(self, name):
        return name in self.columns

    def attribute(self, name):
        return self._get(self.attributes, "attribute", name)

    def _get(self, store, what, name):
        if name not in store:
            raise ResultsError(f"{self.path} has no {what} '{name}': the file was written by another version of modscape")
        return store[name]


@dataclass(frozen=True)
class Condition:
    name: str
    label: str
    text: str


@dataclass(frozen=True, kw_only=True)
class Results:
    """What every file says of itself."""

    title: str
    program: str
    job: dict
    job_text: str
    job_hash: str
    sessions: list
    caveat: str
    citation: str


@dataclass(frozen=True, kw_only=True)
class Study(Results):
    """A finished study, in memory. Dictionaries are keyed by condition name or by pair (from, to), in the order of the job.
    `separations` has no pair when there were too few models for components, `effects` none when the job has no [effect]."""

    conditions: dict
    models: dict
    fits: dict
    reduction: Section
    separations: dict
    effects: dict
    verdicts: dict
    path_verdicts: dict  # as effects


@dataclass(frozen=True)
class SweepAxis:
    """One of the two axes of a landscape: coordinate of every row, and how it is drawn."""

    name: str
    units: str
    text: str
    log: bool
    together: list  # names of axes zipped with it


@dataclass(frozen=True, kw_only=True)
class Sweep(Results):
    """The finished rows of a sweep and its rounds that vary along two axes; `columns` hold one value per row (and current)."""

    axes: list
    columns: dict
    round: np.ndarray
    failed: int
    regimes: dict  # code -> name

    @property
    def summary(self):
        return f"{len(self.round)} points in {len(np.unique(self.round))} round(s), {self.failed} failed."


@dataclass(frozen=True)
class Branch:
    """A branch of a bifurcation diagram: `columns` hold one value per point."""

    kind: str  # "equilibria" or "cycles"
    spikes: int
    ends: list  # how it ends at its first and its last point: "bound", "step_size", "points" ...
    columns: dict


@dataclass(frozen=True)
class BifurcationDiagram:
    point: dict  # of the design: name -> value
    branches: list
    special: list  # dictionaries: kind, branch, value, V, w, period, omega, coefficient ...


@dataclass(frozen=True, kw_only=True)
class Continuation(Results):
    """Bifurcation diagrams along `axis`, one per finished point of the design; `units` of the design's parameters."""

    axis: SweepAxis
    units: dict
    diagrams: list
    failed: int

    @property
    def summary(self):
        return f"{len(self.diagrams)} diagram(s) along {self.axis.name}, {self.failed} failed."


@dataclass(frozen=True)
class LandscapeAxis:
    name: str
    units: str
    text: str
    values: np.ndarray


@dataclass(frozen=True, kw_only=True)
class Landscape(Results):
    """Finished strips side by side: arrays of cells are (across, along)."""

    across: LandscapeAxis
    along: LandscapeAxis
    regime: np.ndarray  # codes, -1: undecided
    regimes: dict  # code -> name
    agreement: np.ndarray  # names
    rate: np.ndarray  # Hz
    pieces: list  # (kind, across, along) of curves
    special: list  # (kind, across, along) of points
    corners: list  # (kind, across, along) of points of codimension two
    failed: int

    @property
    def summary(self):
        return f"{self.regime.size} cells in {len(self.across.values)} strips, {self.failed} strips failed."


@dataclass(frozen=True)
class Population:
    kind: str
    size: int


@dataclass(frozen=True, kw_only=True)
class Network(Results):
    """A finished run. Times in ms, rates in Hz; by name of population."""

    populations: dict  # name -> Population
    spikes: dict  # name -> (times, neurons), of those recorded
    times: np.ndarray  # middles of the bins of `rates`
    rates: dict
    statistics: dict  # name of the statistic -> population -> value
    frequencies: np.ndarray  # Hz, of `power`; empty: the run was too short
    power: dict  # two-sided spectrum of the rate of a neuron (Hz)
    spectrum_windows: int  # that were averaged
    duration: float
    transient: float
    bin: float  # of `rates`
    count_bin: float  # of the statistics of counts
    modulator_times: np.ndarray  # of `modulators`
    modulators: dict  # column of /modulators -> values; empty: there are none
    traces: dict  # name -> (times, neurons, V), of those traced

    @property
    def summary(self):
        neurons = sum(p.size for p in self.populations.values() if p.kind == "adex")
        return f"{neurons} neurons, {self.duration / 1000:g} s, {sum(len(times) for times, _ in self.spikes.values())} spikes recorded."


@dataclass(frozen=True, kw_only=True)
class NetworkPoints(Results):
    """Networks at the points of a design; `columns` hold one value per row, those of statistics one per row and population."""

    axes: list  # SweepAxis: what takes more than one value
    populations: dict  # name -> its column, of those with neurons
    columns: dict
    done: np.ndarray  # rows that did not fail
    failures: dict  # name -> rows
    seeds: int

    @property
    def summary(self):
        return f"{len(self.done)} networks, {sum(self.failures.values())} failed."


def _kind(file):
    kind = _job(file)["job"]["kind"]
    return "network points" if kind == "network" and "points" in file else kind


def kind_of(path):
    """Of the job whose results these are: study, sweep, continue, landscape, network, network points or simulate."""
    return _opened(path, _kind)


def has_effects(path):
    """Of a study: its job asks which parameters were moved."""
    return _opened(path, lambda file: "effect" in _job(file))


def load(path, without_models=False):
    """Reads a finished study, sweep, continuation, landscape or network; ResultsError for anything else. `without_models`: of a study
    only its fits and effects, which are there before the rest."""
    readers = {"sweep": _read_sweep, "continue": _read_continuation, "landscape": _read_landscape, "network": _read_network, "network points": _read_network_points}
    study = _read_fits if without_models else _read
    return _opened(path, lambda file: readers.get(_kind(file), study)(file, path))


def _opened(path, read):
    try:
        with h5py.File(path, "r", locking=False) as file:
            return read(file)
    except (OSError, RuntimeError, UnicodeDecodeError) as error:
        raise ResultsError(f"cannot be read as HDF5: it is truncated or not a results file ({error})") from error


def _job(file):
    _require_ours(file)
    return tomllib.loads(_text(file["provenance/job_text"][()]))


def _of_any_file(file, job, title, caveat=""):
    """The fields of Results."""
    return {
        "title": title,
        "program": _text(file.attrs["program"]),
        "job": job,
        "job_text": _text(file["provenance/job_text"][()]),
        "job_hash": _text(file["provenance"].attrs.get("job_hash", "")),
        "sessions": _sessions(file["provenance/sessions"][()]),
        "caveat": caveat,
        "citation": job.get("data", {}).get("citation", ""),
    }


def _read_sweep(file, path):
    job = _job(file)
    tables = ["sweep", *(f"round_{r + 1}" for r in range(len(job.get("round", []))))]
    for table in tables:
        finished = _finished_rows(file[table])
        if not finished.all():
            _unfinished(path, table, f" ({finished.sum()} of {finished.size} rows are there)", "sweep")
    names = [c for c in _text(file["sweep/crc"].attrs["columns"]).split()]
    done = {table: file[table]["status"][()] == DONE for table in tables}
    columns = {name: np.concatenate([file[table][name][()][done[table]] for table in tables]) for name in names}
    rounds = np.concatenate([np.full(done[table].sum(), r) for r, table in enumerate(tables)])
    if not rounds.size:
        raise ResultsError("every point failed: there is nothing to draw")
    axes = _sweep_axes(file["sweep"], job, names[:names.index("counts")], columns)
    if "current" in file["sweep"] and len(file["sweep/current"]) > 1:
        current = file["sweep/current"][()]
        axes.append(_axis(file["sweep"], "current", False, []))
        columns, rounds = _along_current(columns, rounds, current)
    if len(axes) != 2:
        varied = ", ".join(axis.name for axis in axes) or "nothing"
        raise ResultsError(f"varies {varied}: a landscape is drawn of sweeps along two axes")
    return Sweep(
        **_of_any_file(file, job, f"Landscape over {axes[0].name} and {axes[1].name}"),
        axes=axes,
        columns={name: values.reshape(len(rounds)) for name, values in columns.items()},
        round=rounds,
        failed=int(sum((~rows).sum() for rows in done.values())),
        regimes=_codes(_text(file["sweep/regime"].attrs["regime_names"])),
    )


def _read_continuation(file, path):
    job, table = _job(file), file["continuation"]
    if not _finished_rows(table).all():
        _unfinished(path, "continuation", kind="continue")
    done = np.flatnonzero(table["status"][()] == DONE)
    if not done.size:
        raise ResultsError("every diagram failed: there is nothing to draw")
    names = _text(table["crc"].attrs["columns"]).split()
    varied = names[:names.index("branches")]
    kinds, points = _codes(_text(table["branch_kind"].attrs["kind_meanings"])), _codes(_text(table["special_kind"].attrs["kind_meanings"]))
    along = job["continue"]["parameter"]
    value = table["value"].attrs
    return Continuation(
        **_of_any_file(file, job, f"Bifurcation diagrams along {along}"),
        axis=SweepAxis(along, _text(value["units"]), _text(value["long_name"]), False, []),
        units={name: _text(table[name].attrs["units"]) for name in varied},
        diagrams=[_diagram(table, row, varied, kinds, points) for row in done],
        failed=int(len(table["status"]) - done.size),
    )


def _diagram(table, row, varied, kinds, points):
    per_point = [name for name in table if table[name].ndim == 3 and table[name].shape[1:] == table["value"].shape[1:]]
    ends = _codes(_text(table["branch_end"].attrs["end_meanings"]))
    branches = []
    for b in range(table["branches"][row]):
        count = table["branch_points"][row, b]
        columns = {name: table[name][row, b, :count] for name in per_point}
        branches.append(Branch(kinds[table["branch_kind"][row, b]], int(table["branch_spikes"][row, b]), [ends[end] for end in table["branch_end"][row, b]], columns))
    codes = table["special_kind"][row]
    columns = [name for name in table if name.startswith("special_")]
    special = [{name.removeprefix("special_"): table[name][row, s].item() for name in columns} for s in np.flatnonzero(codes)]
    for point in special:
        point["kind"] = points[point["kind"]]
    return BifurcationDiagram({name: table[name][row].item() for name in varied}, branches, special)


def _read_landscape(file, path):
    job, table = _job(file), file["landscape"]
    if not _finished_rows(table).all():
        _unfinished(path, "landscape", kind="landscape")
    done = np.flatnonzero(table["status"][()] == DONE)
    if done.size < 2:
        raise ResultsError("fewer than two strips did not fail: there is nothing to draw")
    across, along = _text(table["crc"].attrs["columns"]).split()[0], job["landscape"]["parameter"]
    regimes, agreements = _codes(_text(table["regime"].attrs["regime_names"])), _codes(_text(table["agreement"].attrs["agreement_meanings"]))
    axes = [LandscapeAxis(name, _text(of.attrs["units"]), _text(of.attrs["long_name"]), values)
            for name, of, values in ((across, table[across], table[across][done]), (along, table["cell"], table["cell"][()]))]
    return Landscape(
        **_of_any_file(file, job, f"Landscape over {across} and {along}"),
        across=axes[0],
        along=axes[1],
        regime=table["regime"][()][done],
        regimes=regimes,
        agreement=np.vectorize(agreements.get)(table["agreement"][()][done]),
        rate=table["rate"][()][done],
        pieces=_pieces(table, done),
        special=[(kind, table[across][row], table["special_value"][row, s]) for row, s, kind in _coded(table, "special_kind", done)],
        corners=[(kind, table["corner_across"][row, c], table["corner_along"][row, c]) for row, c, kind in _coded(table, "corner_kind", done)],
        failed=int(len(table["status"]) - done.size),
    )


def _read_network(file, path):
    job = _job(file)
    if "statistics" not in file or not all("finished" in file[f"provenance/{log}"].attrs for log in ("rates", *(f"spikes/{name}" for name in file.get("spikes", ())))):
        last = (_sessions(file["provenance/sessions"][()]) or [{}])[-1]
        if "failure" in last:
            raise ResultsError(f"the network did not come to its end: {last['failure']}\nNothing of it is drawn; /rates and /spikes have what it did until then.")
        _unfinished(path, "statistics", f" ({last['progress']})" if "progress" in last else "", kind="network")
    statistics = file["statistics"]
    names = [_text(name) for name in statistics["population_label"][()]]
    ms = {key: _milliseconds(job["network"][key]) for key in ("duration", "transient")}
    return Network(
        **_of_any_file(file, job, job["job"]["title"]),
        populations={name: Population(job["population"][name]["model"], job["population"][name]["size"]) for name in names},
        spikes={name: (log["timestamps"][()], log["node_ids"][()]) for name, log in file.get("spikes", {}).items()},
        times=file["rates/time"][()],
        rates={name: file[f"rates/rate_{name}"][()] for name in names},
        statistics={key: dict(zip(names, data[()])) for key, data in statistics.items() if data.ndim == 1 and not key.startswith(("population", "frequency"))},
        frequencies=statistics["frequency"][()] if "power" in statistics else np.empty(0),
        power=dict(zip(names, statistics["power"][()])) if "power" in statistics else {},
        spectrum_windows=int(statistics.attrs["spectrum_windows"]),
        duration=ms["duration"],
        transient=ms["transient"],
        bin=_milliseconds(job["record"]["rate_interval"]),
        count_bin=float(statistics.attrs["bin"]),
        modulator_times=file["modulators/time"][()] if "modulators" in file else np.empty(0),
        modulators={name: column[()] for name, column in file.get("modulators", {}).items() if name.startswith(("concentration_", "occupancy_"))},
        traces={name: (log["time"][()], log["neuron"][()], log["V"][()]) for name, log in file.get("traces", {}).items()},
    )


def _read_network_points(file, path):
    job, table = _job(file), file["points"]
    finished = _finished_rows(table)
    if not finished.all():
        _unfinished(path, "points", f" ({finished.sum()} of {finished.size} rows are there)", kind="network")
    names = _text(table["crc"].attrs["columns"]).split()
    columns = {name: table[name][()] for name in names}
    axes = _sweep_axes(table, {"design": {}, **job}, names[:names.index("seed")], columns)
    if len(axes) not in (1, 2):
        raise ResultsError(f"varies {', '.join(axis.name for axis in axes) or 'nothing'}: the figure is drawn over one or two quantities")
    status, meanings = table["status"][()], _codes(_text(table["status"].attrs["status_meanings"]))
    placed = np.isfinite(np.column_stack([columns[axis.name] for axis in axes])).all(axis=1)  # a crashed row has no numbers
    if not (placed & (status == DONE)).any():
        raise ResultsError("every network failed: there is nothing to draw")
    populations = {name: code for code, name in _codes(_text(table["rate"].attrs["population_names"])).items()}
    return NetworkPoints(
        **_of_any_file(file, job, _text(file.attrs["title"])),
        axes=axes,
        populations={name: code for name, code in populations.items() if _model_of(job["population"], name) == "adex"},
        columns={name: values[placed] for name, values in columns.items()},
        done=status[placed] == DONE,
        failures={meanings[code]: int((status == code).sum()) for code in np.unique(status[status > DONE])},
        seeds=job.get("sweep", {}).get("seeds", 1),
    )


def _model_of(populations, name):
    """In a job as it was written."""
    own = populations[name]
    return own.get("model") or (_model_of(populations, own["like"]) if "like" in own else "adex")


def _milliseconds(text):
    """Of a time in a resolved job, where all are in ms."""
    number, unit = text.split()
    if unit != "ms":
        raise ResultsError(f"has the time {text}, not in ms")
    return float(number)


def _coded(table, name, rows):
    """(row, position, kind) of every entry that is not 0."""
    codes, kinds = table[name][()], _codes(_text(table[name].attrs["kind_meanings"]))
    return [(row, k, kinds[codes[row, k]]) for row in rows for k in np.flatnonzero(codes[row])]


def _pieces(table, rows):
    pieces = []
    for row, k, kind in _coded(table, "piece_kind", rows):
        across, along = table["piece_across"][row, k], table["piece_along"][row, k]
        known = np.isfinite(across)
        pieces.append((kind, across[known], along[known]))
    return pieces


def _axis(table, name, log, together):
    attributes = table[name].attrs
    return SweepAxis(name, _text(attributes["units"]), _text(attributes["long_name"]), log, together)


def _sweep_axes(table, job, names, columns):
    """The varied parameters that take more than one value; of zipped ones the first."""
    parts = job["design"].get("part", [job["design"]])
    spans = {}
    for part in [job, *parts]:
        spans |= part.get("axes", {}) | part.get("ranges", {})
    zipped = {name: group for part in parts for group in part.get("zip", []) for name in group}
    axes, seen = [], set()
    for name in names:
        if name in seen or np.unique(columns[name][np.isfinite(columns[name])]).size < 2:
            continue
        seen.update(zipped.get(name, [name]))
        span = spans.get(name, {})
        together = [other for other in zipped.get(name, []) if other != name]
        axes.append(_axis(table, name, isinstance(span, dict) and span.get("scale") == "log", together))
    return axes


def _along_current(columns, rounds, current):
    """One row per point and current."""
    count = len(current)
    flat = {name: values.reshape(-1) if values.ndim == 2 else np.repeat(values, count) for name, values in columns.items()}
    return flat | {"current": np.tile(current, len(rounds))}, np.repeat(rounds, count)


def _codes(text):
    """{0: "rest", ...} from "0 rest, 1 transient, ..."."""
    return {int(code): name for code, name in (entry.split() for entry in text.split(", "))}


def _read(file, path):
    job, conditions, pairs = _asked(file)
    _require_finished(file, path, conditions, pairs, "effect" in job)
    verdicts = {pair: _section(file, "verdict/" + "_to_".join(pair)) for pair in pairs}
    caveats = [v.attribute("caveat") for v in verdicts.values()] or [job["data"].get("caveat", "")]
    return Study(
        **_of_any_file(file, job, _title(file, job), "; ".join(dict.fromkeys(caveats))),
        conditions=conditions,
        models={c: _live_table(file, f"models/{c}") for c in conditions},
        fits={c: _section(file, f"fit/{c}") for c in conditions},
        reduction=_section(file, "reduction"),
        separations={pair: _section(file, group) for pair in pairs if (group := "reduction/" + "_to_".join(pair)) in file},
        effects=_effects(file, job, pairs),
        verdicts=verdicts,
        path_verdicts={pair: _section(file, "path_verdict/" + "_to_".join(pair)) for pair in pairs if "effect" in job},
    )


def _read_fits(file, path):
    """A study as far as `modscape effect` brings it."""
    job, conditions, pairs = _asked(file)
    for stage in [f"fit/{c}" for c in conditions] + ["effect/" + "_to_".join(pair) for pair in pairs if "effect" in job]:
        if stage not in file:
            _unfinished(path, stage)
    return Study(
        **_of_any_file(file, job, _title(file, job), job["data"].get("caveat", "")),
        conditions=conditions, models={}, fits={c: _section(file, f"fit/{c}") for c in conditions}, reduction=None, separations={},
        effects=_effects(file, job, pairs), verdicts={}, path_verdicts={},
    )


def _asked(file):
    """The job of a study, its conditions and its pairs."""
    job = _job(file)
    if job["job"]["kind"] != "study":
        raise ResultsError(f"holds a {job['job']['kind']}; figures are drawn of studies and sweeps")
    conditions = {c["name"]: Condition(c["name"], c["label"], c["text"]) for c in job["condition"]}
    return job, conditions, [(p["from"], p["to"]) for p in job.get("pair", [])]


def _title(file, job):
    return _text(file.attrs.get("title", "")) or job["job"].get("title", "")


def _effects(file, job, pairs):
    return {pair: _section(file, "effect/" + "_to_".join(pair)) for pair in pairs if "effect" in job}


def _require_ours(file):
    program = _text(file.attrs.get("program", ""))
    if not program.startswith("modscape") or "provenance/job_text" not in file:
        raise ResultsError("is HDF5, but not a results file of modscape")
    version = int(file.attrs.get("format_version", 0))
    if version != FORMAT_VERSION:
        raise ResultsError(f"has format version {version}; this report reads version {FORMAT_VERSION}")


def _require_finished(file, path, conditions, pairs, with_effects):
    needed = [f"fit/{c}" for c in conditions] + ["effect/" + "_to_".join(p) for p in pairs if with_effects] + ["reduction"] + ["verdict/" + "_to_".join(p) for p in pairs] + ["complete"] + ["path_verdict/" + "_to_".join(p) for p in pairs if with_effects]
    fitted = with_effects and all("effect/" + "_to_".join(p) in file for p in pairs)
    there = "\nIts effects are there: --only effects or --only identifiability draws these." if fitted else ""
    for table in ["exploration"] + [f"models/{c}" for c in conditions]:
        if table not in file:
            _unfinished(path, table, there=there)
        finished = _finished_rows(file[table])
        if not finished.all():
            _unfinished(path, table, f" ({finished.sum()} of {finished.size} rows are there)", there=there)
    for stage in needed:
        if stage not in file:
            _unfinished(path, stage)


def _unfinished(path, stage, progress="", kind="study", there=""):
    raise ResultsError(
        f"the {kind} is not finished: stage {stage} is missing{progress}. If it is not running, resume it with its job file:\n"
        f"  modscape {kind} JOB.toml -o {path}{there}")


def _finished_rows(table):
    """A row counts when its status is not 0 and its crc matches."""
    status = table["status"][()]
    crc = table["crc"]
    names = _text(crc.attrs["columns"]).split()
    rows = [np.ascontiguousarray(table[name][()]).reshape(len(status), -1).view(np.uint8) for name in names]
    return (status != 0) & (crc32c(np.hstack([*rows, status[:, None]])) == crc[()])


def crc32c(rows):
    """CRC-32C (Castagnoli) of each row of a matrix of bytes."""
    crc = np.full(len(rows), 0xFFFFFFFF, np.uint32)
    for byte in rows.T:
        crc = _CRC_TABLE[(crc ^ byte) & 0xFF] ^ (crc >> np.uint32(8))
    return ~crc


def _crc_table():
    table = np.arange(256, dtype=np.uint32)
    for _ in range(8):
        table = np.where(table & 1, np.uint32(0x82F63B78), np.uint32(0)) ^ (table >> np.uint32(1))
    return table


_CRC_TABLE = _crc_table()


def _live_table(file, path):
    """The rows of a live table that are done; failed rows have no numbers to draw."""
    section = _section(file, path)
    done = section["status"] == DONE
    if not done.any():
        raise ResultsError(f"{path} has no model: every row failed")
    own = {name for name in file[path] if name != "row" and file[path][name].dims[0].keys() == ["row"]}
    columns = {name: values[done] if name in own else values for name, values in section.columns.items()}
    return Section(section.path, section.attributes, columns)


def _section(file, path):
    parts = path.split("/")
    columns = {}
    for depth in range(1, len(parts) + 1):
        group = file["/".join(parts[:depth])]
        columns.update({name: _values(item) for name, item in group.items() if isinstance(item, h5py.Dataset)})
    attributes = {name: _plain(value) for name, value in group.attrs.items()}
    names = {_text(item.attrs["regime_names"]) for item in group.values() if "regime_names" in item.attrs}
    if names:
        attributes["regime_names"] = names.pop()  # codes of both regime columns
    return Section("/" + path, attributes, columns)


def _values(dataset):
    values = dataset[()]
    if dataset.dtype.kind in "SO":
        return [_text(value) for value in np.atleast_1d(values)]
    return values


def _plain(value):
    if isinstance(value, (bytes, str)):
        return _text(value)
    return value.item() if np.ndim(value) == 0 and hasattr(value, "item") else value


def _text(value):
    return value.decode("utf-8").rstrip("\0") if isinstance(value, bytes) else str(value)


def _sessions(lines):
    """Sessions as dictionaries; a line torn by a kill is skipped."""
    found = []
    for line in lines:
        try:
            found.append(json.loads(_text(line)))
        except ValueError:
            continue
    return found


def regime_names(models):
    """Names of the regime codes, in the order of the codes."""
    return re.findall(r"[a-z][a-z_+]*", models.attribute("regime_names"))
