"""Topologies: many networks on one problem, from many random seeds each.

page         the page: its sections, and the one that compares networks
choices      the form: families, sizes, rule, limit and seeds, and the buttons that start
plan         Plan: what was chosen, and the study and the grid of networks that follow from it
estimate     how long a study will take, by a model or by what was measured
sweep        Sweep: the study of this tab, its results, and those of earlier ones
known        KnownTrials: the trials of all networks that were trained on one problem
front        networks with the fewest weights for their success rate, and those close to them
views        the charts, the map and the table
table        the table of all networks, and its files
chosen       one network: its drawing and numbers, and a seed of it to open on Draw
smallest     the section that finds the smallest network: its form, and what was tried
smallest_run SmallestRun: the search of this tab, round by round
published    published tables, repeated: printed values beside ours
published_run  PublishedRun: the studies of a published table, and their results in this tab
published_rows  the table of printed values and ours, its file, and the points of its chart
"""
