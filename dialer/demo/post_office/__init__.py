"""A virtual post office for messages, as the town is for calls: an SMSC, an aggregator, and the truth of what they got.

Letters come in by SMPP 3.4 or HTTP, their addressees behave by seed; each is on record before its sender hears of it.
"""
