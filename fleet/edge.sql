-- One build of one hour of edges, run by fleet/hourly with one row in the table build_arg:
--   hour     start of the hour, seconds
--   build    number of the build: its time
--   rfrom, rto  when the rows of the hour's starts were received
--   live     1: most of them were received as they happened; then a row whose time differs by
--            more than an hour from that comes from a host with a wrong clock, and is found by it
--   slice, slices  pair keys in parts, to limit memory
-- Two ends belong together if their tuple is the same and their times overlap, after the
-- clock skew of their hosts, and no third host has one of the addresses.

-- step: ends
INSERT INTO build_end SELECT
	host, boot, number, nth, max(key) AS key, max(direction) AS direction,
	min(local_ip) AS local_ip, max(local_port) AS local_port,
	min(remote_ip) AS remote_ip, max(remote_port) AS remote_port, max(proto) AS proto,
	argMin(exe, ended + 2 * (exe = '-')) AS exe, argMin(unit, ended) AS unit,
	argMin(uid, ended) AS uid, min(start) AS start,
	if(max(ended) = 1, max(stop), toInt64(4000000000000000)) AS stop, max(failed) AS failed,
	max(tx) AS tx, max(rx) AS rx
FROM (
	SELECT host, boot, number, nth, key, toString(direction) AS direction, local_ip,
		local_port, remote_ip, remote_port, proto,
		if(exe != '', exe, if(comm != '', concat('[', comm, ']'), '-')) AS exe, unit,
		uid, toInt64(toUInt32(time)) * 1000 + milli AS start, toInt64(0) AS stop,
		toUInt8(0) AS ended, toUInt8(0) AS failed, toInt64(-1) AS tx, toInt64(-1) AS rx
	FROM open
	WHERE kind = 'connect start' AND received >= toDateTime(greatest((SELECT rfrom FROM build_arg) - 10800, 0))
		AND (time BETWEEN toDateTime(greatest((SELECT hour FROM build_arg) - 7200, 0))
				AND toDateTime((SELECT hour FROM build_arg) + 10800)
			OR (SELECT live FROM build_arg) = 1
				AND (abs(toInt64(toUInt32(time)) - toInt64(toUInt32(received))) > 3600
						AND received BETWEEN toDateTime(greatest((SELECT hour FROM build_arg) - 7200, 0))
							AND toDateTime((SELECT hour FROM build_arg) + 10800)
					OR key IN (SELECT key FROM open
						WHERE kind = 'connect start' AND key != 0
							AND time BETWEEN toDateTime((SELECT hour FROM build_arg))
								AND toDateTime((SELECT hour FROM build_arg) + 3599)
							AND abs(toInt64(toUInt32(time)) - toInt64(toUInt32(received))) > 3600)))
	UNION ALL
	SELECT host, boot, number, nth, key, toString(direction) AS direction, local_ip,
		local_port, remote_ip, remote_port, proto,
		if(exe != '', exe, if(comm != '', concat('[', comm, ']'), '-')) AS exe, unit,
		uid, toInt64(toUInt32(time)) * 1000 + milli - if(dur > 0, dur, 0) AS start,
		toInt64(toUInt32(time)) * 1000 + milli AS stop, toUInt8(1) AS ended,
		toUInt8(kind = 'connect fail') AS failed, tx, rx
	FROM connection
	WHERE kind IN ('connect stop', 'connect fail')
		AND received >= toDateTime(greatest((SELECT rfrom FROM build_arg) - 10800, 0))
		AND ((time >= toDateTime(greatest((SELECT hour FROM build_arg) - 7200, 0))
				AND toInt64(toUInt32(time)) - intDiv(dur, 1000)
					BETWEEN (SELECT hour FROM build_arg) - 7200
						AND (SELECT hour FROM build_arg) + 10800)
			OR (SELECT live FROM build_arg) = 1
				AND (abs(toInt64(toUInt32(time)) - toInt64(toUInt32(received))) > 3600
						AND received BETWEEN toDateTime(greatest((SELECT hour FROM build_arg) - 7200, 0))
							AND toDateTime((SELECT hour FROM build_arg) + 10800)
					OR key IN (SELECT key FROM open
						WHERE kind = 'connect start' AND key != 0
							AND time BETWEEN toDateTime((SELECT hour FROM build_arg))
								AND toDateTime((SELECT hour FROM build_arg) + 3599)
							AND abs(toInt64(toUInt32(time)) - toInt64(toUInt32(received))) > 3600)))
)
GROUP BY host, boot, number, nth;

-- step: skew
INSERT INTO skew SELECT
	toDateTime((SELECT hour FROM build_arg)) AS hour, (SELECT build FROM build_arg) AS build,
	a_host, b_host, toInt64(quantile(0.5)(differ)) AS ms, count() AS pairs
FROM (
	SELECT anyIf(host, direction = 'out') AS a_host, anyIf(host, direction = 'in') AS b_host,
		anyIf(start, direction = 'in') - anyIf(start, direction = 'out') AS differ
	FROM build_end
	WHERE key != 0 AND failed = 0 AND local_ip NOT IN (
		SELECT ip FROM address WHERE day >= toDate(toDateTime((SELECT rfrom FROM build_arg)))
			AND day <= toDate(toDateTime((SELECT rto FROM build_arg)))
		GROUP BY ip HAVING uniqExact(host) > 1)
	GROUP BY key HAVING countIf(direction = 'out') = 1 AND countIf(direction = 'in') = 1
)
WHERE a_host != b_host
GROUP BY a_host, b_host
HAVING count() >= 3 AND quantile(0.75)(differ) - quantile(0.25)(differ) < 5000;

-- step: pairs
INSERT INTO build_pair SELECT
	key, shared, dist, a_host, a_boot, a_number, a_nth, a_exe, a_unit, a_uid, a_ip, a_start,
	a_tx, a_rx, b_host, b_boot, b_number, b_nth, b_exe, b_unit, b_uid, b_ip, b_start, b_tx,
	b_rx, port, proto
FROM (
SELECT *
FROM (
SELECT *, abs(b_start - ms - a_start) AS dist,
	toUInt8(a_host != b_host AND (a_ip IN (
		SELECT ip FROM address WHERE day >= toDate(toDateTime((SELECT rfrom FROM build_arg)))
			AND day <= toDate(toDateTime((SELECT rto FROM build_arg)))
		GROUP BY ip HAVING uniqExact(host) > 1)
	OR b_ip IN (
		SELECT ip FROM address WHERE day >= toDate(toDateTime((SELECT rfrom FROM build_arg)))
			AND day <= toDate(toDateTime((SELECT rto FROM build_arg)))
		GROUP BY ip HAVING uniqExact(host) > 1))) AS shared
FROM (
	SELECT * FROM (
		SELECT key, host AS a_host, boot AS a_boot, number AS a_number, nth AS a_nth,
			direction AS a_direction, exe AS a_exe, unit AS a_unit, uid AS a_uid,
			local_ip AS a_ip, start AS a_start, stop AS a_stop, tx AS a_tx,
			rx AS a_rx, remote_port AS port, proto
		FROM build_end
		WHERE key != 0 AND key % (SELECT slices FROM build_arg) = (SELECT slice FROM build_arg)
			AND failed = 0 AND direction IN ('out', '-')
	) ALL INNER JOIN (
		SELECT key, host AS b_host, boot AS b_boot, number AS b_number, nth AS b_nth,
			direction AS b_direction, exe AS b_exe, unit AS b_unit, uid AS b_uid,
			local_ip AS b_ip, local_port AS b_port, start AS b_start,
			stop AS b_stop, tx AS b_tx, rx AS b_rx
		FROM build_end
		WHERE key != 0 AND key % (SELECT slices FROM build_arg) = (SELECT slice FROM build_arg)
			AND failed = 0 AND direction IN ('in', '-')
	) USING key
	WHERE b_port = port AND NOT (a_direction = '-' AND b_direction = '-')
) ANY LEFT JOIN (
	SELECT a_host, b_host, toInt64(quantile(0.5)(ms)) AS ms, toUInt8(1) AS known
	FROM skew
	WHERE hour >= toDateTime(greatest((SELECT hour FROM build_arg) - 86400, 0))
		AND hour <= toDateTime((SELECT hour FROM build_arg))
	GROUP BY a_host, b_host
) USING a_host, b_host
WHERE if(a_stop >= 4000000000000000 OR b_stop >= 4000000000000000,
	abs(b_start - ms - a_start) <= if(known = 1, 5000, 30000),
	b_start - ms <= a_stop + if(known = 1, 5000, 30000)
		AND b_stop - ms + if(known = 1, 5000, 30000) >= a_start)
)
ORDER BY shared, dist
LIMIT 1 BY a_host, a_boot, a_number, a_nth
)
ORDER BY shared, dist
LIMIT 1 BY b_host, b_boot, b_number, b_nth;

-- step: both
INSERT INTO edge SELECT
	toDateTime((SELECT hour FROM build_arg)) AS hour, (SELECT build FROM build_arg) AS build,
	'both' AS seen, a_host, a_exe, a_unit, a_uid, a_ip, b_host, b_exe, b_unit, b_uid, b_ip,
	port, proto, count() AS connections, 0 AS failed,
	sum(toUInt64(if(a_tx >= 0, a_tx, if(b_rx >= 0, b_rx, 0)))) AS tx,
	sum(toUInt64(if(a_rx >= 0, a_rx, if(b_tx >= 0, b_tx, 0)))) AS rx,
	min(a_start) AS first, max(a_start) AS last
FROM build_pair
WHERE shared = 0 AND intDiv(a_start, 3600000) = intDiv((SELECT hour FROM build_arg), 3600)
GROUP BY a_host, a_exe, a_unit, a_uid, a_ip, b_host, b_exe, b_unit, b_uid, b_ip, port, proto;

-- step: out
INSERT INTO edge SELECT
	toDateTime((SELECT hour FROM build_arg)) AS hour, (SELECT build FROM build_arg) AS build,
	'out' AS seen, host AS a_host, exe AS a_exe, unit AS a_unit, uid AS a_uid,
	local_ip AS a_ip, if(loopback, host, owner) AS b_host, '' AS b_exe, '' AS b_unit,
	-1 AS b_uid, remote_ip AS b_ip, remote_port AS port, proto,
	countIf(failed = 0) AS connections, countIf(failed = 1) AS failures,
	sum(toUInt64(if(tx > 0, tx, 0))) AS bytes_tx, sum(toUInt64(if(rx > 0, rx, 0))) AS bytes_rx,
	min(start) AS first, max(start) AS last
FROM (
	SELECT *, substring(toString(remote_ip), 1, 13) = unhex('00000000000000000000FFFF7F')
		OR remote_ip = toFixedString(unhex('00000000000000000000000000000001'), 16)
		AS loopback
	FROM build_end
	WHERE direction = 'out' AND key % (SELECT slices FROM build_arg) = (SELECT slice FROM build_arg)
		AND intDiv(start, 3600000) = intDiv((SELECT hour FROM build_arg), 3600)
		AND (key, host, boot, number, nth) NOT IN (
			SELECT key, a_host, a_boot, a_number, a_nth FROM build_pair
			WHERE shared = 0
				AND key % (SELECT slices FROM build_arg) = (SELECT slice FROM build_arg))
) ANY LEFT JOIN (
	SELECT ip AS remote_ip, any(host) AS owner FROM address
	WHERE day >= toDate(toDateTime((SELECT rfrom FROM build_arg)))
		AND day <= toDate(toDateTime((SELECT rto FROM build_arg)))
	GROUP BY ip HAVING uniqExact(host) = 1
) USING remote_ip
GROUP BY a_host, a_exe, a_unit, a_uid, a_ip, b_host, b_ip, port, proto;

-- step: in
INSERT INTO edge SELECT
	toDateTime((SELECT hour FROM build_arg)) AS hour, (SELECT build FROM build_arg) AS build,
	'in' AS seen, if(loopback, host, owner) AS a_host, '' AS a_exe, '' AS a_unit,
	-1 AS a_uid, remote_ip AS a_ip, host AS b_host, exe AS b_exe, unit AS b_unit,
	uid AS b_uid, local_ip AS b_ip, local_port AS port, proto,
	count() AS connections, 0 AS failed,
	sum(toUInt64(if(rx > 0, rx, 0))) AS bytes_tx, sum(toUInt64(if(tx > 0, tx, 0))) AS bytes_rx,
	min(start) AS first, max(start) AS last
FROM (
	SELECT *, substring(toString(remote_ip), 1, 13) = unhex('00000000000000000000FFFF7F')
		OR remote_ip = toFixedString(unhex('00000000000000000000000000000001'), 16)
		AS loopback
	FROM build_end
	WHERE direction = 'in' AND key % (SELECT slices FROM build_arg) = (SELECT slice FROM build_arg)
		AND intDiv(start, 3600000) = intDiv((SELECT hour FROM build_arg), 3600)
		AND (key, host, boot, number, nth) NOT IN (
			SELECT key, b_host, b_boot, b_number, b_nth FROM build_pair
			WHERE shared = 0
				AND key % (SELECT slices FROM build_arg) = (SELECT slice FROM build_arg))
) ANY LEFT JOIN (
	SELECT ip AS remote_ip, any(host) AS owner FROM address
	WHERE day >= toDate(toDateTime((SELECT rfrom FROM build_arg)))
		AND day <= toDate(toDateTime((SELECT rto FROM build_arg)))
	GROUP BY ip HAVING uniqExact(host) = 1
) USING remote_ip
GROUP BY a_host, a_ip, b_host, b_exe, b_unit, b_uid, b_ip, port, proto;

-- step: done
INSERT INTO edge_build SELECT
	toDateTime((SELECT hour FROM build_arg)) AS hour, (SELECT build FROM build_arg) AS build,
	toDateTime((SELECT upto FROM build_arg)) AS upto,
	(SELECT count() FROM build_pair
		WHERE shared = 0 AND intDiv(a_start, 3600000) = intDiv((SELECT hour FROM build_arg), 3600)) AS pairs,
	(SELECT count() FROM build_pair
		WHERE shared = 1 AND intDiv(a_start, 3600000) = intDiv((SELECT hour FROM build_arg), 3600)) AS ambiguous,
	(SELECT count() FROM build_end
		WHERE direction = '-' AND intDiv(start, 3600000) = intDiv((SELECT hour FROM build_arg), 3600)
			AND (key, host, boot, number, nth) NOT IN (
				SELECT key, a_host, a_boot, a_number, a_nth FROM build_pair WHERE shared = 0)
			AND (key, host, boot, number, nth) NOT IN (
				SELECT key, b_host, b_boot, b_number, b_nth FROM build_pair WHERE shared = 0)) AS unoriented;
