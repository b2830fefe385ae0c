-- The staged row that survives of each key: the one in the earliest unit, and in it the one that was read first. Rows whose key is
-- NULL survive one by one.
--
-- unit and row are packed into one number, 2^40 rows to a unit: engines find the least of a number while they hash the keys, but
-- sort for the least of a struct. Only keys and these numbers are shuffled. The division is exact, as are all doubles of whole
-- numbers below 2^53. copies is what is checked against the stage: no other statement could tell what this one has read.
SELECT
  CAST((survivor.place - survivor.place % 1099511627776) / 1099511627776 AS INT) AS unit,
  survivor.place % 1099511627776 AS row,
  survivor.copies AS copies,
  survivor.key_is_null AS key_is_null
FROM (
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
) AS survivor
