"""The time of one accepted Levenberg-Marquardt iteration: ours, that of others, and the floor."""
