"""From moments to a verdict, and every word and number that is shown."""
