-- Which numbered lines have arrived, and so which have not.
--
-- An output with sequence = yes numbers its lines: run is the plugin's start, seq is 1, 2, 3 …
-- within it. Lines without a number have run 0. A line that fleet/load rejects has arrived.
ALTER TABLE line ADD COLUMN run UInt64, ADD COLUMN seq UInt64;
ALTER TABLE note ADD COLUMN run UInt64, ADD COLUMN seq UInt64;

-- One row for 4,096 numbers of a run: part is seq / 4096. A line that comes twice is one
-- number. began and ended are seconds of the collector's clock; spoke, the time of the last
-- line, and started, that of netlog start, are ms of the host's. stopped: netlog stop, the
-- last line of a run, is among them.
CREATE TABLE arrival (
	day Date,
	host LowCardinality(String),
	run UInt64,
	part UInt64,
	numbers AggregateFunction(groupBitmap, UInt64),
	least AggregateFunction(min, UInt64),
	last AggregateFunction(max, UInt64),
	began AggregateFunction(min, UInt32),
	ended AggregateFunction(max, UInt32),
	spoke AggregateFunction(max, Int64),
	started AggregateFunction(max, Int64),
	stopped AggregateFunction(max, UInt8)
) ENGINE = AggregatingMergeTree()
PARTITION BY toYYYYMM(day)
ORDER BY (day, host, run, part)
TTL day + INTERVAL 90 DAY
SETTINGS index_granularity = 8192;

CREATE MATERIALIZED VIEW line_arrival TO arrival AS SELECT
	toDate(received) AS day, host, run, intDiv(seq, 4096) AS part, groupBitmapState(seq) AS numbers,
	minState(seq) AS least, maxState(seq) AS last, minState(toUInt32(received)) AS began,
	maxState(toUInt32(received)) AS ended, maxState(MS(time, milli)) AS spoke,
	maxState(toInt64(0)) AS started, maxState(toUInt8(0)) AS stopped
FROM line WHERE run != 0 GROUP BY day, host, run, part;

CREATE MATERIALIZED VIEW note_arrival TO arrival AS SELECT
	toDate(received) AS day, host, run, intDiv(seq, 4096) AS part, groupBitmapState(seq) AS numbers,
	minState(seq) AS least, maxState(seq) AS last, minState(toUInt32(received)) AS began,
	maxState(toUInt32(received)) AS ended, maxState(MS(time, milli)) AS spoke,
	maxState(if(word = 'start', MS(time, milli), 0)) AS started, maxState(toUInt8(word = 'stop')) AS stopped
FROM note WHERE run != 0 GROUP BY day, host, run, part;

CREATE VIEW arrived AS SELECT
	host, run, part, groupBitmapMerge(numbers) AS count, minMerge(least) AS first_seq, maxMerge(last) AS last_seq,
	minMerge(began) AS first_at, maxMerge(ended) AS last_at, maxMerge(spoke) AS last_ms,
	maxMerge(started) AS start_ms, maxMerge(stopped) AS stop_seen
FROM arrival GROUP BY host, run, part;

-- Lines that a host has numbered and that are not here (yet), by the time of the lines
-- after them. what: gap; or end, for a run that was followed by another without its netlog stop:
-- then at least that line is missing. A run whose first rows have expired begins with its
-- first number.
CREATE VIEW missing AS SELECT host, run, at, 'gap' AS what, toUInt64(gap) AS lost
FROM (
	SELECT host, run, tupleElement(found, 1) AS at, tupleElement(found, 2) - tupleElement(found, 3) AS gap
	FROM (
		SELECT host, run, arrayJoin(arrayMap((now, before) -> (tupleElement(now, 3), tupleElement(now, 1) - before,
			tupleElement(now, 2)), ends, arrayPushFront(arrayMap(e -> tupleElement(e, 1), arrayPopBack(ends)), base))) AS found
		FROM (
			SELECT host, run, base, arrayPushBack(arrayMap(p -> (toInt64(tupleElement(p, 1) * 4096 + 4095),
				toInt64(tupleElement(p, 3)), tupleElement(p, 4)), arrayPopBack(parts)),
				(toInt64(tupleElement(parts[-1], 2)), toInt64(tupleElement(parts[-1], 3)), tupleElement(parts[-1], 4))) AS ends
			FROM (
				SELECT host, run, arraySort(groupArray((part, last_seq, count, last_at))) AS parts,
					toInt64(if(min(first_at) < toUInt32(now()) - 80 * 86400, min(first_seq) - 1, 0)) AS base
				FROM arrived GROUP BY host, run
			)
		)
	)
)
WHERE gap > 0
UNION ALL
SELECT host, tupleElement(each_run, 1) AS run, tupleElement(each_run, 3) AS at, 'end' AS what, toUInt64(1) AS lost
FROM (
	SELECT host, arrayJoin(runs) AS each_run, newest, newest_ms
	FROM (
		SELECT host, max(began) AS newest, max(started) AS newest_ms, groupArray((run, stopped, ended, spoke)) AS runs
		FROM (
			SELECT host, run, min(first_at) AS began, max(start_ms) AS started, max(last_at) AS ended,
				max(last_ms) AS spoke, max(stop_seen) AS stopped
			FROM arrived GROUP BY host, run
		) GROUP BY host
	)
)
WHERE tupleElement(each_run, 2) = 0
	AND (newest > tupleElement(each_run, 3) OR newest_ms > tupleElement(each_run, 4));
