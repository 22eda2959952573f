"""Laws that hold on every history, and betrayals that they must catch."""
