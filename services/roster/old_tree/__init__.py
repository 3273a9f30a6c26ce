"""Old and notable trees: grades and checks by the scheme of their place."""
