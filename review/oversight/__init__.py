"""The platform above its merchants: what is live everywhere, by risk; takedowns, appeals, and rulings on them.

Operators are people of the platform, without a seat in any shop. They see across merchants through one narrow function
of the database (`queue`); to look closer or to act they enter one merchant (`cases`), as a member of its team would.
"""
