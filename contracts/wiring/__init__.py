"""Who announces, hears and answers what: streams, durables and permissions follow."""
