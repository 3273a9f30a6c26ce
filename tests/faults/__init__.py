"""The fault rig: a cluster, two replicas of everything, a load that keeps its own ledger, and what can go wrong."""
