"""Runs our Spark SQL on a cluster and prints what it gives, as one JSON object a line.

Argument: a JSON file with `master`, `folder`, `zones`, `jobs`, `conversions` and `parsed`, as spark.ts writes it.
"""

import json
import sys

from pyspark.sql import SparkSession
from pyspark.sql import functions as F
from pyspark.sql.types import TimestampType


def say(**line):
    print(json.dumps(line), flush=True)


def plain(frame):
    """Instants as milliseconds since 1970, so that no time zone of Python comes in between."""
    return frame.select(
        *[
            F.unix_millis(F.col(f"`{field.name}`")).alias(field.name)
            if isinstance(field.dataType, TimestampType)
            else F.col(f"`{field.name}`")
            for field in frame.schema.fields
        ]
    )


def run_job(spark, job):
    for table in job["tables"]:
        frame = spark.read.option("mergeSchema", "true").parquet(*table["files"])
        frame.createOrReplaceTempView(f"`{table['name']}`")
    for statement in job["statements"]:
        spark.sql(statement)
    for output in job["outputs"]:
        frame = plain(spark.table(f"`{output}`"))
        rows = [list(row) for row in frame.collect()]
        say(kind="rows", table=output, columns=frame.columns, rows=rows)
    for table in job["tables"]:
        spark.catalog.dropTempView(f"`{table['name']}`")


def main():
    with open(sys.argv[1], encoding="utf-8") as file:
        plan = json.load(file)
    spark = (
        SparkSession.builder.master(plan["master"])
        .appName("interop")
        .config("spark.driver.host", "127.0.0.1")
        .config("spark.driver.bindAddress", "127.0.0.1")
        .config("spark.driver.memory", "768m")
        .config("spark.executor.memory", "512m")
        .config("spark.cores.max", "2")
        .config("spark.executor.cores", "1")
        .config("spark.scheduler.minRegisteredResourcesRatio", "1.0")
        .config("spark.scheduler.maxRegisteredResourcesWaitingTime", "60s")
        .config("spark.sql.shuffle.partitions", "4")
        .config("spark.sql.warehouse.dir", plan["folder"] + "/warehouse")
        .config("spark.sql.session.timeZone", plan["zones"][0])
        .config("spark.ui.enabled", "false")
        .getOrCreate()
    )
    spark.sparkContext.setLogLevel("ERROR")
    try:
        spark.range(100).repartition(4).count()
        hosts = spark.sparkContext._jsc.sc().statusTracker().getExecutorInfos()
        say(kind="executors", count=len(hosts) - 1)
        for job in plan["jobs"]:
            run_job(spark, job)
        for zone in plan["zones"]:
            spark.conf.set("spark.sql.session.timeZone", zone)
            for conversion in plan["conversions"]:
                row = spark.sql(f"SELECT unix_millis({conversion['expression']}) AS value").first()
                say(kind="conversion", text=conversion["text"], zone=zone, value=row["value"])
        parser = spark._jsparkSession.sessionState().sqlParser()
        for statement in plan["parsed"]:
            try:
                parser.parsePlan(statement)
                say(kind="parsed", statement=statement, ok=True)
            except Exception as error:
                say(kind="parsed", statement=statement, ok=False, detail=str(error)[:500])
        say(kind="end")
    finally:
        spark.stop()


if __name__ == "__main__":
    main()
