-- Lines that were lost, rejected or are missing, by host, place and hour. With sequence = yes, word
-- missing counts sequence numbers that did not arrive: a gap, which includes the losses that plugin=
-- reports, or the end of a run that another run followed.
-- arg since time -1d: start of the time span
-- arg until time now: end of the time span
-- arg host text "": host, exact name
-- arg limit number 1000: maximum number of rows
SELECT WHEN(toInt64(toUInt32(hour)) * 1000) AS hour, TEXT(host) AS host, TEXT(sender) AS sender, word, TEXT(what) AS what, sum(lost) AS total
FROM (
	SELECT toStartOfHour(min(received)) AS hour, host, sender, id, word, what, max(loss.lost) AS lost FROM loss
	WHERE received BETWEEN toDateTime(ARG(since)) AND toDateTime(ARG(until)) AND (ARG(host) = '' OR host = ARG(host))
	GROUP BY host, sender, id, word, what
	UNION ALL
	SELECT toStartOfHour(toDateTime(at)) AS hour, host, '' AS sender, run AS id, 'missing' AS word, what, lost FROM missing
	WHERE at BETWEEN ARG(since) AND ARG(until) AND (ARG(host) = '' OR host = ARG(host))
)
WHERE lost > 0
GROUP BY hour, host, sender, word, what
ORDER BY hour, host, what
LIMIT ARG(limit)
