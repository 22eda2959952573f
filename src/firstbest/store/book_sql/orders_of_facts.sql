-- One row an order of a rehearsal: what was promised and how it ended; {facts} is the folder of fact files.
-- An order that is still open at the end has neither completed_at nor closed_at.
SELECT
    ordered."order",
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
    completed.at AS completed_at,
    completed.ship_late,
    completed.door_late,
    completed.cause,
    completed.node,
    completed.days,
    completed.door_day,
    closed.at AS closed_at,
    closed.reason AS closed_reason
FROM read_parquet('{facts}/ordered/*.parquet') AS ordered
LEFT JOIN read_parquet('{facts}/completed/*.parquet') AS completed ON completed."order" = ordered."order"
LEFT JOIN read_parquet('{facts}/closed/*.parquet') AS closed ON closed."order" = ordered."order"
ORDER BY ordered.number, ordered.ordinal
