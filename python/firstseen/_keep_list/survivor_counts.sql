-- How many rows of each unit survive, and of how many staged rows they are the first.
SELECT
  survivor.unit AS unit,
  CAST(count(*) AS BIGINT) AS survivors,
  CAST(sum(survivor.copies) AS BIGINT) AS copies,
  CAST(sum(CASE WHEN survivor.key_is_null THEN 1 ELSE 0 END) AS BIGINT) AS null_keys
FROM {survivors} AS survivor
GROUP BY survivor.unit
