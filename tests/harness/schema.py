"""docs/schema: every JSON that leadfit writes has the keys, and only the keys, that its schema knows, and every key of the schemas stands in
docs/reference.md with its meaning. tools/schema-reference writes that part of the reference."""
import copy
import glob
import json
import os
import re
import subprocess
import sys

from . import golden
from .core import run

try:
    import yaml
except ImportError:
    yaml = None
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


def written(setting):
    """(schema, name, text) of every project and claims file that the documents show, the golden cases read, and inspect --yaml writes."""
    history = os.path.join(setting.top, "datasets", "sample", "history.csv")
    yield "leadfit", "inspect --yaml", run(setting, [setting.leadfit, "inspect", history, "--yaml"]).out.decode()
    for path in glob.glob(os.path.join(setting.top, "docs", "*.md")):
        with open(path, encoding="utf-8") as f:
            found = re.findall(r"(?ms)^```yaml\n(.*?)^```$", (page := f.read())) + re.findall(r"(?ms)^cat > [\w.]+\.yaml <<'END'\n(.*?)^END$", page)
        for text in found:
            yield "claims" if text.startswith("claims:") else "leadfit", os.path.basename(path), text.replace("[...]", "[{label: a, pattern: b}]")
    for path in glob.glob(os.path.join(setting.top, "tests", "golden", "*", "*.yaml")) + [os.path.join(setting.top, "datasets", "sample", "leadfit.yaml")]:
        if os.path.basename(os.path.dirname(path)).startswith("error_"):
            continue  # what a schema cannot see is refused there, too
        with open(path, encoding="utf-8") as f:
            text = f.read()
        yield "claims" if text.lstrip().startswith("claims:") and "\noutcome" not in text else "leadfit", os.path.relpath(path, setting.top), text


def objects(tree):
    """Every object of a tree whose keys are words of the format, not values of the data."""
    if isinstance(tree, dict):
        yield tree
        for key, child in tree.items():
            yield from () if key in ("points", "sign") else objects(child)
    if isinstance(tree, list):
        for child in tree:
            yield from objects(child)


def keys_read(setting):
    """The sets of keys that the readers of project and claims files know."""
    sources = glob.glob(os.path.join(setting.top, "src", "history", "project*.c")) + [os.path.join(setting.top, "src", "evidence", "claims_read.c")]
    found = set()
    for path in sources:
        with open(path, encoding="utf-8") as f:
            found |= {frozenset(re.findall(r'"(\w+)"', keys)) for keys in re.findall(r"\bkeys\[\] = \{([^}]*)\}", f.read())}
    return found


def check_written(setting, results):
    """Files that people write: those that are right pass docs/schema/written, and a key nobody knows is refused wherever it stands."""
    validators = {}
    for name in ("leadfit", "claims"):
        with open(os.path.join(setting.top, "docs", "schema", "written", name + ".json"), encoding="utf-8") as f:
            validators[name] = jsonschema.Draft202012Validator(json.load(f))
        jsonschema.Draft202012Validator.check_schema(validators[name].schema)
    problems, seen = [], 0
    for kind, name, text in written(setting):
        tree, seen = yaml.safe_load(text), seen + 1
        problems += [f"{name}: {'/'.join(map(str, e.absolute_path))}: {e.message[:200]}" for e in list(validators[kind].iter_errors(tree))[:3]]
        for part in objects(tree):
            part["odd"] = 1
            if validators[kind].is_valid(tree):
                problems.append(f"{name}: a key nobody knows is let through in {str(part)[:80]}")
            del part["odd"]
    if seen < 12:
        problems.append(f"only {seen} files were found")
    known = {frozenset(part["properties"]) for v in validators.values() for part in objects(v.schema) if isinstance(part.get("properties"), dict)
             and part.get("additionalProperties") is False}
    problems += [f"read by the program, and no part of the schemas: {sorted(keys)}" for keys in keys_read(setting) - known]
    problems += [f"in the schemas, and not read by the program: {sorted(keys)}" for keys in known - keys_read(setting)]
    results.check("schema/written", problems)


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
    if setting.wanted("schema/written"):
        if yaml is None:
            results.skip("schema/written", "there is no yaml here (package python3-yaml)")
        else:
            check_written(setting, results)
    if setting.wanted("schema/sample"):
        check_sample(setting, results, validators)
