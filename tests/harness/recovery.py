"""A fit finds what the generator put in: intervals cover the true weights as often as they say, and bands have the true edges."""
import json
import os
import shutil
from concurrent.futures import ThreadPoolExecutor

from .core import run

REPLICATES, ROWS = 500, 3000
ACTIVE = ["Region", "Title", "Pages viewed", "Account age", "Touches", "Webinar attended", "Existing customer"]
BAND_ROWS = 60000
JUMP = 0.35  # an edge counts where the true weight jumps by at least this


def truth_of(truth, coefficient):
    """The true value of a coefficient of a plain fit, or None for the intercept."""
    name, band = coefficient["attribute"], coefficient["band"]
    for attribute in truth["attributes"]:
        if attribute["name"] == name:
            if "slope" in attribute:
                return attribute["slope"]
            weights = {level["value"]: level["weight"] for level in attribute["levels"]}
            return weights[band] - weights[min(weights)]
    return None


def replicate(setting, seed):
    """[(coefficient's name, covered)] of one replicate, or what went wrong."""
    folder = setting.folder(f"recovery {seed}")
    try:
        made = run(setting, [setting.generate, "--rows", str(ROWS), "--seed", str(seed), "--shape", "linear", "--active",
                             ",".join(ACTIVE), "--intercept", "-1.6", "-o", folder])
        ran = run(setting, [setting.leadfit, "fit", "history.csv", "--method", "plain", "--holdout", "0", "--use",
                            ",".join(ACTIVE), "--threads", "1", "-q", "-o", "out"], cwd=folder)
        if made.status or ran.status:
            return (made.err + ran.err).decode("utf-8", "replace")
        with open(os.path.join(folder, "truth.json"), encoding="utf-8") as f:
            truth = json.load(f)
        with open(os.path.join(folder, "out", "report.json"), encoding="utf-8") as f:
            coefficients = json.load(f)["model"]["coefficients"]
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    covered = []
    for c in coefficients:
        value = truth_of(truth, c)
        if value is not None:
            covered.append((f"{c['attribute']} {c['band'] or ''}".strip(), c["ci_low"] <= value <= c["ci_high"]))
    return covered


def check_coverage(setting, results):
    with ThreadPoolExecutor(max_workers=os.cpu_count() or 1) as pool:
        answers = list(pool.map(lambda seed: replicate(setting, seed), range(1, REPLICATES + 1)))
    wrong = [answer for answer in answers if isinstance(answer, str)]
    if wrong:
        results.fail("recovery/coverage", f"{len(wrong)} replicates fail, the first: {wrong[0]}")
        return
    tally = {}
    for name, covered in (pair for answer in answers for pair in answer):
        tally.setdefault(name, []).append(covered)
    shares = {name: sum(hits) / len(hits) for name, hits in tally.items()}
    overall = sum(sum(hits) for hits in tally.values()) / sum(len(hits) for hits in tally.values())
    print(f"   recovery: {len(shares)} weights, {REPLICATES} replicates: 95 % intervals cover {overall:.1%}, "
          f"{min(shares.values()):.1%} to {max(shares.values()):.1%} by weight", flush=True)
    problems = [] if len(shares) == 15 else [f"{len(shares)} weights and not 15: {sorted(shares)}"]
    if not 0.93 <= overall <= 0.97:
        problems.append(f"the intervals of all weights together cover {overall:.3f}")
    # One weight's share has a standard error of about 1 % over 500 replicates; 15 are looked at.
    problems += [f"{name} is covered {share:.3f} of the time" for name, share in shares.items()
                 if not 0.92 <= share <= 0.98]
    results.check("recovery/coverage", problems)


def edges_missed(config, truth):
    """True edges with a jump that no edge found comes near (by a fifth, or by one unit)."""
    found = {attribute["name"]: sorted({band[key] for band in attribute["bands"] for key in ("from", "to")
                                        if isinstance(band.get(key), (int, float))})
             for attribute in config["attributes"]}
    for attribute in truth["attributes"]:
        name, weights = attribute["name"], attribute.get("weights", [])
        for i, edge in enumerate(attribute.get("edges", [])):
            near = [e for e in found.get(name, []) if abs(e - edge) <= max(0.2 * edge, 1.0)]
            if abs(weights[i + 1] - weights[i]) >= JUMP and not near:
                yield f"{name}: no edge near {edge}: {found.get(name, 'not in the config')}"


def check_edges(setting, results):
    folder = setting.folder("recovery edges")
    made = run(setting, [setting.generate, "--rows", str(BAND_ROWS), "--seed", "11", "-o", folder])
    ran = run(setting, [setting.leadfit, "fit", "history.csv", "-q", "-o", "out"], cwd=folder)
    if made.status or ran.status:
        results.fail("recovery/edges", (made.err + ran.err).decode("utf-8", "replace"))
        return
    with open(os.path.join(folder, "truth.json"), encoding="utf-8") as f:
        truth = json.load(f)
    with open(os.path.join(folder, "out", "scoring.json"), encoding="utf-8") as f:
        config = json.load(f)
    results.check("recovery/edges", list(edges_missed(config, truth)))
    names = {attribute["name"] for attribute in config["attributes"]}
    results.check("recovery/what says nothing is left out",
                  [f"{name} is in the config" for name in ("Landing page", "Emails opened") if name in names])


def run_all(setting, results):
    for check in (check_coverage, check_edges):
        if not setting.wanted("recovery/" + check.__name__[6:]):
            continue
        if os.path.exists(setting.leadfit):
            check(setting, results)
        else:
            results.skip("recovery/" + check.__name__[6:], "there is no program")
