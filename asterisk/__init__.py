"""All that knows the PBX: the manager interface, events, configuration, nodes and the town."""
