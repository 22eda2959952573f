"""How growth feeds itself: stocks and flows, fit, projection, sensitivity."""
