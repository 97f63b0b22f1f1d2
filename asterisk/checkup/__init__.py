"""Whether a running Asterisk is the node that the product needs: by what it answers, and by a call to itself."""
