"""Share: what leaves the lab, and what comes back."""
