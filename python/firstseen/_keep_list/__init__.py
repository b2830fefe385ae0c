"""The keep-list: which of the staged rows survive, and where each stands in the result.

In: a plan, and a stage in which all its units are complete. Out: `keep/keep.json` in the stage, and the Parquet files that it
lists. What is computed is the SQL next to this file, which every engine runs as it stands; `firstseen.duckdb` and
`firstseen.spark` are the engines. Nothing here imports one, and nothing here reads a row.
"""
