"""What all contracts share: values, places, words, rules, and what every message is."""
