-- Where each survivor is in the result, and in which shard, without sorting all of them: its rank in its segment, after the
-- survivors of all earlier segments. A segment is a range of {segment_rows} rows of a unit, named by the place where it
-- begins.
-- Only the segments' counts, one row each, are summed up by one task. Below a window, Spark shuffles a column twice if it is
-- renamed, even to its own name.
WITH places AS (
  SELECT survivor.place, survivor.place - survivor.place % 1099511627776 % {segment_rows} AS segment
  FROM {survivors} AS survivor
),
segments AS (
  SELECT places.segment, CAST(count(*) AS BIGINT) AS survivors
  FROM places
  GROUP BY places.segment
),
starts AS (
  SELECT
    segments.segment,
    CAST(sum(segments.survivors) OVER (
      ORDER BY segments.segment ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW
    ) AS BIGINT) - segments.survivors AS start
  FROM segments
),
ranks AS (
  SELECT
    places.place,
    places.segment,
    CAST(row_number() OVER (PARTITION BY places.segment ORDER BY places.place) AS BIGINT) - 1 AS rank
  FROM places
),
positions AS (
  SELECT ranks.place, starts.start + ranks.rank AS position
  FROM ranks
  JOIN starts ON ranks.segment = starts.segment
)
SELECT
  CAST((positions.place - positions.place % 1099511627776) / 1099511627776 AS INT) AS unit,
  positions.place % 1099511627776 AS row,
  positions.position,
  CAST((positions.position - positions.position % {shard_rows}) / {shard_rows} AS INT) AS shard
FROM positions
