"""Analysis: what a network, its quasi-Hessian and a training say when looked at closely.

`coupling` measures how weights and neurons are coupled in Q, and orders them by it; `exact_hessian`
compares Q with the exact Hessian; `spectrum` has eigenvalues, conditioning and what damping does to
them; `landscape` is the error around a point; `memory` counts the bytes each method takes;
`dissection` takes one iteration of NBN apart and `pattern_dissection` one pattern of it;
`rule_cost` measures what each learning rule uses.
"""
