"""monitor and plan on generated histories whose truth is known: alarms are rare where nothing has changed and there where something
has; what a plan says of leads needed holds in leads to come."""
import csv
import json
import os

from .core import run

CARDS, QUARTERS, PLANS = 5, 8, 30
MOST_ALARMS = 7   # of 40 runs; 5 % are 2, and more than 7 come by chance less than once in a thousand times
FEWEST_COVERED = 24  # of 30; 95 % are 28.5, and fewer than 24 come by chance less than once in a thousand times


def generate(setting, folder, rows, seed, *more):
    os.makedirs(folder, exist_ok=True)
    made = run(setting, [setting.generate, "--rows", str(rows), "--seed", str(seed), *more, "-o", folder])
    if made.status != 0:
        raise RuntimeError("generate: " + made.err.decode("utf-8", "replace"))
    return os.path.join(folder, "history.csv")


def fit(setting, history, folder):
    ran = run(setting, [setting.leadfit, "fit", history, "-q", "-o", folder])
    if ran.status != 0:
        raise RuntimeError("fit: " + ran.err.decode("utf-8", "replace"))
    return os.path.join(folder, "scoring.json")


def ask(setting, command, history, card, *more):
    ran = run(setting, [setting.leadfit, command, history, "--config", card, "--json", *more])
    if ran.status not in (0, 1):
        raise RuntimeError(f"{command}: " + ran.err.decode("utf-8", "replace"))
    return ran.status, json.loads(ran.out)


def change(source, target, how):
    """A copy of a history whose rows (dicts) `how` changes; None leaves one out."""
    with open(source, encoding="utf-8", newline="") as f:
        reader = csv.DictReader(f)
        rows = [how(i, row) for i, row in enumerate(reader)]
        names = reader.fieldnames
    with open(target, "w", encoding="utf-8", newline="") as f:
        out = csv.DictWriter(f, names)
        out.writeheader()
        out.writerows(row for row in rows if row)
    return target


def fewer_wins(i, row):
    if row["Stage"] == "Closed Won" and i % 5 < 2:
        row.update(Stage="Closed Lost", Amount="")
    return row


def other_mix(i, row):
    return row if row["LeadSource"] in ("Outbound", "Purchased list", "Webinar") or i % 3 == 0 else None


def order_lost(i, row):
    """Half of the outcomes stand beside the wrong lead."""
    if i % 2:
        order_lost.kept, (row["Stage"], row["Amount"]) = (row["Stage"], row["Amount"]), order_lost.kept
    return row


order_lost.kept = ("Closed Lost", "")


def check_quiet(setting, results, cards):
    alarms, told, runs = 0, [], 0
    for k, card in enumerate(cards):
        for q in range(QUARTERS):
            history = generate(setting, setting.folder(f"quarter {k} {q}"), 1500, 1000 + 100 * k + q)
            status, tree = ask(setting, "monitor", history, card)
            runs += 1
            alarms += status
            told += tree["alarms"]
            if status != (0 if tree["holds"] else 1) or bool(tree["alarms"]) == tree["holds"]:
                told.append(f"exit status {status}, holds {tree['holds']}")
                alarms = runs
    results.check("watch/quiet", [] if alarms <= MOST_ALARMS else [f"{alarms} of {runs} runs raise an alarm", *told[:10]])


def check_planted(setting, results, card):
    folder = setting.folder("planted")
    history = generate(setting, folder, 4000, 77)
    problems = []
    for how, wanted in ((fewer_wins, "level"), (other_mix, "attribute drift"), (order_lost, "ranking")):
        status, tree = ask(setting, "monitor", change(history, os.path.join(folder, "changed.csv"), how), card)
        found = {c["check"] for c in tree["checks"] if c["alarm"]}
        if status != 1 or wanted not in found:
            problems.append(f"{how.__name__}: exit status {status}, alarms {sorted(found)}, {wanted} was planted")
    quiet = run(setting, [setting.leadfit, "monitor", os.path.join(folder, "changed.csv"), "--config", card, "-q"])
    lines = quiet.out.decode("utf-8").splitlines()
    if quiet.status != 1 or not lines or not all(line.startswith("ALARM: ") for line in lines):
        problems.append(f"-q says: {lines}")
    results.check("watch/planted", problems)


def score_of(setting, history, card):
    ran = run(setting, [setting.leadfit, "score", history, "--config", card, "-q"])
    return [row for row in csv.DictReader(ran.out.decode("utf-8").splitlines(keepends=True))]


def leads_until(rows, threshold, revenue):
    """How many qualified leads, in the order of the file, bring the revenue."""
    n = total = 0
    for row in rows:
        if int(row["leadfit_score"]) < threshold:
            continue
        n += 1
        total += float(row["Amount"] or 0) if row["Stage"] == "Closed Won" else 0
        if total >= revenue:
            return n
    return None


def check_plan(setting, results, card, accounts):
    """A plan from one history, and the leads of another of the same truth."""
    name = "watch/plan" + (" of accounts" if accounts else "")
    more = ["--accounts", "500", "--account-effect", "1"] if accounts else []
    inside, outside = 0, []
    for k in range(PLANS):
        folder = setting.folder(f"plan {k} {accounts}")
        past = generate(setting, folder, 2000, 3000 + k, *more)
        status, tree = ask(setting, "plan", past, card, "--revenue", "2000000")
        coming = score_of(setting, generate(setting, os.path.join(folder, "coming"), 3000, 6000 + k, *more), card)
        needed, threshold = tree["recommended"]["needed"], tree["agreement"]["threshold"]
        came = leads_until(coming, threshold, 2000000)
        if status != 0 or came is None:
            outside.append(f"{k}: exit status {status}, leads {came}")
        elif needed["ci_low"] <= came <= needed["ci_high"]:
            inside += 1
        else:
            outside.append(f"{k}: {came} leads, said {needed['ci_low']:.0f} to {needed['ci_high']:.0f}")
    results.check(name, [] if inside >= FEWEST_COVERED else [f"{inside} of {PLANS} intervals hold what came", *outside])


def check_sums(setting, results, card):
    """The plan's counts are those of the rows, counted here."""
    folder = setting.folder("plan sums")
    history = generate(setting, folder, 2000, 9)
    _, tree = ask(setting, "plan", history, card, "--revenue", "1000000", "--cost-per-lead", "100", "--horizon", "2")
    rows, threshold = score_of(setting, history, card), tree["agreement"]["threshold"]
    above = [row for row in rows if int(row["leadfit_score"]) >= threshold]
    won = [row for row in above if row["Stage"] == "Closed Won"]
    amount = sum(float(row["Amount"] or 0) for row in won)
    got = tree["recommended"]
    expected = {"rows": len(above), "won": len(won), "amount": amount, "share": len(above) / len(rows),
                "needed_leads_of_any_score": 1000000 / (amount / len(above)) / (len(above) / len(rows))}
    expected["cost"] = 100 * expected["needed_leads_of_any_score"]
    problems = [f"{key}: {got[key]}, counted {want}" for key, want in expected.items() if abs(got[key] - want) > 1e-6 * abs(want)]
    if abs(got["needed"]["value"] - 1000000 * len(above) / amount) > 1e-6 * got["needed"]["value"]:
        problems.append(f"needed: {got['needed']}, counted {1000000 * len(above) / amount}")
    page = os.path.join(folder, "agreement.md")
    written = run(setting, [setting.leadfit, "plan", history, "--config", card, "--revenue", "1000000", "-q", "-o", page])
    with open(page, encoding="utf-8") as f:
        text = f.read()
    problems += [f"the page lacks {part}" for part in ("# Agreement on qualified leads", "## Marketing owes", "## Sales owes", "Backtest:") if part not in text]
    if written.status != 0 or written.out:
        problems.append(f"-q -o: {written.status} {written.out[:100]}")
    plan = os.path.join(folder, "plan.json")
    run(setting, [setting.leadfit, "plan", history, "--config", card, "--revenue", "900000000", "-q", "-o", plan])
    status, watched = ask(setting, "monitor", history, card, "--plan", plan)
    volume = [c for c in watched["checks"] if c["check"] == "volume"]
    if not volume or not volume[0]["alarm"] or status != 1:
        problems.append(f"volume far below the plan is no alarm: {volume}")
    results.check("watch/plan sums", problems)


def run_all(setting, results):
    if not setting.wanted("watch/") and "watch" not in setting.only:
        return
    if not os.path.exists(setting.leadfit) or not os.path.exists(setting.generate):
        results.skip("watch", "there is no program")
        return
    try:
        cards = [fit(setting, generate(setting, setting.folder(f"card {k}"), 6000, 10 + k), setting.folder(f"fit {k}")) for k in range(CARDS)]
        check_quiet(setting, results, cards)
        check_planted(setting, results, cards[0])
        check_sums(setting, results, cards[0])
        for accounts in (False, True):
            check_plan(setting, results, cards[0], accounts)
    except RuntimeError as error:
        results.fail("watch", error)
