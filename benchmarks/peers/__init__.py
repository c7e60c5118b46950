"""The time of one accepted Levenberg-Marquardt iteration: NBN Lab, other libraries, lower bound."""
