"""What became of a campaign, counted from the log of touches; what nobody has measured is said to be unknown."""
