"""How fast robots may call, so that those who call back find an operator."""
