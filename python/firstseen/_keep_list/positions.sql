-- Where each survivor stands in the result, and in which shard, without sorting all of them: its rank in its segment, after the
-- survivors of all earlier segments. A segment is a range of {segment_rows} rows of a unit, named by where it begins. Only the
-- segments' counts, a handful of rows, are summed up in one place.
WITH segments AS (
  SELECT
    survivor.unit AS unit,
    survivor.row - survivor.row % {segment_rows} AS segment,
    CAST(count(*) AS BIGINT) AS survivors
  FROM {survivors} AS survivor
  GROUP BY survivor.unit, survivor.row - survivor.row % {segment_rows}
),
starts AS (
  SELECT
    segments.unit AS unit,
    segments.segment AS segment,
    CAST(sum(segments.survivors) OVER (
      ORDER BY segments.unit, segments.segment ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW
    ) AS BIGINT) - segments.survivors AS start
  FROM segments
),
ranks AS (
  SELECT
    survivor.unit AS unit,
    survivor.row AS row,
    survivor.row - survivor.row % {segment_rows} AS segment,
    CAST(row_number() OVER (
      PARTITION BY survivor.unit, survivor.row - survivor.row % {segment_rows} ORDER BY survivor.row
    ) AS BIGINT) - 1 AS rank
  FROM {survivors} AS survivor
),
positions AS (
  SELECT ranks.unit AS unit, ranks.row AS row, starts.start + ranks.rank AS position
  FROM ranks
  JOIN starts ON ranks.unit = starts.unit AND ranks.segment = starts.segment
)
SELECT
  positions.unit AS unit,
  positions.row AS row,
  positions.position AS position,
  CAST((positions.position - positions.position % {shard_rows}) / {shard_rows} AS INT) AS shard
FROM positions
