"""`vitrine-audit`: the audit of one file as a program of its own, without database, Django or torch."""
