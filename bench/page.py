"""docs/performance.md from what was measured, and the hand-written remarks of bench/remarks.md."""
import os
import statistics
import subprocess
import time

HEADINGS = {"read": "Reading", "plain": "The plain job", "card": "The card job", "path": "Cross-validated paths",
            "boot": "Bootstrap refits", "band": "Optimal bands", "scale": "Threads", "memory": "Rows and memory",
            "shapes": "Other files", "large": "A peer at 10M rows"}

INTRODUCTION = """# Performance

Written by `make bench` from its own measurements; only the remarks under the goals are by hand (`bench/remarks.md`). Programs ran in turn on the
same generated files (seed 1), in the page cache: A B C A B C … Wall time and peak memory are of the whole process, start-up included; ratios
are of runs that stood side by side, their median first. Absolute times do not carry over to other machines. On a machine that others use at the
same time even ratios are rough.
"""


def seconds(value):
    return f"{value:.3f}" if value < 10 else f"{value:.1f}"


def table(turn):
    watched = any(run.private for runs in turn.runs.values() for run in runs)
    lines = [f"**{turn.title}**", "", "| program | runs | wall s, median | min–max | CPU s | peak MiB |" + (" private MiB |" if watched else "")
             + " of the first |", "| --- | ---: | ---: | ---: | ---: | ---: | ---: |" + (" ---: |" if watched else "")]
    first = next(iter(turn.runs), None)
    for name, runs in turn.runs.items():
        low, high = turn.span(name)
        cpu = statistics.median(run.user + run.system for run in runs)
        private = f" {turn.median(name, 'private'):.0f} |" if watched else ""
        ratio = statistics.median(turn.ratios(name, first))
        lines.append(f"| {name} | {len(runs)} | {seconds(turn.median(name))} | {seconds(low)}–{seconds(high)} | {seconds(cpu)} | "
                     f"{turn.median(name, 'peak'):.0f} |{private} {'1' if name == first else f'{ratio:.2f} ×'} |")
    if not turn.runs:
        lines = [f"**{turn.title}**", *([] if turn.failed else ["", "Not run, the time was over."])]
    if turn.failed:
        lines += ["", f"Failed, or not finished in the time left: {', '.join(turn.failed)}."]
    return "\n".join(lines)


def remarks(root):
    """Hand-written paragraphs by the key of their goal: `## key` and text."""
    parts = (root / "bench/remarks.md").read_text(encoding="utf-8").split("\n## ")[1:]
    return {part.partition("\n")[0].strip(): part.partition("\n")[2].strip() for part in parts}


def goals(bench, root):
    found = [goal for _, kind, goal in bench.results if kind == "goal"]
    lines = ["## Goals", "", "| goal | asked | measured, median | min–max | |", "| --- | ---: | ---: | ---: | --- |"]
    for _, text, asked, ratios, met in found:
        span = f"{min(ratios):.2f}–{max(ratios):.2f}" if len(ratios) > 1 else "one run"
        lines.append(f"| {text} | {asked} | {statistics.median(ratios):.2f} | {span} | {'met' if met else '**missed**'} |")
    by_hand = remarks(root)
    for key, text, _, _, met in found:
        if key in by_hand:
            lines += ["", f"**{text[0].upper() + text[1:]}** ({'met' if met else 'missed'}). {by_hand[key]}"]
    return "\n".join(lines)


def write(bench, root):
    commit = subprocess.run(["git", "-C", root, "rev-parse", "--short", "HEAD"], capture_output=True, text=True, check=False).stdout.strip()
    facts = [("Load averages", "{:.1f} {:.1f} {:.1f} before, {:.1f} {:.1f} {:.1f} after (the bench's own work included)".format(*bench.load, *os.getloadavg())),
             ("Date", time.strftime("%Y-%m-%d", time.gmtime())), ("leadfit", commit or "?"), *bench.machine.facts(),
             ("Peers", ", ".join(f"{k} {v}" for k, v in bench.machine.versions.items())),
             ("Absent peers", ", ".join(bench.machine.absent) or "none")]
    parts = [INTRODUCTION, "\n".join(["| | |", "| --- | --- |", *(f"| {k} | {v} |" for k, v in facts)]), "", goals(bench, root)]
    last = None
    for case, kind, what in bench.results:
        if kind == "goal":
            continue
        if case != last:
            parts += ["", f"## {HEADINGS[case]}"]
            last = case
        if kind == "text":
            parts += ["", what]
        else:
            parts += ["", table(what)]
            if what.remarks:
                parts += ["", *(f"- {text}" for text in what.remarks)]
    return "\n".join(parts) + "\n"
