"""Data: the patterns of a training, and their preparation from a table.

`dataset` holds the patterns; `table` a table read from a file and `table_column` its columns;
`columns` encodes classes as numbers and keeps their names; `scaling` scales inputs and targets;
`split` divides patterns into training, validation and test parts.
"""

from nbn_core.data.dataset import Dataset

__all__ = ["Dataset"]
