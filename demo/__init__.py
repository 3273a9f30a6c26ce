"""The demo: Jingdezhen's real divisions and plan, five hundred reports, and books that must balance."""
