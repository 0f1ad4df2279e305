"""The table of ./dev bench: rows with their ratio and goal, written as Markdown."""

import dataclasses
import statistics


def median(values):
    return statistics.median(values)


@dataclasses.dataclass
class Row:
    job: str
    ours: str
    peer: str
    ratio: float | None  # the goal says which way is better; None: nothing to compare with
    goal: str
    failed: bool = False  # answers differ: there is no figure, and the run fails


def ratio_text(row):
    if row.ratio is None:
        return "-"
    return f"{row.ratio:.3f}" if row.ratio < 0.1 else f"{row.ratio:.2f}"


def render(rows):
    lines = ["| job | logq | peer, same run | ratio | goal |", "|---|---|---|---|---|"]
    for row in rows:
        lines.append(f"| {row.job} | {row.ours} | {row.peer} | {ratio_text(row)} | {row.goal} |")
    return "\n".join(lines) + "\n"
