# %% [markdown]
# Reads a leadfit report into pandas: the coefficients, the attributes and their verdicts, lift by decile.

# %%
import json
import sys

import pandas as pd

path = sys.argv[1] if len(sys.argv) > 1 and sys.argv[1].endswith(".json") else "build/demo/report.json"
with open(path, encoding="utf-8") as file:
    report = json.load(file)
assert report["format"] == "leadfit-report/1", report["format"]

# %% What the fit rests on
data = report["data"]
print(f"{data['used']:.0f} closed deals, {data['won']:.0f} won ({data['won'] / data['used']:.1%}), {data['open']:.0f} open")

# %% How good the score is on deals that chose nothing
auc = report["holdout"]["auc"]
print(f"AUC {auc['value']:.3f} (95 % {auc['ci_low']:.3f} to {auc['ci_high']:.3f})")

# %% Attributes, strongest first
attributes = pd.json_normalize(report.get("attributes") or [])
if not attributes.empty:
    shown = [c for c in ("name", "owner", "verdict", "strength", "holdout_loss_increase") if c in attributes]
    print(attributes[shown].to_string(index=False))

# %% Coefficients
coefficients = pd.DataFrame(report["model"].get("coefficients") or [])
print(coefficients.head(20).to_string(index=False))

# %% Lift and revenue by decile of score
lift = pd.DataFrame(report["holdout"]["lift"])
lift["win_rate"] = lift["won"] / lift["rows"]
print(lift[["decile", "rows", "won", "win_rate", "lift", "cumulative_gain", "cumulative_amount"]].to_string(index=False))
