-- Hosts that are silent, lose lines, have a wrong clock, or share their name with another sender. Lines without a
-- sender, loaded from a file, say nothing about the clock.
-- arg silent span 1h: shortest silence to report
-- arg since time -1d: count losses since this time
-- arg every number 0: 1 lists all hosts
-- arg limit number 10000: maximum number of rows
SELECT host, if(silence > ARG(silent), concat('silent for ', toString(silence), ' s'), '-') AS silent,
	if(lost = 0, '-', concat(toString(lost), ': ', causes)) AS losing,
	if(abs(offset) > 60, concat(if(offset > 0, 'ahead by ', 'behind by '), toString(abs(offset)), ' s'), '-') AS clock,
	senders, WHEN(heard * 1000) AS last_heard
FROM (
	SELECT host, toInt64(if(countIf(sender != '') > 0, maxIf(toUInt32(received), sender != ''), max(toUInt32(received)))) AS heard,
		toInt64(toUInt32(now())) - heard AS silence,
		argMax(if(sender = '', 0, toInt64(toUInt32(heard.time)) - toInt64(toUInt32(received))),
			toUInt64(sender != '') * 4294967296 + toUInt32(received)) AS offset,
		arrayStringConcat(arraySlice(groupUniqArray(sender), 1, 3), ' ') AS senders, uniqExactIf(sender, sender != '') AS sender_count
	FROM heard GROUP BY host
) ANY LEFT JOIN (
	SELECT host, sum(n) AS lost, arrayStringConcat(groupArray(concat(what, '=', toString(n))), ' ') AS causes
	FROM (
		SELECT host, what, sum(lost) AS n FROM (
			SELECT host, concat('missing ', what) AS what, lost FROM missing WHERE at >= ARG(since)
			UNION ALL
			SELECT host, what, lost FROM (
				SELECT if(host = '', sender, host) AS host, id, what, max(loss.lost) AS lost FROM loss
				WHERE received >= toDateTime(ARG(since))
				GROUP BY host, sender, id, what
			) WHERE NOT (what = 'plugin' AND host IN (SELECT host FROM missing WHERE at >= ARG(since)))
		) WHERE lost > 0 GROUP BY host, what ORDER BY host, n DESC
	) GROUP BY host
) USING host
WHERE ARG(every) = 1 OR silence > ARG(silent) OR lost > 0 OR abs(offset) > 60 OR sender_count > 1
ORDER BY silence > ARG(silent) DESC, lost DESC, host
LIMIT ARG(limit)
