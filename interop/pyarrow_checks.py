"""Reads every part of Parquet destinations with pyarrow and prints, per destination, what does not agree.

Argument: a JSON file with `destinations`: name, folder, and the rows and content sums of every table as DuckDB has them.
"""

import json
import os
import sys

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

EXPECTED = {
    "BOOLEAN": pa.bool_(),
    "INTEGER": pa.int64(),
    "FLOAT": pa.float64(),
    "DATE": pa.date32(),
    "DATETIME": pa.timestamp("ms", tz="UTC"),
    "STRING": pa.string(),
    "JSON": pa.string(),
}


def column_sum(column, kind):
    """A number that says much about a column's values: of texts the characters, of integers the remainders, of others the sum."""
    present = column.drop_null()
    if len(present) == 0:
        return 0
    if kind in ("STRING", "JSON"):
        return pc.sum(pc.utf8_length(present)).as_py()
    if kind in ("INTEGER", "DATETIME"):
        return sum(value % 1000003 for value in present.cast(pa.int64()).to_pylist())
    if kind == "DATE":
        return pc.sum(present.cast(pa.int32())).as_py()
    if kind == "BOOLEAN":
        return pc.sum(present.cast(pa.int64())).as_py()
    return pc.sum(present).as_py()


def check(destination):
    with open(os.path.join(destination["folder"], "manifest.json"), encoding="utf-8") as file:
        manifest = json.load(file)
    wrong = []
    tables = {table["schema"]["name"]: table for table in manifest["tables"]}
    if sorted(tables) != sorted(destination["tables"]):
        wrong.append(f"tables {sorted(tables)} instead of {sorted(destination['tables'])}")
    for name, table in tables.items():
        types = {column["name"]: column["type"] for column in table["schema"]["columns"]}
        rows = 0
        sums = {column: 0 for column in types}
        for part in table["parts"]:
            path = os.path.join(destination["folder"], table["folder"], part["file"])
            content = pq.ParquetFile(path).read()
            rows += content.num_rows
            if content.num_rows != part["rows"]:
                wrong.append(f"{path}: {content.num_rows} rows instead of {part['rows']}")
            layout = table["layouts"][part["layout"]]
            if content.schema.names != [column["name"] for column in layout]:
                wrong.append(f"{path}: columns {content.schema.names}")
                continue
            for column, field in zip(layout, content.schema):
                if field.type != EXPECTED[column["type"]]:
                    wrong.append(f"{path}: {field.name} is {field.type}, declared {column['type']}")
                sums[field.name] += column_sum(content.column(field.name), types[field.name])
        expected = destination["tables"].get(name)
        if expected is None:
            continue
        if rows != expected["rows"]:
            wrong.append(f"{name}: {rows} rows, DuckDB has {expected['rows']}")
        for column, value in expected["sums"].items():
            if abs(sums.get(column, 0) - value) > 1e-9 * max(1.0, abs(value)):
                wrong.append(f"{name}.{column}: sum {sums.get(column)}, DuckDB has {value}")
    return wrong


def main():
    with open(sys.argv[1], encoding="utf-8") as file:
        plan = json.load(file)
    for destination in plan["destinations"]:
        wrong = check(destination)
        print(json.dumps({"check": destination["check"], "ok": not wrong, "detail": "; ".join(wrong[:5])}), flush=True)


if __name__ == "__main__":
    main()
