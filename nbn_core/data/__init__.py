"""Data: patterns to train with, and how a table becomes patterns.

`dataset` holds the patterns; `table` a table as it was read, with what each column holds; `columns`
how a column becomes numbers, classes and names included; `scaling` scales inputs and targets;
`split` divides patterns into training, validation and test parts.
"""

from nbn_core.data.dataset import Dataset

__all__ = ["Dataset"]
