-- How many rows of each unit survive, and of how many staged rows they are the first. The division is exact: its result is a
-- whole number, and a double has all of these below 2^53.
SELECT
  CAST((survivor.place - survivor.place % 1099511627776) / 1099511627776 AS INT) AS unit,
  CAST(count(*) AS BIGINT) AS survivors,
  CAST(sum(survivor.copies) AS BIGINT) AS copies,
  CAST(sum(CASE WHEN survivor.key_is_null THEN 1 ELSE 0 END) AS BIGINT) AS null_keys
FROM {survivors} AS survivor
GROUP BY CAST((survivor.place - survivor.place % 1099511627776) / 1099511627776 AS INT)
