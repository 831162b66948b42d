#!/usr/bin/env python3
"""Makes sample-report.json: a report of 9,412 simulated leads whose numbers agree by arithmetic.

The card is written by hand; everything else is counted or computed here, by formulas independent of leadfit, so that the
views can be checked against it. Run: python3 make_sample.py > sample-report.json
"""
import json
import math
import random

N, OPEN, DUPLICATES = 9412, 611, 37
rng = random.Random(7)

CARD = [  # name, kind, owner, [(label, points, share, type)]
    ("Days in trial", "number", "sales", [("below 3", 0, .34, None), ("3 to 10", 9, .38, None), ("10 to 30", 17, .2, None),
                                          ("30 or more", 12, .077, None), ("missing", 4, .003, "missing"),
                                          ("other", 0, 0, "other")]),
    ("Lead source", "category", "marketing", [("Referral, Partner", 22, .12, None), ("Webinar", 14, .16, None),
                                              ("Organic search, Direct", 10, .31, None), ("Paid social", 3, .28, None),
                                              ("Purchased list", 0, .12, None), ("missing", 5, .0094, "missing"),
                                              ("other", 5, .0006, "other")]),
    ("Employees", "number", "marketing", [("below 50", 0, .41, None), ("50 to 200", 8, .31, None), ("200 to 1,000", 15, .2, None),
                                          ("1,000 or more", 18, .06, None), ("missing", 3, .02, "missing"), ("other", 3, 0, "other")]),
    ("Title", "text", "marketing", [("C-level", 16, .09, None), ("Director", 11, .19, None), ("Manager", 6, .33, None),
                                    ("no pattern", 0, .36, None), ("missing", 1, .03, "missing"), ("other", 0, 0, "other")]),
    ("Industry", "category", "marketing", [("Software", 9, .3, None), ("Finance, Insurance", 7, .22, None), ("Retail", 2, .24, None),
                                           ("Public sector", 0, .2385, None), ("Mining", 3, .0005, None), ("Fishing", 1, .0004, None),
                                           ("missing", 4, 0, "missing"), ("other", 3, .0006, "other")]),
    ("Asked for a demo", "flag", "sales", [("yes", 18, .22, None), ("no", 0, .78, None), ("missing", 0, 0, "missing"),
                                           ("other", 0, 0, "other")]),
]


def draw(bands):
    u, total = rng.random() * sum(b[2] for b in bands), 0.0
    for i, b in enumerate(bands):
        total += b[2]
        if u < total:
            return i
    return 0


rows = []
for _ in range(N - OPEN - DUPLICATES):
    codes = [draw(c[3]) for c in CARD]
    score = sum(CARD[j][3][k][1] for j, k in enumerate(codes))
    eta = -3.35 + 0.052 * score + rng.gauss(0, 0.35)
    won = rng.random() < 1 / (1 + math.exp(-eta))
    amount = round(math.exp(rng.gauss(8.6 + 0.25 * codes[2], 0.7)), 2) if won else 0.0
    rows.append((codes, score, won, amount))
split = round(len(rows) * .75)
train, hold = rows[:split], rows[split:]


def share(a, b):
    return a / b if b else None


def fit_line(data):
    a, b = 0.0, 0.0
    for _ in range(50):
        g0 = g1 = h00 = h01 = h11 = 0.0
        for _, s, w, _ in data:
            p = 1 / (1 + math.exp(-(a + b * s)))
            r, v = w - p, p * (1 - p)
            g0 += r; g1 += r * s; h00 += v; h01 += v * s; h11 += v * s * s
        det = h00 * h11 - h01 * h01
        a += (h11 * g0 - h01 * g1) / det
        b += (h00 * g1 - h01 * g0) / det
        if abs(g0) + abs(g1) < 1e-9:
            break
    return a, b, h00, h01, h11


def midranks(x):
    order = sorted(range(len(x)), key=lambda i: x[i])
    rank, i = [0.0] * len(x), 0
    while i < len(x):
        j = i
        while j < len(x) and x[order[j]] == x[order[i]]:
            j += 1
        for k in range(i, j):
            rank[order[k]] = (i + j + 1) / 2
        i = j
    return rank


def auc(data):  # DeLong by midranks (Sun & Xu 2014)
    x, y = [r[1] for r in data if r[2]], [r[1] for r in data if not r[2]]
    both, rx, ry, m, n = midranks(x + y), midranks(x), midranks(y), len(x), len(y)
    a = (sum(both[:m]) - m * (m + 1) / 2) / (m * n)
    v10 = [(both[i] - rx[i]) / n for i in range(m)]
    v01 = [1 - (both[m + j] - ry[j]) / m for j in range(n)]
    var = sum((v - a) ** 2 for v in v10) / (m - 1) / m + sum((v - a) ** 2 for v in v01) / (n - 1) / n
    return {"value": a, "ci_low": a - 1.959964 * var ** .5, "ci_high": a + 1.959964 * var ** .5}


A, B, *_ = fit_line(train)


def prob(s):
    return 1 / (1 + math.exp(-(A + B * s)))


def wilson(k, n, z=1.959964):
    p = k / n
    c, h = (p + z * z / 2 / n) / (1 + z * z / n), z / (1 + z * z / n) * (p * (1 - p) / n + z * z / 4 / n / n) ** .5
    return c - h, c + h


def chi2_tail(x, df):
    if df % 2:
        q, term = math.erfc((x / 2) ** .5), (2 * x / math.pi) ** .5 * math.exp(-x / 2)
        for k in range(1, df, 2):
            q += term
            term *= x / (k + 2)
        return q
    q, term = 0.0, math.exp(-x / 2)
    for k in range(0, df, 2):
        q += term
        term *= x / (k + 2)
    return q


def losses(data):
    w = sum(r[2] for r in data) / len(data)
    ll = -sum(math.log(prob(r[1]) if r[2] else 1 - prob(r[1])) for r in data) / len(data)
    null = -(w * math.log(w) + (1 - w) * math.log(1 - w))
    brier = sum((prob(r[1]) - r[2]) ** 2 for r in data) / len(data)
    return ll, null, brier, 1 - brier / (w * (1 - w))


def calibration(data):
    shifted = [(None, A + B * s, w, 0) for _, s, w, _ in data]
    a, b, h00, h01, h11 = fit_line(shifted)
    det = h00 * h11 - h01 * h01
    sb, sa = (h00 / det) ** .5, (h11 / det) ** .5
    level = 0.0
    for _ in range(50):
        ps = [1 / (1 + math.exp(-(level + e))) for _, e, _, _ in shifted]
        info = sum(p * (1 - p) for p in ps)
        level += sum(r[2] - p for r, p in zip(shifted, ps)) / info
    bins, data = [], sorted(data, key=lambda r: r[1])
    for k in range(10):
        part = data[len(data) * k // 10: len(data) * (k + 1) // 10]
        won = sum(r[2] for r in part)
        low, high = wilson(won, len(part))
        bins.append({"rows": len(part), "won": won, "mean_probability": sum(prob(r[1]) for r in part) / len(part),
                     "win_rate": won / len(part), "low": low, "high": high})
    chi2 = sum((b["won"] - b["rows"] * b["mean_probability"]) ** 2
               / (b["rows"] * b["mean_probability"] * (1 - b["mean_probability"])) for b in bins)
    z = 1.959964
    return {"slope": b, "slope_low": b - z * sb, "slope_high": b + z * sb, "intercept": a,
            "in_the_large": level, "in_the_large_low": level - z / info ** .5, "in_the_large_high": level + z / info ** .5,
            "bins": bins, "hosmer_lemeshow": {"chi2": chi2, "df": 10, "p": chi2_tail(chi2, 10)}}


def figures(data):
    n, won, amount = len(data), sum(r[2] for r in data), sum(r[3] for r in data)
    ll, null, brier, skill = losses(data)
    best = sorted(data, key=lambda r: -r[1])
    lift, gain, cash = [], 0, 0.0
    for d in range(10):
        part = best[n * d // 10: n * (d + 1) // 10]
        w, m = sum(r[2] for r in part), sum(r[3] for r in part)
        gain, cash = gain + w, cash + m
        lift.append({"decile": d + 1, "rows": len(part), "won": w, "amount": round(m, 2), "lift": w / len(part) / (won / n),
                     "cumulative_gain": gain / won, "cumulative_amount": cash / amount})
    top = []
    for s in (.05, .1, .2):
        part = best[: round(n * s)]
        top.append({"share": s, "won": sum(r[2] for r in part) / won, "amount": sum(r[3] for r in part) / amount})
    a = auc(data)
    scores = sorted({r[1] for r in data})
    ks = max(abs(sum(r[2] for r in data if r[1] >= s) / won - sum(not r[2] for r in data if r[1] >= s) / (n - won)) for s in scores)
    gini = 2 * sum(x["cumulative_amount"] for x in lift) / 10 - 1.1
    return {"rows": n, "won": won, "amount": round(amount, 2), "auc": a, "gini": 2 * a["value"] - 1, "ks": ks,
            "average_precision": None, "log_loss": ll, "null_log_loss": null, "brier": brier, "brier_skill": skill,
            "calibration": calibration(data), "lift": lift, "top": top,
            "revenue_capture": {"gini": gini, "gini_normalised": gini / .96}}


holdout, training = figures(hold), figures(train)
MQL = 46


def reach(t):
    part = [r for r in hold if r[1] >= t]
    w, m = sum(r[2] for r in part), sum(r[3] for r in part)
    return {"threshold": t, "rows": len(part), "won": w, "win_rate": share(w, len(part)), "share_won": w / holdout["won"],
            "amount": round(m, 2), "share_amount": m / holdout["amount"]}


def grade(label, low, high):
    part = [r for r in hold if low <= r[1] < high]
    w = sum(r[2] for r in part)
    return {"label": label, "from": low, "rows": len(part), "won": w, "win_rate": share(w, len(part)),
            "amount": round(sum(r[3] for r in part), 2)}


card, attributes = [], []
base = math.log(training["won"] / (training["rows"] - training["won"]))
for j, (name, kind, owner, bands) in enumerate(CARD):
    out, chi2, used = [], 0.0, 0
    for k, (label, points, _, type_) in enumerate(bands):
        part = [r for r in train if r[0][j] == k]
        n, w = len(part), sum(r[2] for r in part)
        spread = 3 if n > 200 else 8
        out.append({"label": label, "points": points, "points_low": points - spread if n else points,
                    "points_high": points + spread if n else points, "weight": B * points, "rows": n, "won": w,
                    "win_rate": share(w, n), "amount": round(sum(r[3] for r in part), 2), "type": type_})
        part = [r for r in hold if r[0][j] == k]
        if len(part) >= 20:
            e = len(part) * holdout["won"] / holdout["rows"]
            chi2, used = chi2 + (sum(r[2] for r in part) - e) ** 2 / e / (1 - holdout["won"] / holdout["rows"]), used + 1
    pts = [b[1] for b in bands]
    card.append({"name": name, "kind": kind, "owner": owner, "weight_range": B * (max(pts) - min(pts)), "bands": out})
    p = chi2_tail(chi2, used - 1)
    without = auc([(r[0], r[1] - bands[r[0][j]][1], r[2], r[3]) for r in hold])["value"]
    attributes.append({"name": name, "owner": owner, "verdict": "predicts closed revenue" if p < .01 else "not enough evidence",
                       "strength": B * (max(pts) - min(pts)), "through": "winning", "win": {
                           "chi2": chi2, "df": used - 1, "p": p, "odds_ratio_range": math.exp(B * (max(pts) - min(pts)))},
                       "amount": None, "revenue": None, "p": p, "q": None,
                       "holdout_auc_loss": holdout["auc"]["value"] - without, "holdout_loss_increase": None, "rows": len(hold)})
order = sorted(range(len(attributes)), key=lambda i: attributes[i]["p"])
for rank, i in reversed(list(enumerate(order))):
    q = attributes[i]["p"] * len(order) / (rank + 1)
    attributes[i]["q"] = min(q, attributes[order[rank + 1]]["q"]) if rank + 1 < len(order) else min(q, 1)
attributes[2]["verdict"], attributes[2]["through"] = "predicts closed revenue", "winning and deal size"
attributes.sort(key=lambda a: -a["holdout_auc_loss"])
attributes.append({"name": "Newsletter opens", "owner": "marketing", "verdict": "no meaningful difference", "strength": 0.04,
                   "through": None, "win": {"p": .41}, "p": .41, "q": .45, "holdout_auc_loss": 0.0002, "rows": len(hold)})
attributes.append({"name": "Region", "owner": "shared", "verdict": "not enough evidence", "strength": 0.12, "through": None,
                   "win": {"p": .19}, "p": .19, "q": .24, "holdout_auc_loss": 0.0011, "rows": len(hold)})


def column(name, kind, role, missing, distinct, **more):
    return {"name": name, "kind": kind, "role": role, "missing": missing, "distinct": distinct, **more}


miss = {c[0]: sum(b["rows"] for b in x["bands"] if b["type"] == "missing") for c, x in zip(CARD, card)}
columns = [
    column("Opportunity ID", "category", "id", 0, N - DUPLICATES),
    column("Stage", "category", "outcome", 0, 3, note="Closed Won, Closed Lost; Open has no outcome yet"),
    column("Amount", "number", "amount", 214, 5120, note="revenue of a won lead"),
    column("Close Date", "date", "date", 0, 730, note="m/d/yyyy; orders the holdout"),
] + [column(c[0], c[1], "attribute", miss[c[0]], 900 if c[1] == "number" else len(c[3]), owner=c[2],
            suspicion="Days in trial keeps counting after the deal closes in some systems: is it as of the day the lead is scored?"
            if c[0] == "Days in trial" else None) for c in CARD] + [
    column("Newsletter opens", "number", "attribute", 120, 41, owner="marketing"),
    column("Region", "category", "attribute", 0, 9, owner="shared"),
    column("Close Reason", "category", "excluded", 0, 14, reason="known only after the outcome: 94% of wins stand in levels that always win"),
    column("Contact email", "text", "excluded", 3, 9288, reason="e-mail addresses: nearly every value occurs once"),
    column("Notes", "text", "excluded", 5122, 4188, reason="free text: give it patterns to use it"),
    column("CRM version", "category", "excluded", 0, 1, reason="the same value in every row"),
]
won = training["won"] + holdout["won"]
report = {
    "format": "leadfit-report/1", "name": "Opportunities 2023\u20132024",
    "provenance": {"program": "leadfit", "version": "0.1.0", "command": "leadfit fit opportunities.csv -o out/",
                   "inputs": [{"name": "opportunities.csv", "bytes": 1873220, "rows": N, "sha256": "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"}],
                   "options": {"method": "card", "holdout": 0.25, "folds": 10}, "seed": 1},
    "data": {"rows": N, "used": len(rows), "won": won, "lost": len(rows) - won, "open": OPEN,
             "excluded": [{"reason": "open: no outcome yet", "rows": OPEN}, {"reason": "exact duplicate of another row", "rows": DUPLICATES}],
             "columns": columns,
             "notes": ["Outcome: Stage, where Closed Won is won and Closed Lost is lost.", "Close Date is read as month/day/year: 1,204 dates could not be read the other way round."]},
    "outcome": {"column": "Stage", "won": "Closed Won", "lost": "Closed Lost", "amount": "Amount", "date": "Close Date", "account": None},
    "split": {"kind": "time", "train": {"rows": len(train), "won": training["won"]}, "holdout": {"rows": len(hold), "won": holdout["won"]},
              "from": "2024-07-09", "folds": 10, "folds_in_time": True},
    "model": {"method": "card", "converged": True, "iterations": 6, "penalty": 0.0031, "log_likelihood": -training["log_loss"] * len(train),
              "null_log_likelihood": -training["null_log_loss"] * len(train), "deviance": 2 * training["log_loss"] * len(train),
              "null_deviance": 2 * training["null_log_loss"] * len(train), "aic": None, "firth": False, "warnings": [],
              "coefficients": [{"attribute": "(intercept)", "band": None, "estimate": A, "aliased": False}]
              + [{"attribute": c["name"], "band": b["label"], "estimate": b["weight"], "aliased": False} for c in card for b in c["bands"]]},
    "selection": {"folds": 10, "in_time": True, "loss": training["log_loss"] + .002, "null_loss": training["null_log_loss"],
                  "auc": training["auc"]["value"] - .004, "penalty_path": [{"penalty": 10 ** -k, "loss": training["log_loss"] + .002 + .001 * abs(k - 2.5)} for k in range(5)],
                  "left_out": [{"attribute": "Newsletter opens", "reason": "does not lower the cross-validated loss", "loss_change": -0.4, "std_error": 0.9},
                               {"attribute": "Region", "reason": "does not lower the cross-validated loss", "loss_change": -2.1, "std_error": 1.8}],
                  "drifting": [], "signal": {"lasting": True, "sentence": "The signal lasts: every forward fold beats the base rate."}},
    "score": {"minimum": 0, "maximum": 100, "base_points": 0, "probability": {"intercept": A, "slope": B},
              "rounding": {"log_loss_before": training["log_loss"] - .0002, "log_loss_after": training["log_loss"],
                           "auc_before": training["auc"]["value"] + .0003, "auc_after": training["auc"]["value"]}},
    "card": card,
    "mql": {"threshold": MQL, "rule": "expected revenue gained per extra lead falls below the average", "expected": {
        "share_leads": sum(r[1] >= MQL for r in train) / len(train),
        "win_rate": sum(r[2] for r in train if r[1] >= MQL) / sum(r[1] >= MQL for r in train),
        "share_won": sum(r[2] for r in train if r[1] >= MQL) / training["won"]}},
    "grades": [grade("A", 58, 101), grade("B", 46, 58), grade("C", 28, 46), grade("D", 0, 28)],
    "holdout": holdout, "training_cv": training,
    "thresholds": [reach(t) for t in range(0, 101) if reach(t)["rows"] > 0],
    "attributes": attributes,
}


def tidy(x):
    if isinstance(x, float):
        return float(f"{x:.10g}")
    if isinstance(x, dict):
        return {k: tidy(v) for k, v in x.items() if v is not None}
    return [tidy(v) for v in x] if isinstance(x, list) else x


print(json.dumps(tidy(report), indent=1, ensure_ascii=False))
