"""The section Grow and prune of the Draw page.

section     the section: what is shown when, and the buttons' actions
forms       the three forms: prune, grow, rewire
path        the path so far: chart, events, and the network to keep
prediction  what a removal is expected to do, and the saliency of every part, computed once
"""
