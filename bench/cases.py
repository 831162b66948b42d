"""The pieces of work that are measured. Each takes the bench (tools/bench) and adds turns, goals and remarks to it."""
import json
import pathlib

PEERS = pathlib.Path(__file__).parent / "peers"
FOLDS, LAMBDAS = 10, 50
MAX_BANDS, MIN_SHARE = 6, 0.05


def python_peer(bench, label, script, arguments, *needs):
    return [(label, [bench.machine.python, PEERS / script, *arguments])] if bench.machine.has(*needs) else []


def r_peer(bench, label, script, arguments, *needs):
    return [(label, ["Rscript", PEERS / script, *arguments])] if bench.machine.has("R", "jsonlite", *needs) else []


def plain(bench, history, threads=2, *more):
    return [bench.leadfit, "fit", history, "--method", "plain", "-q", "-o", bench.out, "--threads", threads, *more]


def cut_of(bench, history):
    """Where the holdout begins, for the peers."""
    bench.run_once(plain(bench, history))
    return json.loads((bench.out / "report.json").read_text())["split"]["from"][:10]


def readers(bench, history):
    return [("leadfit's reader", [bench.tool("read"), history, 2]),
            *python_peer(bench, "Polars", "read_polars.py", [history], "polars"),
            *([("data.table fread", ["Rscript", PEERS / "read_fread.R", history])] if bench.machine.has("R", "data.table") else []),
            *python_peer(bench, "DuckDB", "read_duckdb.py", [history], "duckdb"),
            *python_peer(bench, "pandas", "read_pandas.py", [history], "pandas")]


def read(bench):
    history = bench.history(rows=bench.rows(1_000_000))
    floors = [(f"floor: {label}, {t} thread{'s' * (t > 1)}", [bench.tool("floor"), kind, history, t])
              for kind, label in (("bytes", "bytes touched"), ("lines", "newlines counted"), ("libcsv", "bare libcsv pass"))
              for t in (1, 2)]
    bench.turns(f"Reading {bench.size(history)}: floors", floors, 5)
    inspect = [("leadfit inspect", [bench.leadfit, "inspect", history, "-q", "--threads", 2])]
    turn = bench.turns(f"Reading {bench.size(history)} into typed columns", readers(bench, history) + inspect, 5)
    bench.inner(turn, "leadfit's reader", "Polars", "seconds")
    bench.goal("read-time", "reading 1M rows into typed columns, against Polars: time", turn, "leadfit's reader", "Polars", 0.6)
    bench.goal("read-memory", "the same: peak memory", turn, "leadfit's reader", "Polars", 0.3, lambda run: run.peak)


def check(bench, turn, name):
    """Largest difference of a peer's coefficients from leadfit's: relative, or in standard errors where the coefficient is smaller."""
    ours = {c["attribute"] + ("=" + c["band"] if c["band"] else ""): c
            for c in json.loads((bench.out / "report.json").read_text())["model"]["coefficients"]}
    theirs = turn.runs[name][-1].told("coefficients")
    if set(ours) != set(theirs):
        return f"{len(set(ours) ^ set(theirs))} coefficients are not in both"
    worst = max(abs(theirs[k][0] - c["estimate"]) / max(abs(c["estimate"]), c["std_error"]) for k, c in ours.items())
    errors = max(abs(theirs[k][1] / c["std_error"] - 1) for k, c in ours.items() if k != "(intercept)")
    return f"coefficients within {worst:.1g} of leadfit's, standard errors within {errors:.1g}"


def plain_peers(bench, history, slow):
    cut = [history, cut_of(bench, history)]
    quick = [*python_peer(bench, "Polars + scikit-learn", "plain_sklearn.py", cut, "polars", "sklearn"),
             *python_peer(bench, "pandas + scikit-learn", "plain_sklearn.py", [*cut, "pandas"], "pandas", "sklearn"),
             *python_peer(bench, "Polars + glum", "plain_glum.py", cut, "polars", "pandas", "glum")]
    late = [*python_peer(bench, "Polars + statsmodels", "plain_statsmodels.py", cut, "polars", "statsmodels"),
            *python_peer(bench, "Polars + LIBLINEAR", "plain_liblinear.py", cut, "polars", "sklearn", "LIBLINEAR"),
            *r_peer(bench, "fread + glmnet", "plain_glmnet.R", cut, "data.table", "glmnet"),
            *r_peer(bench, "fread + glm", "plain_glm.R", cut, "data.table")]
    return quick + late if slow else quick[:1] + quick[2:]


def job(bench, history, repeats, peers):
    """The plain job beside its peers; returns the turn and the name of the fastest peer."""
    turn = bench.turns(f"The plain job, {bench.size(history)}", [("leadfit plain", plain(bench, history)), *peers], repeats)
    names = [name for name, _ in peers if turn.ran(name)]
    for name in names:
        bench.remark(turn, f"{name}: {check(bench, turn, name)}")
    return turn, min(names, key=turn.median) if names else None


def plain_job(bench):
    small = bench.history(rows=100_000)
    job(bench, small, 1, plain_peers(bench, small, slow=True))
    bench.say("statsmodels, LIBLINEAR (through its text format), glmnet at lambda 0 and R's glm are run at 100,000 rows, once; at 1M they take minutes. pandas differs from Polars by its reading.")
    history = bench.history(rows=bench.rows(1_000_000))
    turn, fastest = job(bench, history, 3, plain_peers(bench, history, slow=False))
    if fastest:
        bench.goal("plain-peer", f"`fit --method plain`, 1M rows, times faster than the fastest peer pipeline ({fastest})",
                   turn, fastest, "leadfit plain", 15, at_least=True)
    turn = bench.turns(f"The plain job and one bare libcsv pass, {bench.size(history)}",
                       [("leadfit plain", plain(bench, history)), ("bare libcsv pass, 2 threads", [bench.tool("floor"), "libcsv", history, 2])], 5)
    bench.goal("plain-libcsv", "the same, against one bare libcsv pass on as many threads", turn, "leadfit plain",
               "bare libcsv pass, 2 threads", 2.5)
    stages(bench, history)


def stages(bench, history):
    """Seconds by stage as leadfit -v tells them, of one run each."""
    for method in ("plain", "card"):
        result = bench.run_once([bench.leadfit, "fit", history, "--method", method, "-q", "-v", "-o", bench.out, "--threads", 2])
        told = [line.split() for line in result.said.splitlines() if line.endswith(" s")] if result else []
        if told:
            bench.say(f"Stages of `fit --method {method}`, {bench.size(history)}, one run: "
                      + ", ".join(f"{' '.join(words[:-2])} {words[-2]} s" for words in told) + ".")


def card(bench):
    for rows, repeats in ((100_000, 3), (bench.rows(1_000_000), 3)):
        history = bench.history(rows=rows)
        programs = [("leadfit plain", plain(bench, history)),
                    ("leadfit card", [bench.leadfit, "fit", history, "-q", "-o", bench.out / "card", "--threads", 2])]
        turn = bench.turns(f"The card job beside the plain job, {bench.size(history)}", programs, repeats)
    bench.goal("card", "`fit --method card` whole, 1M rows, against the plain job", turn, "leadfit card", "leadfit plain", 4)


def path(bench):
    history = bench.history(rows=100_000)
    for penalty, alpha in (("ridge", 0), ("lasso", 1)):
        path_of(bench, history, penalty, alpha)


def path_of(bench, history, penalty, alpha):
    programs = [("leadfit path", [bench.tool("path"), penalty, history, 2]),
                *r_peer(bench, "cv.glmnet", "path_cvglmnet.R", [history, FOLDS, LAMBDAS, alpha], "data.table", "glmnet")]
    turn = bench.turns(f"{FOLDS}-fold cross-validated {penalty} path of {LAMBDAS} penalties, {bench.size(history)}", programs, 1)
    if not turn.ran("leadfit path", "cv.glmnet"):
        return
    ours, theirs = (turn.runs[name][-1].told("losses") for name in ("leadfit path", "cv.glmnet"))
    worst = max(abs(a / b - 1) for a, b in zip(ours, theirs))
    bench.remark(turn, f"cross-validated log loss at every penalty: within {worst:.1g} of cv.glmnet's")
    bench.inner(turn, "leadfit path", "cv.glmnet", "seconds")
    bench.goal("path" if alpha == 0 else "path-lasso", f"10-fold × 50-step {penalty} path, 100k rows, times faster than cv.glmnet (from designs in memory)", turn, "cv.glmnet",
               "leadfit path", 40, lambda run: run.told("seconds"), at_least=True)


def boot(bench):
    history, large = bench.history(rows=100_000), bench.history(rows=bench.rows(1_000_000))
    programs = [("plain job", plain(bench, large)), ("1,000 refits, 16 attributes in bands", [bench.tool("path"), "boot", history, 2, 1000])]
    turn = bench.turns(f"1,000 refits on bootstrap samples of accounts, 100,000 rows, beside the plain job, {bench.size(large)}", programs, 1)
    bench.goal("boot", "1,000 account-clustered bootstrap refits, 100k rows, 16 attributes, against one plain job at 1M", turn,
               programs[1][0], "plain job", 10)
    for name in [programs[1][0]] * turn.ran(programs[1][0]):
        told = turn.runs[name][-1].told
        bench.remark(turn, f"{told('attributes')} attributes, {told('coefficients')} coefficients, {told('failed')} refits failed; the refits alone "
                     f"took {told('seconds'):.2f} s, the rest is reading and the card that is refitted")
    few = bench.turns("100 refits of the textbook design", [("100 refits, 331 coefficients", [bench.tool("boot"), history, 2, 100])], 1)
    for name in few.runs:
        told = few.runs[name][0].told
        bench.remark(few, f"{told('seconds') * 10:.1f} ms a refit; bootstrap standard error / cluster-robust one: {told('error_over_sandwich'):.3f} (median)")


def band(bench):
    history = bench.history(rows=300_000)
    programs = [("leadfit bands", [bench.tool("band"), history, 2, MAX_BANDS, MIN_SHARE]),
                *python_peer(bench, "optbinning", "band_optbinning.py", [history, MAX_BANDS, MIN_SHARE], "optbinning")]
    turn = bench.turns(f"Optimal bands of 16 attributes, {bench.size(history)}, at most {MAX_BANDS} bands, at least 5 % of rows in each", programs, 3)
    if not turn.ran("leadfit bands", "optbinning"):
        return
    ours, theirs = (turn.runs[name][-1].told("attributes") for name in ("leadfit bands", "optbinning"))
    worse = [name for name in ours if ours[name]["deviance"] > theirs[name]["deviance"] * (1 + 1e-9)]
    saved = sum(theirs[name]["deviance"] - ours[name]["deviance"] for name in ours)
    bench.remark(turn, f"sum of deviances {saved:.0f} lower than optbinning's; higher in {len(worse)} of {len(ours)} attributes"
                 + (f" ({', '.join(worse)})" if worse else ""))
    bench.inner(turn, "leadfit bands", "optbinning", "seconds")
    bench.goal("band", "optimal banding, 300k rows × 16 attributes, times faster than optbinning (from columns in memory)", turn,
               "optbinning", "leadfit bands", 20, lambda run: run.told("seconds"), at_least=True)
    bench.figure("band-deviance", "the same: attributes of 16 in which leadfit's deviance is higher", [len(worse)], 0)


def scale(bench):
    history = bench.history(rows=bench.rows(1_000_000))
    for method in ("plain", "card"):
        programs = [(f"{t} thread{'s' * (t > 1)}", [bench.leadfit, "fit", history, "--method", method, "-q", "-o", bench.out, "--threads", t])
                    for t in (1, 2)]
        turn = bench.turns(f"Threads, `fit --method {method}`, {bench.size(history)}", programs, 3)
        bench.goal(f"threads-{method}", f"two threads against one, whole {method} job at 1M", turn, "1 thread", "2 threads", 1.8, at_least=True)


def shapes(bench):
    """Files that are not the usual one."""
    cases = [("every field quoted", dict(rows=200_000, quote="all")), ("1 row in 100 with a field too many", dict(rows=200_000, ragged=0.01)),
             ("10 columns", dict(rows=200_000, columns=10)), ("200 columns", dict(rows=50_000, columns=200)),
             ("1,000 columns", dict(rows=20_000, columns=1000)), ("5,000 levels in one category", dict(rows=200_000, levels=5000))]
    for label, options in cases:
        history = bench.history(**options)
        programs = readers(bench, history)[:2]
        if "ragged" in options:
            programs = programs[:1]
        bench.turns(f"Reading {bench.size(history)}: {label}", programs, 3)
        fits = [("leadfit card", [bench.leadfit, "fit", history, "-q", "-o", bench.out, "--threads", 2])]
        if options.get("columns", 0) < 200 and "levels" not in options:
            fits.append(("leadfit plain", plain(bench, history)))
        bench.turns(f"Fits, {bench.size(history)}: {label}", fits, 1)
    bench.say("Polars refuses the ragged file unless told to cut its rows; leadfit leaves those rows out and counts them.")


def memory(bench):
    sizes = [bench.history(rows=n) for n in (100_000, bench.rows(1_000_000), bench.rows(10_000_000))]
    turns = [bench.turns(f"Rows, `fit --method plain`, {bench.size(h)}", [("leadfit plain", plain(bench, h))], r, watch=True)
             for h, r in zip(sizes, (3, 3, 2))]
    if not all(turn.ran("leadfit plain") for turn in turns):
        return
    million, ten = turns[1:]
    bench.figure("rows-time", "10M rows against 1M, time", [ten.median("leadfit plain") / million.median("leadfit plain")], 11)
    more = (ten.median("leadfit plain", "private") - million.median("leadfit plain", "private")) * 2**20
    rows = bench.rows(10_000_000) - bench.rows(1_000_000)
    bench.figure("rows-memory", "bytes a row beyond the mapped file (private memory, 1M to 10M)", [more / rows], 40)
    most = (ten.median("leadfit plain", "peak") - million.median("leadfit plain", "peak")) * 2**20
    bench.say(f"Peak resident memory, mapped pages included, grows by {most / rows:.0f} bytes a row from 1M to 10M rows.")
    budget(bench, sizes[-1])


def budget(bench, history):
    if "--memory" not in bench.run_once([bench.leadfit, "fit", "--help"]).printed:
        bench.say("`--memory` is not there yet: its goal was not measured.")
        return
    small = bench.out / "small"
    programs = [("no budget", plain(bench, history)),
                ("--memory 256M", [bench.leadfit, "fit", history, "--method", "plain", "-q", "-o", small, "--threads", 2, "--memory", "256M"])]
    turn = bench.turns(f"A budget of memory, `fit --method plain`, {bench.size(history)}", programs, 1, watch=True)
    if not turn.ran("no budget", "--memory 256M"):
        return
    same = all((bench.out / f).read_bytes() == (small / f).read_bytes() for f in ("report.json", "report.html"))
    bench.remark(turn, "the same bytes came out" if same else "THE OUTPUT DIFFERS")
    bench.goal("budget", "`--memory 256M` at 10M rows, against no budget" + ("" if same else " (output differs)"), turn, "--memory 256M", "no budget", 2)


def large(bench):
    """The fastest peer at 10M rows, one pair, where the time left allows."""
    history = bench.history(rows=bench.rows(10_000_000))
    job(bench, history, 1, plain_peers(bench, history, slow=False)[:1])


CASES = {"read": read, "plain": plain_job, "card": card, "scale": scale, "path": path, "boot": boot, "band": band, "memory": memory,
         "shapes": shapes, "large": large}
