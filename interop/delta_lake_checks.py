"""Builds tables of Delta Lake and brings them up to date, job after job; prints each table after each job as a JSON line.

Argument: a JSON file with `master`, `folder`, `jars` and `jobs`, as check-delta-lake.ts writes it.
"""

import json
import sys

from pyspark.sql import SparkSession

from spark_checks import plain, say


def main():
    with open(sys.argv[1], encoding="utf-8") as file:
        plan = json.load(file)
    spark = (
        SparkSession.builder.master(plan["master"])
        .appName("interop-delta-lake")
        .config("spark.jars", ",".join(plan["jars"]))
        .config("spark.sql.extensions", "io.delta.sql.DeltaSparkSessionExtension")
        .config("spark.sql.catalog.spark_catalog", "org.apache.spark.sql.delta.catalog.DeltaCatalog")
        .config("spark.driver.host", "127.0.0.1")
        .config("spark.driver.bindAddress", "127.0.0.1")
        .config("spark.driver.memory", "1g")
        .config("spark.executor.memory", "640m")
        .config("spark.cores.max", "2")
        .config("spark.executor.cores", "1")
        .config("spark.sql.shuffle.partitions", "2")
        # Compiling each stage takes longer than these few rows do.
        .config("spark.sql.codegen.wholeStage", "false")
        .config("spark.sql.adaptive.enabled", "false")
        .config("spark.databricks.delta.snapshotPartitions", "1")
        .config("spark.sql.warehouse.dir", plan["folder"] + "/delta-warehouse")
        .config("spark.sql.session.timeZone", "Asia/Kathmandu")
        .config("spark.ui.enabled", "false")
        .getOrCreate()
    )
    spark.sparkContext.setLogLevel("ERROR")
    try:
        for number, job in enumerate(plan["jobs"]):
            for table in job["tables"]:
                frame = spark.read.option("mergeSchema", "true").parquet(*table["files"])
                frame.createOrReplaceTempView(f"`{table['name']}`")
            for statement in job["statements"]:
                spark.sql(statement)
            for output in job["outputs"]:
                frame = plain(spark.table(f"`{output}`"))
                rows = [list(row) for row in frame.collect()]
                say(job=number, table=output, columns=frame.columns, rows=rows)
            for table in job["tables"]:
                spark.catalog.dropTempView(f"`{table['name']}`")
    finally:
        spark.stop()


if __name__ == "__main__":
    main()
