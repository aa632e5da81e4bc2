"""Lessons: what a learner has done, and which steps that completes."""
