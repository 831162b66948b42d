"""docs/schema: every JSON that leadfit writes has the keys, and only the keys, that its schema knows, and every key of the schemas stands in
docs/reference.md with its meaning. tools/schema-reference writes that part of the reference."""
import copy
import glob
import json
import os
import subprocess
import sys

from . import golden
from .core import run

try:
    import jsonschema
except ImportError:
    jsonschema = None

# Command -> schema of what --json prints.
PRINTED = {"fit": "report", "validate": "validate", "compare": "compare", "evidence": "evidence", "inspect": "inspect", "plan": "plan",
           "monitor": "monitor", "score": "score"}


def schemas_of(setting):
    """Name -> validator; references between them are found in the folder."""
    trees = {}
    for path in sorted(glob.glob(os.path.join(setting.top, "docs", "schema", "*.json"))):
        with open(path, encoding="utf-8") as f:
            trees[os.path.basename(path)[:-5]] = json.load(f)
    store = {name + ".json": tree for name, tree in trees.items()}
    made = {}
    for name, tree in trees.items():
        jsonschema.Draft202012Validator.check_schema(tree)
        resolver = jsonschema.RefResolver(base_uri=name + ".json", referrer=tree, store=store)
        made[name] = jsonschema.Draft202012Validator(tree, resolver=resolver)
    return made


def complaints(validator, tree, name):
    return [f"{name}: {'/'.join(str(p) for p in e.absolute_path) or '(top)'}: {e.message[:300]}: put docs/schema right (and run "
            "tools/schema-reference)" for e in list(validator.iter_errors(tree))[:10]]


def results_of(case, done):
    """(schema, name, bytes) of every JSON that a case's run gave."""
    command = case["args"][0]
    if "--json" in case["args"] and command in PRINTED:
        for data in done.ran.out.splitlines() if command == "score" else [done.ran.out]:
            yield PRINTED[command], "standard output", data
    for name, data in done.made.items():
        kind, extension = os.path.splitext(os.path.basename(name))
        if data and extension == ".json" and kind in ("report", "scoring"):
            yield kind, name, data


def check_case(setting, results, validators, path):
    with open(path, encoding="utf-8") as f:
        case = json.load(f)
    name = "schema/" + os.path.basename(os.path.dirname(path))
    prints = "--json" in case["args"] or ("-o" in case["args"] and case["args"][0] == "fit")
    if case.get("status", 0) > 1 or not prints or not setting.wanted(name):
        return
    done = golden.perform(setting, name.replace("/", "_"), case, os.path.dirname(path))
    problems = []
    for kind, what, data in results_of(case, done):
        try:
            problems += complaints(validators[kind], json.loads(data), what)
        except ValueError as wrong:
            problems.append(f"{what} is no JSON: {wrong}: {data[:200]!r}; standard error: {done.ran.err[:200]!r}")
    results.check(name, problems)


def check_sample(setting, results, validators):
    """What no golden case runs: --current, claims and candidates on the sample; and a key nobody knows is refused."""
    folder, problems = setting.folder("schema"), []
    history = os.path.join(setting.top, "datasets", "sample", "history.csv")
    project = os.path.join(setting.top, "datasets", "sample", "leadfit.yaml")
    old, new, claims = os.path.join(folder, "old"), os.path.join(folder, "new"), os.path.join(folder, "claims.yaml")
    with open(claims, "w", encoding="utf-8") as f:
        f.write("claims:\n  - {say: Referrals win, attribute: LeadSource, group: [Referral], effect: win, direction: higher}\n"
                "  - {say: Big ones pay, attribute: Employees, group: {from: 200}, effect: amount, direction: higher}\n")
    card = os.path.join(old, "scoring.json")
    runs = [("report", ["fit", history, "-p", project, "--use", "LeadSource,Industry,Title,Touches,Response hours,Employees", "-o", old, "--json"]),
            ("report", ["fit", history, "-p", project, "-o", new, "--json", "--current", card]),
            ("validate", ["validate", history, "--config", card, "--json"]),
            ("compare", ["compare", history, card, os.path.join(new, "scoring.json"), "column:hubspot_score", "--json"]),
            ("evidence", ["evidence", history, "-p", project, "--claims", claims, "--json"]),
            ("plan", ["plan", history, "-p", project, "--config", card, "--revenue", "1000000", "--cost-per-lead", "20", "--json"]),
            ("monitor", ["monitor", history, "-p", project, "--config", card, "--json"])]
    for kind, args in runs:
        ran = run(setting, [setting.leadfit, *args, "-q"])
        if ran.status not in (0, 1):
            problems.append(f"{args[0]}: {ran.err.decode('utf-8', 'replace')}")
            continue
        tree = json.loads(ran.out)
        problems += complaints(validators[kind], tree, kind)
        odd = copy.deepcopy(tree)
        next(odd[key] for key in ("outcome", "asked", "funnel") if key in odd)["odd"] = 1
        if validators[kind].is_valid(odd):
            problems.append(f"{kind}: a key nobody knows is let through")
    results.check("schema/sample", problems)


def check_reference(setting, results):
    ran = subprocess.run([sys.executable, os.path.join(setting.top, "tools", "schema-reference"), "--check"], stdout=subprocess.PIPE,
                         stderr=subprocess.STDOUT, check=False)
    results.check("schema/reference", [ran.stdout.decode()] if ran.returncode else [])


def run_all(setting, results):
    if setting.wanted("schema/reference"):
        check_reference(setting, results)
    if not os.path.exists(setting.leadfit) or jsonschema is None:
        results.skip("schema", "there is no jsonschema here (package python3-jsonschema)" if jsonschema is None else "there is no program")
        return
    validators = schemas_of(setting)
    for path in sorted(glob.glob(os.path.join(setting.top, "tests", "golden", "*", "case.json"))):
        check_case(setting, results, validators, path)
    if setting.wanted("schema/sample"):
        check_sample(setting, results, validators)
