"""From a teacher of many steps to a student of few."""
