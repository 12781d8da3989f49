"""Reads XES and OCEL files with pm4py and prints a result for each check.

Argument: a JSON file with `xes`, `json`, `sqlite`, the names of the checks and the counts as DuckDB has them.
"""

import json
import sys
import warnings
from collections import Counter

with open(sys.argv[1], encoding="utf-8") as file:
    PLAN = json.load(file)

# A warning of pm4py about a file is a failure; what it says about packages that it could use, or would not, is none.
warnings.simplefilter("error")
warnings.filterwarnings("ignore", message=".*r4pm.*")
warnings.filterwarnings("ignore", category=DeprecationWarning)
warnings.filterwarnings("ignore", category=FutureWarning)

import pm4py  # noqa: E402
from pm4py.objects.ocel.validation import ocel20_rel_validation  # noqa: E402


def report(check, body):
    try:
        wrong = body()
    except BaseException as error:  # whatever it is, the check has failed
        wrong = f"{type(error).__name__}: {error}"
    print(json.dumps({"check": check, "ok": not wrong, "detail": str(wrong or "")[:1000]}), flush=True)


def differences(got, want):
    return "; ".join(f"{key}: {got[key]} instead of {want[key]}" for key in want if got[key] != want[key])


def ocel_counts(log):
    return {
        "events": len(log.events),
        "objects": len(log.objects),
        "eventObjectRelations": len(log.relations),
        "objectObjectRelations": len(log.o2o),
        "objectTypes": dict(Counter(log.objects["ocel:type"].tolist())),
        "activities": dict(Counter(log.events["ocel:activity"].tolist())),
    }


def seconds(times):
    return sorted(round(time.timestamp() * 1000) for time in times)


def main():
    checks, want = PLAN["checks"], PLAN["counts"]
    logs = {}

    def xes():
        log = logs["xes"] = pm4py.read_xes(PLAN["xes"])
        got = {
            "cases": log["case:concept:name"].nunique(),
            "events": len(log),
            "activities": dict(Counter(log["concept:name"].tolist())),
        }
        return differences(got, {key: want[key] for key in got})

    def ocel_json():
        logs["json"] = pm4py.read_ocel2_json(PLAN["json"])
        return differences(ocel_counts(logs["json"]), {key: want[key] for key in ocel_counts(logs["json"])})

    def ocel_sqlite():
        logs["sqlite"] = pm4py.read_ocel2_sqlite(PLAN["sqlite"])
        return differences(ocel_counts(logs["sqlite"]), {key: want[key] for key in ocel_counts(logs["sqlite"])})

    def constraints():
        _, broken = ocel20_rel_validation.apply(PLAN["sqlite"])
        return ", ".join(broken)

    def agree():
        times = [
            seconds(logs["xes"]["time:timestamp"]),
            seconds(logs["json"].events["ocel:timestamp"]),
            seconds(logs["sqlite"].events["ocel:timestamp"]),
        ]
        return "" if times[0] == times[1] == times[2] == want["times"] else "the times differ"

    for check, body in zip(checks, (xes, ocel_json, ocel_sqlite, constraints, agree), strict=True):
        report(check, body)


if __name__ == "__main__":
    main()
