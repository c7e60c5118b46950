"""Analysis of a network, its quasi-Hessian and a training.

`coupling` measures the coupling of weights and neurons in Q and orders the weights by it;
`exact_hessian` compares Q with the exact Hessian; `spectrum` has eigenvalues, condition numbers and
the effect of damping on them; `landscape` computes the SSE around a point; `memory` counts the
bytes that each method needs; `dissection` has all intermediate values of one iteration of NBN, and
`pattern_dissection` those of one pattern; `rule_cost` measures the resources of each learning rule;
`saliency` predicts the rise of the error if a connection or a neuron is removed.
"""
