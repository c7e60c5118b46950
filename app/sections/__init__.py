"""The sections of the Hessian page: each chooses, computes what it needs, and shows it."""
