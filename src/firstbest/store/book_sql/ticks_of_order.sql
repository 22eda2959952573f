-- The ticks that tell of an order.
SELECT tick FROM order_tick WHERE "order" = ? ORDER BY tick
