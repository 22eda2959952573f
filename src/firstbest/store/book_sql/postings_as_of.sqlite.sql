-- Sums of postings of pairs of item and node (a JSON list) below a number, by account.
SELECT wanted.key, posting.bucket, SUM(posting.quantity)
FROM json_each(?) AS wanted
JOIN posting
    ON posting.item = json_extract(wanted.value, '$[0]') AND posting.node = json_extract(wanted.value, '$[1]')
WHERE posting.number < ? {mine}
GROUP BY wanted.key, posting.bucket
ORDER BY wanted.key, posting.bucket
