"""The supervisors' floor: strategies, campaigns, figures, and who is there."""
