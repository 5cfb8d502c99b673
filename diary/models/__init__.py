"""Tables of the diary."""

from diary.models.analyses import Analysis
from diary.models.clips import Clip
from diary.models.exercises import Exercise
from diary.models.removals import Removal
from diary.models.sets import WorkoutSet
from diary.models.uploads import Upload
from diary.models.workouts import Workout

__all__ = ["Analysis", "Clip", "Exercise", "Removal", "Upload", "Workout", "WorkoutSet"]
