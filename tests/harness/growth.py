"""Time and memory do not grow faster than the file, on the families of tests/growth.py that once did: a quick look at three sizes."""
import os
import sys

sys.path.insert(0, os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
import growth  # noqa: E402

QUICK = (("wide", "inspect", 0.5), ("wide", "card", 0.5), ("wide", "plain", 0.5), ("same_names", "inspect", 2), ("many_bands", "config", 2),
         ("project_attributes", "project", 4), ("project_patterns", "matched", 1), ("rising", "score", 1), ("laughs", "project", 1),
         ("all_quotes", "inspect", 1), ("line_ends", "inspect", 1))


def run_all(setting, results):
    if not os.path.exists(setting.leadfit):
        return
    families = {family.__name__: (family, *what) for family, what in growth.CONFIGS.items()}
    families.update((family.__name__, (family, n, "table.csv", commands)) for family, (n, commands) in growth.TABLES.items())
    for name, command, scale in QUICK:
        full = f"growth/{name} {command}"
        if not setting.wanted(full):
            continue
        family, n, file, _ = families[name]
        # Beside other work seconds of the processor are noisy: what seems to grow too fast is looked at again, the least of several runs.
        for times in (1, 3, 5):
            bench = growth.Bench(setting.leadfit, setting.folder(f"{full} {times}"), times)
            problems = growth.measure(bench, family, n, file, command, scale, 2).problems()
            if not problems:
                break
        results.check(full, problems)
