"""The language model's part: storyboards from a planner's request, prose for anything else."""
