"""From candidates to matches with evidence."""
