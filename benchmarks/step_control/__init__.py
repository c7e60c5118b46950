"""The study of step controls: success rates, costs, and least squares beside MINPACK."""
