-- What shows that a shard has each of its positions once: how many there are, the least, the greatest, and their sum.
SELECT
  CAST((place.position - place.position % {shard_rows}) / {shard_rows} AS INT) AS shard,
  CAST(count(*) AS BIGINT) AS survivors,
  min(place.position) AS least,
  max(place.position) AS greatest,
  CAST(sum(place.position % {shard_rows}) AS BIGINT) AS offsets
FROM {keep_list} AS place
GROUP BY CAST((place.position - place.position % {shard_rows}) / {shard_rows} AS INT)
