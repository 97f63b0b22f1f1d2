"""Every configuration file of a private Asterisk, rendered from templates into its own folder."""
