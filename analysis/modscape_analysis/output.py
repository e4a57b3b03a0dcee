# SPDX-License-Identifier: Apache-2.0
"""What a figure consists of, and how it is written: whole files or none, the same bytes for the same results."""
import contextlib
import csv
import io
import os
from dataclasses import dataclass

import numpy as np
from matplotlib.figure import Figure

HEADER = ["panel", "group", "series", "x", "x_unit", "value", "value_unit"]


class Table:
    """The numbers behind a figure, long: one row per number."""

    def __init__(self):
        self.rows = []

    def add(self, panel, group, series, x, x_unit, values, value_unit):
        """One row per element of `x` and `values`; x may hold labels."""
        for position, value in zip(np.atleast_1d(x), np.atleast_1d(values), strict=True):
            self.rows.append([panel, group, series, _cell(position), x_unit, _cell(value), value_unit])


@dataclass(frozen=True)
class Drawing:
    name: str
    title: str
    figure: Figure
    table: Table
    caption: str


def _cell(value):
    """Shortest text that reads back as the same number."""
    return repr(value.item()) if isinstance(value, (np.floating, np.integer)) else str(value)


@contextlib.contextmanager
def atomic(path):
    """A temporary file that becomes `path` only if it was written to the end."""
    temporary = path.with_name(f".{path.name}.part")
    try:
        with open(temporary, "wb") as stream:
            yield stream
            stream.flush()
            os.fsync(stream.fileno())
        os.replace(temporary, path)
    finally:
        temporary.unlink(missing_ok=True)


def csv_text(drawing, study):
    text = io.StringIO()
    sources = [f"{name}: {value}" for name, value in (("data", study.citation), ("caveat", study.caveat)) if value]
    for line in (drawing.title, *sources):
        text.write(f"# {line}\n".replace("\r", " "))
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(HEADER)
    writer.writerows(drawing.table.rows)
    return text.getvalue()


def write_table(path, names, columns):
    """A CSV file with a header; numbers read back as they were."""
    with atomic(path) as stream:
        stream.write(f"{','.join(names)}\n".encode())
        for row in zip(*columns, strict=True):
            stream.write(f"{','.join(map(_cell, row))}\n".encode())


def settle(figure):
    """Lays the figure out once and rounds the places of its axes: the last digits of the layout solver differ from run to run."""
    figure.draw_without_rendering()
    figure.set_layout_engine("none")
    for axes in figure.axes:
        axes.set_position(np.round(axes.get_position().bounds, 6))


def image(drawing, kind):
    stream = io.BytesIO()
    metadata = {"Date": None} if kind == "svg" else {"Software": None}
    drawing.figure.savefig(stream, format=kind, dpi=150, metadata=metadata)
    return stream.getvalue()


def write_drawing(drawing, study, folder):
    """Writes <name>.png, .svg and .csv; returns the bytes of the PNG for the report."""
    settle(drawing.figure)
    png = image(drawing, "png")
    contents = {"png": png, "svg": image(drawing, "svg"), "csv": csv_text(drawing, study).encode()}
    for kind, content in contents.items():
        with atomic(folder / f"{drawing.name}.{kind}") as stream:
            stream.write(content)
    return png
