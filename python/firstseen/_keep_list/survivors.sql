-- The staged row that survives of each key: the one in the earliest unit, and in it the one that was read first. Rows whose
-- key is NULL survive one by one.
--
-- A place is unit and row in one number, 2^40 rows to a unit: engines find the least of a number while they hash the keys, but
-- sort for the least of a struct; and only keys, places and counts are shuffled. copies, the staged rows that a survivor is the
-- first of, is what is checked against the stage: no other statement could tell what this one has read.
SELECT
  min(CAST(staged.unit AS BIGINT) * 1099511627776 + staged.row) AS place,
  count(*) AS copies,
  false AS key_is_null
FROM {staged} AS staged
WHERE NOT staged.key_is_null
GROUP BY staged.key
UNION ALL
SELECT
  CAST(staged.unit AS BIGINT) * 1099511627776 + staged.row AS place,
  CAST(1 AS BIGINT) AS copies,
  true AS key_is_null
FROM {staged} AS staged
WHERE staged.key_is_null
