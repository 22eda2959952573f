-- One row an order of a rehearsal: what was promised and how it ended; {facts} is the folder of fact files.
-- An order that is still open at the end has neither completed_at nor closed_at. `ended` stands beside the orders row by
-- row (store/sink_tables.py::endings): to join and to sort whole rows takes three times as long. Files are read in the
-- order in which they were written, which is that of placing; an order that stood beside another's end is an error.
SELECT
    CASE WHEN ended.placed = ordered."order" THEN ordered."order" ELSE error('orders were read in two orders') END
        AS "order",
    ordered.at AS placed_at,
    ordered.seller,
    ordered.customer,
    ordered.place,
    ordered.service,
    ordered.value,
    ordered.lines,
    ordered.filled,
    ordered.shipments,
    ordered.ship_by,
    ordered.deliver_by,
    ordered.wanted_by,
    ordered.chance_ppm,
    ordered.nearest,
    ordered.reason,
    CASE WHEN ended.completed THEN ended.completed_at END AS completed_at,
    CASE WHEN ended.completed THEN ended.ship_late END AS ship_late,
    CASE WHEN ended.completed THEN ended.door_late END AS door_late,
    CASE WHEN ended.completed THEN ended.cause END AS cause,
    CASE WHEN ended.completed THEN ended.node END AS node,
    CASE WHEN ended.completed THEN ended.days END AS days,
    CASE WHEN ended.completed THEN ended.door_day END AS door_day,
    CASE WHEN ended.closed THEN ended.closed_at END AS closed_at,
    CASE WHEN ended.closed THEN ended.closed_reason END AS closed_reason
FROM read_parquet('{facts}/ordered/*.parquet') AS ordered
POSITIONAL JOIN ended
