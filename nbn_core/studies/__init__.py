"""Studies: many networks trained by many rules from many seeds, and what comes out of them.

value        Study: networks x rules x seeds within limits, as a frozen value with versioned JSON
result       StudyResult: the trials by network and rule, and the table of their summaries
"""

from nbn_core.studies.result import Cell, CellResult, StudyResult
from nbn_core.studies.value import Study, StudyNetwork, StudyRule

__all__ = ["Cell", "CellResult", "Study", "StudyNetwork", "StudyResult", "StudyRule"]
