"""Studies: many networks trained by many rules from many seeds, and what comes out of them.

families     FAMILIES: networks by family and size, each topology once
value        Study: networks x rules x seeds within limits, as a frozen value with versioned JSON
result       StudyResult: the trials by network and rule, and the table of their summaries
runner       run_study: a study from its beginning to its end, in one call
run          StudyRun: a study in progress
store        studies and their trials in a database; `schema` has its tables, `databases` connects
joint_work   studies in a database, worked off by any number of computers
workers      threads and processes that run the chunks of a study; `dask_workers` a cluster
trial_queue  which trials are still to be run, and in chunks of which size
trial_chunk  a few trials of one network and rule, run by one worker
cell_table   the trials of one network and rule, in columns
"""

from nbn_core.studies.families import FAMILIES, Family, LeftOut, Members, member, members
from nbn_core.studies.result import Cell, CellResult, StudyResult
from nbn_core.studies.run import StudyFault, StudyRun
from nbn_core.studies.runner import cluster_workers, run_study
from nbn_core.studies.trial_chunk import Chunk, ChunkEnd, ChunkWork, StudyTrial
from nbn_core.studies.value import Study, StudyNetwork, StudyRule
from nbn_core.studies.workers import ProcessWorkers, StudyWorkers, ThreadWorkers

__all__ = [
    "FAMILIES",
    "Cell",
    "CellResult",
    "Chunk",
    "ChunkEnd",
    "ChunkWork",
    "Family",
    "LeftOut",
    "Members",
    "ProcessWorkers",
    "Study",
    "StudyFault",
    "StudyNetwork",
    "StudyResult",
    "StudyRule",
    "StudyRun",
    "StudyTrial",
    "StudyWorkers",
    "ThreadWorkers",
    "cluster_workers",
    "member",
    "members",
    "run_study",
]
