"""Normalises pages into Parquet with dlt and prints what it took: dlt-normalise.py <pipelines folder> <page>..."""

import sys
import time

import dlt
from dlt.common.json import json


def documents(paths):
    for path in paths:
        with open(path, "rb") as file:
            yield json.loadb(file.read())["content"]


folder, *paths = sys.argv[1:]
pipeline = dlt.pipeline(
    pipeline_name="bench",
    pipelines_dir=folder,
    destination=dlt.destinations.filesystem(f"file://{folder}/out"),
    dataset_name="bench",
)
start = time.perf_counter()
pipeline.extract(documents(paths), table_name="process_context", write_disposition="append", loader_file_format="parquet")
pipeline.normalize()
print(json.dumps({"version": dlt.__version__, "ms": (time.perf_counter() - start) * 1000}))
