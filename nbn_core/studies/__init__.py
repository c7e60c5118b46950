"""Studies: many networks trained by many rules from many seeds, and what comes out of them.

families              FAMILIES: networks by family and size, each topology once
value                 Study: networks x rules x seeds in limits, a frozen value with versioned JSON
result                StudyResult: the trials by network and rule, and the table of their summaries
runner                run_study: a study from its beginning to its end, in one call
run                   StudyRun: a study in progress
store                 studies and their trials in a database; `schema` has its tables
joint_work            studies in a database, worked off by any number of computers
workers               threads and processes that run the chunks of a study; `dask_workers` a cluster
trial_queue           which trials are still to be run, and in chunks of which size
trial_chunk           a few trials of one network and rule, run by one worker
cell_table            the trials of one network and rule, in columns
goals                 what share of the seeds has to do what
search                find_smallest and SmallestSearch: the smallest network that reaches a goal
search_result         Search: what a search has tried, decided and left undecided
search_study          the search with the trainings of a study behind it
published             a published result, the study that repeats it, and variants of its settings
published_tables      PUBLISHED_TABLES: what the sources printed, with its certainty
published_comparison  printed values beside ours
"""

from nbn_core.studies.families import FAMILIES, Family, LeftOut, Members, member, members
from nbn_core.studies.goals import AnySeedGoal, ErrorGoal, Goal, RateGoal
from nbn_core.studies.published import (
    VARIANTS,
    Certainty,
    Printed,
    PublishedEntry,
    Variant,
    study_of,
)
from nbn_core.studies.published_comparison import ComparedValue, Comparison, compare
from nbn_core.studies.published_tables import PUBLISHED_TABLES, PublishedTable
from nbn_core.studies.result import Cell, CellResult, StudyResult
from nbn_core.studies.run import StudyFault, StudyRun
from nbn_core.studies.runner import cluster_workers, run_study
from nbn_core.studies.search import Round, SmallestSearch, exact_interval, find_smallest
from nbn_core.studies.search_result import Search, Step, Tally, Verdict
from nbn_core.studies.search_study import SearchProgress, StudyEvaluator, search_study
from nbn_core.studies.trial_chunk import Chunk, ChunkEnd, ChunkWork, StudyTrial
from nbn_core.studies.value import Study, StudyNetwork, StudyRule
from nbn_core.studies.workers import ProcessWorkers, StudyWorkers, ThreadWorkers

__all__ = [
    "FAMILIES",
    "PUBLISHED_TABLES",
    "VARIANTS",
    "AnySeedGoal",
    "Cell",
    "CellResult",
    "Certainty",
    "Chunk",
    "ChunkEnd",
    "ChunkWork",
    "ComparedValue",
    "Comparison",
    "ErrorGoal",
    "Family",
    "Goal",
    "LeftOut",
    "Members",
    "Printed",
    "ProcessWorkers",
    "PublishedEntry",
    "PublishedTable",
    "RateGoal",
    "Round",
    "Search",
    "SearchProgress",
    "SmallestSearch",
    "Step",
    "Study",
    "StudyEvaluator",
    "StudyFault",
    "StudyNetwork",
    "StudyResult",
    "StudyRule",
    "StudyRun",
    "StudyTrial",
    "StudyWorkers",
    "Tally",
    "ThreadWorkers",
    "Variant",
    "Verdict",
    "cluster_workers",
    "compare",
    "exact_interval",
    "find_smallest",
    "member",
    "members",
    "run_study",
    "search_study",
    "study_of",
]
