"""Blind pairs: people who do not know which video is which say what appeals, and what is closer to the specification.

`drawing` chooses the two videos, `ballots` holds what a rater saw and said, `strength` turns answers into numbers, and
`standings` says who is out. A panel of ten cannot crown a winner among close videos; it can drop the poor ones.
"""
