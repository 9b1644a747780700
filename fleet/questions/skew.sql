-- Clock skew: how far the second host is ahead of the first, from pairs of the last day.
-- arg since time -1d: start of the time span
-- arg host text "": one of the hosts, exact name
-- arg least number 0: minimum skew in milliseconds, in either direction
-- arg limit number 1000: maximum number of rows
SELECT a_host AS opener_host, b_host AS acceptor_host, toInt64(quantile(0.5)(skew.ms)) AS ms, sum(skew.pairs) AS pairs
FROM skew
WHERE hour >= toDateTime(greatest(ARG(since) - 3599, 0)) AND (ARG(host) = '' OR a_host = ARG(host) OR b_host = ARG(host))
GROUP BY a_host, b_host
HAVING abs(ms) >= ARG(least)
ORDER BY abs(ms) DESC, a_host, b_host
LIMIT ARG(limit)
