"""The world beyond the door: webhooks, carriers, robots."""
